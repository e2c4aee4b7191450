"""The table of methods, and one call from name and parameters to result, logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.sandbox.telegram import account, chats, editing, sending, updates
from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.model import BotAccount, Call, Upload
from channels.sandbox.telegram.params import Params
from channels.sandbox.telegram.world import World

GET_UPDATES = "getUpdates"
POLL_MAX_S = 50


def _get_updates_now(ask: Ask) -> list[dict[str, Any]]:
    """GetUpdates without waiting; the server waits between its two halves."""
    number = begin_get_updates(ask)
    return continue_get_updates(ask, number)


def begin_get_updates(ask: Ask) -> int:
    """Take note of offset and wanted kinds, end other pollers; return the number of this poll."""
    account.remember_allowed(ask.bot, ask.params.json("allowed_updates", "allowed_updates"))
    return updates.begin_poll(ask.bot, ask.params.number("offset"), ask.world.now())


def continue_get_updates(ask: Ask, number: int) -> list[dict[str, Any]]:
    """Return what is there for this poll now; raises 409 when another call ended it."""
    offset, limit = ask.params.number("offset"), ask.params.number("limit")
    return [update.as_json() for update in updates.poll(ask.bot, number, offset, limit, ask.world.now())]


_BY_NAME: dict[str, tuple[str, Callable[[Ask], Any]]] = {
    name.lower(): (name, method)
    for name, method in (
        account.METHODS | chats.METHODS | editing.METHODS | sending.METHODS | {GET_UPDATES: _get_updates_now}
    ).items()
}


def canonical(method: str) -> str:
    """Return the method's name as documented (case doesn't matter to Telegram); raises 404 for an unknown one."""
    found = _BY_NAME.get(method.lower())
    if found is None:
        raise BotApiError(404, "Not Found: method not found")
    return found[0]


def call(
    world: World, bot: BotAccount, method: str, raw: Mapping[str, str], files: Mapping[str, Upload] | None = None
) -> Any:  # noqa: ANN401 - the method's result, JSON
    """Carry out a call and log it. Raises BotApiError, logged too (an unknown method isn't)."""
    name = canonical(method)
    ask = Ask(world, bot, Params(raw, files))
    try:
        result = _BY_NAME[name.lower()][1](ask)
    except BotApiError as error:
        note(ask, name, error=error.body())
        raise
    note(ask, name, result=result)
    return result


def note(
    ask: Ask,
    method: str,
    *,
    result: Any = None,  # noqa: ANN401 - the method's result, JSON
    error: dict[str, Any] | None = None,
    fault: str = "",
) -> None:
    """Write a line of the call log."""
    world, params = ask.world, ask.params
    world.log(
        lambda number: Call(
            number, world.now(), ask.bot.id, method, params.decoded(), params.files, result, error, fault
        )
    )
