"""What the tests of Telegram share: a stub on loopback, the channel over it, and no secret in any log."""

from __future__ import annotations

import logging

import pytest

from channels.telegram import Telegram
from tests.channels.telegram import stub

SECRET = "rahasia-baru"
BEFORE = "rahasia-lama"


@pytest.fixture
async def server():
    async with stub.running() as running:
        yield running


@pytest.fixture
def telegram(server, http):
    return Telegram(
        "kanigaran", stub.TOKEN, http=http, desk="-100200", secrets=(SECRET, BEFORE), api_url=server.url, poll_s=0
    )


@pytest.fixture(autouse=True)
def no_secret_reaches_the_log(caplog):
    """Whatever a test does, at the most talkative level: neither the token nor a secret may be logged."""
    caplog.set_level(logging.DEBUG)
    yield
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.get_records("call"))
    for secret in (stub.TOKEN, stub.TOKEN.partition(":")[2], SECRET, BEFORE):
        assert secret not in logged
