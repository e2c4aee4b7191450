"""A small office on the stand-in: one bot, a citizen, two of the staff, a desk with topics and one without."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from dataclasses import dataclass
from functools import cache

from PIL import Image

from channels.sandbox.telegram import (
    BotAccount,
    BotApiError,
    Chat,
    FloodLimits,
    HandClock,
    People,
    User,
    World,
    call,
)

TOKEN = "100200:CONTOH-token"


@dataclass
class Scene:
    clock: HandClock
    world: World
    people: People
    bot: BotAccount
    sari: User
    rahma: User
    camat: User
    desk: Chat
    forum: Chat

    @property
    def private(self) -> Chat:
        return self.world.private(self.sari, self.bot)

    def ask(self, method, **params):
        """Make a call without a server; values that aren't text go as JSON, as the clients send them."""
        return call(self.world, self.bot, method, raw(params))

    def refusal(self, method, **params) -> str:
        """Make a call that's refused and return code and description."""
        try:
            result = self.ask(method, **params)
        except BotApiError as error:
            return f"{error.code} {error.description}"
        raise AssertionError(f"{method} was not refused: {result}")

    def told(self) -> list[dict]:
        """Take what waits for the bot, as getUpdates gives it."""
        updates = self.ask("getUpdates")
        if updates:
            self.ask("getUpdates", offset=updates[-1]["update_id"] + 1)
        return updates


def raw(params):

    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}


def scene(*, flood: FloodLimits | None = None, started: bool = True, reads_all: bool = False) -> Scene:
    clock = HandClock()
    world = World(clock.now, flood=flood)
    people = People(world)
    bot = world.add_bot(TOKEN, username="contoh_bot", name="Kecamatan Contoh", reads_all=reads_all)
    sari = world.add_user("Sari", last_name="Contoh", username="sari_contoh")
    rahma, camat = world.add_user("Siti Rahma"), world.add_user("Budi")
    desk = world.add_group("Meja", members=[rahma, camat], bots=[bot])
    forum = world.add_group("Meja bertopik", members=[rahma, camat], bots=[bot], forum=True)
    made = Scene(clock, world, people, bot, sari, rahma, camat, desk, forum)
    if started:
        people.start(sari, bot)
        made.told()
    return made


@cache
def picture(width: int = 1600, height: int = 1200, *, exif: bool = False, turned: bool = False) -> bytes:
    """A plain picture, with EXIF marks of a place or of a turned camera if asked for."""
    out = io.BytesIO()
    image = Image.new("RGB", (width, height), (160, 90, 60))
    marks = Image.Exif()
    if exif:
        marks[0x010F] = "Contoh"
        marks.get_ifd(0x8825)[1] = "S"
    if turned:
        marks[0x0112] = 6  # the camera was held upright
    image.save(out, "JPEG", exif=marks)
    return out.getvalue()


async def until(condition) -> None:
    """Let the loop turn until something holds, for half a minute at most."""
    async with asyncio.timeout(30):
        while not condition():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.001)
