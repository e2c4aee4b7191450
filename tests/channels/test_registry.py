"""The list of channels: each is built from its table and imported only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

from channels import REGISTRY
from channels.base import Call, Called, Described, Downloading, Ground, Polled, Purging, Recalling, Sharing
from channels.http import Http
from channels.settings import Secret, TelegramSettings, TwilioSettings
from channels.telegram import Telegram


def test_a_telegram_table_builds_the_channel():
    settings = TelegramSettings(
        token=Secret("123:x"),
        secret=Secret("new"),
        previous_secret=Secret("old"),
        desk=-100,
        api_url="http://127.0.0.1:1/",
    )
    (channel,) = REGISTRY["telegram"]("kanigaran", settings, Ground(Http()))
    assert isinstance(channel, Telegram)
    assert (channel.name, channel.office, channel.desk) == ("telegram", "kanigaran", "-100")
    for secret in ("new", "old"):
        channel.accept(Call("telegram/kanigaran", {"x-telegram-bot-api-secret-token": secret}, b""))


TWILIO = TwilioSettings(
    account_sid="AC1", auth_token=Secret("x"), whatsapp="whatsapp:+6281", sms="+6282", sms_stands_in=True
)
LINES = {
    "both": (TWILIO, ["whatsapp", "sms"]),
    "WhatsApp alone": (TWILIO.model_copy(update={"sms": None}), ["whatsapp"]),
    "SMS alone": (TWILIO.model_copy(update={"whatsapp": None}), ["sms"]),
    "neither": (TWILIO.model_copy(update={"whatsapp": None, "sms": None}), []),
}


@pytest.mark.parametrize("case", LINES)
def test_a_twilio_table_builds_a_channel_for_each_line(case):
    settings, names = LINES[case]
    channels = REGISTRY["twilio"]("kanigaran", settings, Ground(Http()))
    assert [channel.name for channel in channels] == names
    assert all(isinstance(channel, power) for channel in channels for power in (Called, Polled, Downloading, Recalling, Purging, Sharing, Described))  # fmt: skip
    assert all("AC1" not in repr(channel) for channel in channels)


def test_what_the_lines_can_do_stands_in_their_limits():
    whatsapp, sms = (channel.limits for channel in REGISTRY["twilio"]("kanigaran", TWILIO, Ground(Http())))
    assert (whatsapp.text_units, whatsapp.caption_units, whatsapp.window_h, whatsapp.receipts) == (1600, 1024, 24, True)
    assert (whatsapp.photos, whatsapp.pins, whatsapp.choices, whatsapp.edits, whatsapp.short) == (
        True,
        True,
        True,
        False,
        False,
    )
    assert (sms.photos, sms.pins, sms.edits, sms.choices, sms.short, sms.receipts) == (
        False,
        False,
        False,
        False,
        True,
        True,
    )
    assert (sms.window_h, sms.stands_in_for, sms.one_thing_at_a_time) == (0, "whatsapp", True)


BUILD_TWILIO = """channels
from channels.base import Ground
from channels.http import Http
from channels.settings import Secret, TwilioSettings
settings = TwilioSettings(account_sid="AC1", auth_token=Secret("x"), sms="+6282")
channels.REGISTRY["twilio"]("kanigaran", settings, Ground(Http()))
import channels.twilio.reconcile, channels.twilio.media, channels.twilio.setup"""

IMPORTS = {
    "the list alone loads no channel": ("channels, channels.base, channels.text", {"telegram", "aiohttp", "channels.telegram"}),
    "receiving doesn't load the library": ("channels.telegram", {"telegram", "httpx", "aiogram"}),
    "sending loads no other library": ("channels.telegram.library, channels.telegram.render, channels.telegram.setup", {"aiogram", "telegram.ext"}),
    "Twilio calls, and is asked, without its library": (BUILD_TWILIO, {"twilio.rest", "twilio.http", "requests", "phonenumbers", "telegram"}),
    "sending by Twilio loads its library and no other transport": ("channels.twilio.library", {"aiohttp_retry", "twilio.http.async_http_client", "telegram"}),
    "a terminal loads no network": ("channels.console", {"aiohttp", "telegram"}),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPORTS)
def test_what_an_import_costs(case):
    modules, unwanted = IMPORTS[case]
    script = f"import {modules}\nimport sys; print(*(set(sys.modules) & {unwanted!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
