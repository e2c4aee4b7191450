"""What the tests of Twilio share: a stub on loopback, the channels over it, and no secret in any log."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
import structlog

from channels import REGISTRY
from channels.base import Ground
from channels.settings import Secret, TwilioSettings
from tests.channels.twilio import stub

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BEFORE = "token-lama"
SHARED = "kunci-bersama"
KEY_SECRET = "rahasia-api"
PUBLIC = "https://aduan.example"
WHATSAPP, SMS = "whatsapp:+6282200000001", "+6282200000002"
TEMPLATES = {"answer_waiting": "HX" + "1" * 32, "choices_2": "HX" + "2" * 32}


def built(http, *, api_url="https://api.twilio.com", now=lambda: NOW, public_url=PUBLIC, **changes):
    """The channels that a table of config.toml builds, by name."""
    fields = {
        "account_sid": stub.ACCOUNT,
        "auth_token": Secret(stub.TOKEN),
        "previous_auth_token": Secret(BEFORE),
        "shared_keys": {"WK1": Secret(SHARED)},
        "whatsapp": WHATSAPP,
        "sms": SMS,
        "templates": TEMPLATES,
        "api_url": api_url,
    }
    settings = TwilioSettings(**fields | changes)
    ground = Ground(http, public_url, b"k" * 32, now)
    return {each.name: each for each in REGISTRY["twilio"]("kanigaran", settings, ground)}


@pytest.fixture
async def server():
    async with stub.running() as running:
        yield running


@pytest.fixture
def channels(server, http):
    return built(http, api_url=server.url)


@pytest.fixture
def whatsapp(channels):
    return channels["whatsapp"]


@pytest.fixture
def sms(channels):
    return channels["sms"]


@pytest.fixture(autouse=True)
def no_secret_reaches_the_log(caplog):
    """Whatever a test does, at the most talkative level: no token, no text and no citizen's number may be logged."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as entries:
        yield
    records = [each for each in caplog.get_records("call") if not each.name.startswith("uvicorn")]  # the stand-in's own
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in records)
    logged += "\n".join(map(str, entries))
    for secret in (stub.TOKEN, BEFORE, SHARED, KEY_SECRET, "6281234567890", "jalan rusak"):
        assert secret not in logged
