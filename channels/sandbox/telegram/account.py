"""The methods about the bot itself: who it is, its webhook, its commands, its files."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from channels.sandbox.telegram import updates
from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import bad_request
from channels.sandbox.telegram.model import BotAccount, Webhook
from channels.sandbox.telegram.render import unix, user_json

Json = dict[str, Any]

UPDATE_KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
    "chat_boost", "removed_chat_boost",
)  # fmt: skip
_PORTS = frozenset({None, 443, 80, 88, 8443})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRET_MAX = 256
_CONNECTIONS_MAX = 100
_COMMANDS_MAX = 100
_SCOPES = frozenset({
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
})  # fmt: skip


def get_me(ask: Ask) -> Json:
    """GetMe."""
    return user_json(ask.bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": ask.bot.can_read_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def remember_allowed(bot: BotAccount, allowed: Any) -> None:  # noqa: ANN401 - what the client sent
    """Keep the list of wanted kinds; left out it stays as it was, empty it becomes the default (I11)."""
    if allowed is None:
        return
    if not isinstance(allowed, list):
        raise bad_request("can't parse allowed_updates JSON object")
    # Names Telegram doesn't know are passed over; of none left, the default applies.
    known = frozenset(str(name) for name in allowed) & frozenset(UPDATE_KINDS)
    bot.allowed = known or None


def set_webhook(ask: Ask) -> bool:
    """setWebhook; without a url the webhook goes. Loopback may be plain http on any port, for tests and the demo."""
    bot, params = ask.bot, ask.params
    url = params.text("url").strip()
    secret = params.text("secret_token")
    if url:
        _check_url(url)
        _check_secret(secret)
    ask.world.flood.admit_webhook_change(bot, ask.world.now())
    bot.webhook_set_at = ask.world.now()
    if params.flag("drop_pending_updates"):
        bot.updates.clear()
    if url:
        remember_allowed(bot, params.json("allowed_updates", "allowed_updates"))
        connections = params.number("max_connections", 40)
        bot.webhook = Webhook(url, secret, max(1, min(connections, _CONNECTIONS_MAX)))
        bot.poll_number += 1
        bot.poll_ended_by = updates.BY_WEBHOOK
    else:
        bot.webhook = None
    bot.wake()
    return True


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if parts.hostname in _LOOPBACK and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _check_secret(secret: str) -> None:
    if len(secret) > _SECRET_MAX:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")


def delete_webhook(ask: Ask) -> bool:
    """DeleteWebhook."""
    if ask.params.flag("drop_pending_updates"):
        ask.bot.updates.clear()
    ask.bot.webhook = None
    ask.bot.wake()
    return True


def get_webhook_info(ask: Ask) -> Json:
    """GetWebhookInfo."""
    bot = ask.bot
    waiting = len(updates.pending(bot, ask.world.now()))
    webhook = bot.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": waiting,
    }
    if webhook:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook and webhook.last_error_at:
        info |= {"last_error_date": unix(webhook.last_error_at), "last_error_message": webhook.last_error}
    if bot.allowed:
        info["allowed_updates"] = sorted(bot.allowed)
    return info


def _scope(ask: Ask) -> tuple[str, str]:
    scope = ask.params.json("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    name = ":".join(str(scope[part]) for part in ("type", "chat_id", "user_id") if part in scope)
    return name, ask.params.text("language_code")


def set_my_commands(ask: Ask) -> bool:
    """setMyCommands, per scope and language (G11)."""
    commands = ask.params.json("commands", "commands") or []
    if not isinstance(commands, list) or not all(isinstance(each, dict) for each in commands):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > _COMMANDS_MAX:
        raise bad_request("too many commands specified")
    for each in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(each.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    kept = [{"command": each["command"].removeprefix("/"), "description": each["description"]} for each in commands]
    ask.bot.commands[_scope(ask)] = kept
    return True


def get_my_commands(ask: Ask) -> list[dict[str, str]]:
    """GetMyCommands of exactly that scope and language."""
    return ask.bot.commands.get(_scope(ask), [])


def delete_my_commands(ask: Ask) -> bool:
    """DeleteMyCommands."""
    ask.bot.commands.pop(_scope(ask), None)
    return True


def get_file(ask: Ask) -> Json:
    """getFile: a path for an hour, up to 20 MB (C4)."""
    file_id = ask.params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    return ask.world.files.link(ask.bot, file_id, ask.world.now())


def _nothing(_: Ask) -> bool:
    return True


METHODS: dict[str, Callable[[Ask], Any]] = {
    "getMe": get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getFile": get_file,
    "logOut": _nothing,
    "close": _nothing,
}
