"""The list of channels: each is built from its table and imported only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

from channels import REGISTRY
from channels.base import Call, Ground
from channels.http import Http
from channels.settings import Secret, TelegramSettings
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


IMPORTS = {
    "the list alone loads no channel": ("channels, channels.base, channels.text", {"telegram", "aiohttp", "channels.telegram"}),
    "receiving doesn't load the library": ("channels.telegram", {"telegram", "httpx", "aiogram"}),
    "sending loads no other library": ("channels.telegram.library, channels.telegram.render, channels.telegram.setup", {"aiogram", "telegram.ext"}),
    "a terminal loads no network": ("channels.console", {"aiohttp", "telegram"}),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPORTS)
def test_what_an_import_costs(case):
    modules, unwanted = IMPORTS[case]
    script = f"import {modules}, sys; print(*(set(sys.modules) & {unwanted!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
