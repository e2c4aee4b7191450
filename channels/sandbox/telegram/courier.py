"""Brings updates to webhooks, one at a time per queue, until taken or expired (docs/telegram.md I2-I9)."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Iterator
from typing import Any

import aiohttp

from channels.sandbox.clock import Clock
from channels.sandbox.race import first
from channels.sandbox.rounds import rounds
from channels.sandbox.telegram import methods, updates
from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.model import BotAccount, Update
from channels.sandbox.telegram.updates import Outcome
from channels.sandbox.telegram.world import World

ANSWER_WITHIN_S = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_IDLE_S = 3600.0
_NOT_BY_ANSWER = ("get", "setwebhook", "deletewebhook", "close", "logout")


class Courier:
    """Watches every bot of the world and delivers what is due."""

    def __init__(self, world: World, clock: Clock, http: aiohttp.ClientSession) -> None:
        """Deliver over that HTTP session."""
        self._world = world
        self._clock = clock
        self._http = http

    async def run(self) -> None:
        """Deliver until cancelled."""
        await rounds(self._world.wakers, self._clock, self._due, self._idle_s)

    def _due(self) -> Iterator[Coroutine[Any, Any, None]]:
        for bot in self._world.bots.values():
            for update in updates.due(bot, self._world.now()):
                update.in_flight = True
                yield self._deliver(bot, update)

    def _idle_s(self) -> float:
        now = self._world.now()
        times = [updates.next_due_at(bot) for bot in self._world.bots.values() if bot.webhook]
        waits = [(at - now).total_seconds() for at in times if at and at > now]
        return min(waits, default=_IDLE_S)

    async def _deliver(self, bot: BotAccount, update: Update) -> None:
        try:
            outcome = await self._post(bot, update)
        finally:
            update.in_flight = False
        updates.settle(bot, update, outcome, self._world.now())

    async def _post(self, bot: BotAccount, update: Update) -> Outcome:
        post, _ = await first(self._exchange(bot, update), self._clock.wait(ANSWER_WITHIN_S))
        if post.cancelled():
            return Outcome(None, reason="Read timeout expired")
        error = post.exception()
        if error:
            return Outcome(None, reason=_reason(error))
        outcome: Outcome = post.result()
        return outcome

    async def _exchange(self, bot: BotAccount, update: Update) -> Outcome:
        webhook = bot.webhook
        if webhook is None:
            return Outcome(None, reason="Webhook was deleted")
        headers = {"content-type": "application/json"} | ({SECRET_HEADER: webhook.secret} if webhook.secret else {})
        body = json.dumps(update.as_json(), ensure_ascii=False).encode()
        async with self._http.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
            text = await response.text(errors="replace")
            outcome = Outcome(response.status, _seconds(response.headers.get("Retry-After", "")), response.reason or "")
        if outcome.delivered:
            call_in_answer(self._world, bot, text)
        return outcome


def call_in_answer(world: World, bot: BotAccount, text: str) -> None:
    """Carry out the call a webhook's answer may hold; nobody learns of its result (I9)."""
    try:
        given: Any = json.loads(text)
    except ValueError:
        return
    if not isinstance(given, dict) or not isinstance(given.get("method"), str):
        return
    method = given.pop("method")
    if method.lower().startswith(_NOT_BY_ANSWER):
        return
    raw = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    try:
        methods.call(world, bot, method, raw)
    except BotApiError:
        return  # logged by the call itself


def _seconds(header: str) -> int:
    return int(header) if header.strip().isdigit() else 0


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return "Connection refused"
    return "Webhook connection closed" if isinstance(error, aiohttp.ClientError) else type(error).__name__
