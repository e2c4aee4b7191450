"""Prepares a bot for work and tells the operator what is wrong with it and how to mend it.

It speaks to the Bot API itself: python-telegram-bot, 20 MB and a third of a second, is loaded at the first sending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec

from channels.base import Problem, Report
from channels.telegram.answers import AlreadyDone
from channels.telegram.read import ALLOWED_UPDATES
from channels.telegram.shapes import DeskChat, Me, Membership, WebhookState
from workflow.message import Fact, SendError
from workflow.words import texts

if TYPE_CHECKING:
    from channels.telegram.api import Api

MAX_CONNECTIONS = 40

NEVER: frozenset[Fact] = frozenset()
PASSING: frozenset[Fact] = frozenset({"down", "busy", "uncertain"})
ANY: frozenset[Fact] = frozenset(get_args(Fact))

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BotReport(Report):
    """What Telegram says about a bot and its desk."""

    bot_id: int = 0
    username: str = ""
    sees_all: bool = False  # every message in groups, not only commands and replies
    desk: str = ""  # the group's title
    topics: bool | None = None  # whether complaints get topics of their own; None: unknown
    waiting: int = 0  # updates that Telegram holds for our webhook


@dataclass(slots=True)
class Inspection:
    """One pass over a bot: asks, and notes what goes wrong instead of giving up."""

    api: Api
    problems: list[Problem]

    async def ask(
        self,
        method: str,
        fields: Mapping[str, object],
        shape: type[_T],
        mend: str,
        blocking: frozenset[Fact] = NEVER,
        *,
        desk: bool = False,
    ) -> _T | None:
        """The method's result, or None with a problem noted."""
        return await self.tried(method, mend, partial(self.api.ask, method, fields, shape), blocking, desk=desk)

    async def tried(
        self,
        what: str,
        mend: str,
        work: Callable[[], Awaitable[_T]],
        blocking: frozenset[Fact] = NEVER,
        *,
        desk: bool = False,
    ) -> _T | None:
        """The work's result, or None with a problem noted; it blocks when it failed with one of those facts."""
        try:
            return await work()
        except AlreadyDone:
            return None
        except SendError as error:
            self.problems.append(Problem(f"{what}: {error.reason}", mend, error.fact, error.fact in blocking, desk))
            return None


async def describe(api: Api, desk: str | None, hook: str | None = None) -> BotReport:
    """Look at the bot, its desk and its webhook, and change nothing.

    `hook` is where Telegram shall call ("": nowhere, we poll); None leaves that unlooked at.
    """
    look = Inspection(api, [])
    me = await look.ask("getMe", {}, Me, "Check token and api_url; @BotFather shows the token.", PASSING)
    if me is None:
        return BotReport(problems=tuple(look.problems))
    webhook, (group, membership) = await asyncio.gather(_webhook(look, hook), _desk(look, me, desk))
    sees = "sees every message" if me.can_read_all_group_messages else "sees commands and replies, which is enough"
    right = [f"@{me.username} answers", f"in groups it {sees}"]
    right += [f"its desk is {group.title!r}" + (", with topics" if group.is_forum else "")] if group else []
    notes = []
    if membership is not None and membership.status == "member":
        notes = ["the bot is no administrator of its desk: in a large group it may not learn who leaves"]
    return BotReport(
        bot_id=me.id,
        username=me.username,
        sees_all=me.can_read_all_group_messages,
        desk=group.title if group else "",
        topics=group.is_forum if group else None,
        waiting=webhook.pending_update_count if webhook else 0,
        problems=tuple(look.problems),
        right=tuple(right),
        notes=tuple(notes),
    )


async def prepare(api: Api, *, webhook: str, secret: str, desk: str | None) -> tuple[Problem, ...]:
    """Choose webhook (its address) or polling (""), and set the menus of commands. No waiting update is dropped."""
    look = Inspection(api, [])
    if webhook:
        fields: dict[str, Any] = {
            "url": webhook,
            "secret_token": secret,
            "max_connections": MAX_CONNECTIONS,
            "allowed_updates": ALLOWED_UPDATES,
        }
        mend = "public_url must be an HTTPS address that Telegram reaches on port 443, 80, 88 or 8443."
        road = look.tried("setWebhook", mend, partial(api.ask, "setWebhook", fields, bool), ANY)
    else:
        # Where it fails for good, polling says so itself.
        road = look.tried("deleteWebhook", "Try again later.", partial(api.ask, "deleteWebhook", {}, bool), PASSING)
    menus: list[tuple[str, Mapping[str, object]]] = [("citizen", {"type": "all_private_chats"})]
    if desk:
        menus.append(("desk", {"type": "chat", "chat_id": int(desk)}))
    await asyncio.gather(road, *(_menu(look, audience, scope) for audience, scope in menus))
    return tuple(look.problems)


class Command(msgspec.Struct, frozen=True):
    """A line of a bot's menu (https://core.telegram.org/bots/api#botcommand)."""

    command: str
    description: str


def commands(audience: str) -> list[Command]:
    """The menu for "citizen" or "desk", in the order of workflow/words/commands.toml."""
    prefix = f"commands.{audience}."
    return [Command(key.removeprefix(prefix), words) for key, words in texts().items() if key.startswith(prefix)]


async def _menu(look: Inspection, audience: str, scope: Mapping[str, object]) -> None:
    mend = f"The menu of commands for the {audience} is missing; everything else works."
    menu = {"commands": commands(audience), "scope": scope}
    await look.tried("setMyCommands", mend, partial(look.api.ask, "setMyCommands", menu, bool))


async def _webhook(look: Inspection, hook: str | None) -> WebhookState | None:
    """Where Telegram calls, and how its last call went."""
    state = await look.ask("getWebhookInfo", {}, WebhookState, "Try again later.")
    if state is not None and hook is not None and state.url != hook:
        where = "Telegram calls another address" if state.url else "Telegram isn't told to call"
        mend = "`aduan serve` sets it at its start; if it doesn't stay, another program uses this bot's token."
        look.problems.append(Problem(f"{where}: {state.url or 'no webhook is set'}", mend))
    if state is not None and state.last_error_message:
        mend = "Telegram must reach public_url over HTTPS (port 443, 80, 88 or 8443), and the secret must be the same."
        look.problems.append(Problem(f"Telegram's last call failed: {state.last_error_message}", mend))
    return state


async def _desk(look: Inspection, me: Me, desk: str | None) -> tuple[DeskChat | None, Membership | None]:
    """The staff group, and whether the bot can do there what it must."""
    if not desk:
        return None, None
    mend = "Add the bot to the staff group as an administrator; for another group, link it with `aduan link`."
    group = await look.ask("getChat", {"chat_id": int(desk)}, DeskChat, mend, desk=True)
    if group is None:
        return None, None
    if group.type not in {"supergroup", ""}:
        upgrade = "Make its history visible to new members, or turn on topics: it becomes a supergroup with a new id."
        look.problems.append(Problem(f"the desk is a {group.type}, not a supergroup", upgrade, desk=True))
    of_bot = {"chat_id": int(desk), "user_id": me.id}
    membership = await look.ask("getChatMember", of_bot, Membership, mend, desk=True)
    if membership is not None and membership.status in {"left", "kicked"}:
        look.problems.append(Problem("the bot isn't a member of the desk", mend, desk=True))
    elif membership is not None and membership.status == "restricted" and not membership.can_send_messages:
        look.problems.append(Problem("the bot may not write in the desk", mend, desk=True))
    elif membership is not None and group.is_forum and not membership.can_manage_topics:
        rights = "Make the bot an administrator of the staff group with the right to manage topics."
        look.problems.append(Problem("the desk has topics and the bot may not make any", rights, desk=True))
    return group, membership
