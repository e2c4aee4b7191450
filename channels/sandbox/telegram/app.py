"""The Bot API over ASGI: reads a request, has it carried out, writes the answer or the fault."""

from __future__ import annotations

import asyncio

from channels.sandbox.asgi import Cut, Receive, Scope, Send, gone, headers_of, whole_body
from channels.sandbox.clock import Clock
from channels.sandbox.race import first
from channels.sandbox.telegram import methods, wire
from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.faults import Fault
from channels.sandbox.telegram.model import BotAccount
from channels.sandbox.telegram.params import Params
from channels.sandbox.telegram.wire import Answer, Arguments, Target
from channels.sandbox.telegram.world import World

DOWNLOAD = "download"


class BotApi:
    """The ASGI application. `cut` closes the connection of a request: gracefully, or by a reset."""

    def __init__(self, world: World, clock: Clock, cut: Cut) -> None:
        """Serve that world."""
        self.world = world
        self.clock = clock
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await whole_body(receive, wire.BODY_LIMIT_BYTES)
        if body is None:
            await _write(send, wire.html(413, "Request Entity Too Large"))
            return
        answer = await self._answer(scope, body, receive)
        if answer:
            await _write(send, answer)
        else:
            await gone(receive)

    async def _answer(self, scope: Scope, body: bytes, receive: Receive) -> Answer | None:
        try:
            target, bot = self._addressed(str(scope["path"]))
            arguments = _arguments(scope, body)
            method = DOWNLOAD if target.is_file else methods.canonical(target.rest)
        except BotApiError as error:
            return wire.refused(error)
        fault = self.world.faults.strike(method, arguments.params.get("chat_id"))
        if fault is None:
            return await self._carry_out(bot, method, target, arguments, receive)
        if fault.when == "after":
            await self._carry_out(bot, method, target, arguments, receive)
        return self._fail(scope, bot, method, arguments, fault)

    def _addressed(self, path: str) -> tuple[Target, BotAccount]:
        target = wire.target_of(path)
        if target is None:
            raise BotApiError(404, "Not Found")
        bot = self.world.bots.get(target.token)
        if bot is None:
            well_formed = target.token.partition(":")[0].isdigit() and ":" in target.token
            raise BotApiError(401, "Unauthorized") if well_formed else BotApiError(404, "Not Found")
        return target, bot

    def _fail(self, scope: Scope, bot: BotAccount, method: str, arguments: Arguments, fault: Fault) -> Answer | None:
        ask = Ask(self.world, bot, Params(arguments.params, arguments.files))
        methods.note(ask, method, fault=f"{fault.kind} {fault.when}")
        if fault.kind in {"refuse", "reset"}:
            self._cut(scope, fault.kind == "reset")
        return wire.fault_answer(fault)

    async def _carry_out(
        self, bot: BotAccount, method: str, target: Target, arguments: Arguments, receive: Receive
    ) -> Answer | None:
        try:
            if method == DOWNLOAD:
                file = self.world.files.download(bot, target.rest, self.world.now())
                return wire.file_answer(file) if file else wire.refused(BotApiError(404, "Not Found"))
            if method == methods.GET_UPDATES:
                return await self._long_poll(bot, arguments, receive)
            return wire.ok(methods.call(self.world, bot, method, arguments.params, arguments.files))
        except BotApiError as error:
            return wire.refused(error)

    async def _long_poll(self, bot: BotAccount, arguments: Arguments, receive: Receive) -> Answer | None:
        """Answer getUpdates when something is there, the time is over, or another call ended this one."""
        ask = Ask(self.world, bot, Params(arguments.params))
        timeout_s = max(0, min(ask.params.number("timeout"), methods.POLL_MAX_S))
        changed = asyncio.Event()
        bot.wakers.add(changed.set)
        try:
            number = methods.begin_get_updates(ask)
            began = self.clock.now()
            while True:
                changed.clear()
                ready = methods.continue_get_updates(ask, number)
                left_s = timeout_s - (self.clock.now() - began).total_seconds()
                if ready or left_s <= 0:
                    methods.note(ask, methods.GET_UPDATES, result=ready)
                    return wire.ok(ready)
                _, _, parting = await first(changed.wait(), self.clock.wait(left_s), gone(receive))
                if not parting.cancelled():
                    return None
        except BotApiError as error:
            methods.note(ask, methods.GET_UPDATES, error=error.body())
            raise
        finally:
            bot.wakers.discard(changed.set)


def _arguments(scope: Scope, body: bytes) -> Arguments:
    return wire.arguments_of(scope["query_string"].decode("latin-1"), headers_of(scope).get("content-type", ""), body)


async def _write(send: Send, answer: Answer) -> None:
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": listed})
    await send({"type": "http.response.body", "body": answer.body})
