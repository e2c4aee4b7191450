"""A Dovecot for the tests of the real program, started when the first one asks for it."""

from __future__ import annotations

import itertools

import pytest

from tests import dovecot as dovecots

_accounts = itertools.count()


@pytest.fixture(scope="session")
def dovecot():
    with dovecots.running() as running:
        yield running


@pytest.fixture
def account():
    """An account there that no other test has."""
    return f"t{next(_accounts)}@aduan.test"
