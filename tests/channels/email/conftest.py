"""What the tests of mailboxes share: a Dovecot for the whole run, and a mailbox of one's own on either server."""

from __future__ import annotations

import contextlib
import itertools
import logging

import pytest

from tests import dovecot
from tests.channels.email.boxes import KINDS, dovecot_box, pymap_box

_accounts = itertools.count()


@pytest.fixture(scope="session")
def server():
    with dovecot.running() as running:
        yield running


@pytest.fixture
def account():
    """An account of the Dovecot that no other test has."""
    return f"t{next(_accounts)}@aduan.test"


@pytest.fixture(
    params=[
        pytest.param(kind, marks=pytest.mark.needs_system("dovecot", "openssl") if kind != "pymap" else ())
        for kind in KINDS
    ]
)
async def box(request, account):
    """A mailbox on each server in turn."""
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "pymap":
            yield await stack.enter_async_context(pymap_box())
        else:
            running = request.getfixturevalue("server")
            tls = request.param.endswith("TLS")
            yield await stack.enter_async_context(dovecot_box(running, account, tls=tls))


@pytest.fixture(autouse=True)
def no_secret_reaches_the_log(caplog):
    """At the most talkative level: no password is logged."""
    caplog.set_level(logging.DEBUG)
    yield
    logged = "\n".join(record.getMessage() for record in caplog.get_records("call"))
    assert dovecot.PASSWORD not in logged
