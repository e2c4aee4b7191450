"""Keyboards under messages: shape and limits as the Bot API checks them."""

from __future__ import annotations

import re
from typing import Any

from channels.sandbox.telegram.errors import bad_request

_BUTTONS_MAX = 100
_CALLBACK_BYTES_MAX = 64
_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def checked_markup(markup: Any, *, private: bool) -> dict[str, Any] | None:  # noqa: ANN401 - what the client sent
    """Return the markup if Telegram would take it, None for "no keyboard"; raise its error otherwise.

    `private`: whether it goes to a private chat, the only place for buttons that ask for a position or a number.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("inline_keyboard") is not None:
        return _inline(markup["inline_keyboard"])
    if markup.get("keyboard") is not None:
        return _reply(markup, private=private)
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return dict(markup)
    return None


def is_inline(markup: dict[str, Any] | None) -> bool:
    """Return whether these are buttons inside the message (or no buttons at all)."""
    return markup is None or "inline_keyboard" in markup


def _rows(keyboard: Any, field: str, kind: str) -> list[list[Any]]:  # noqa: ANN401 - what the client sent
    if not isinstance(keyboard, list):
        raise bad_request(f'field "{field}" of the {kind} must be an Array')
    if not all(isinstance(row, list) for row in keyboard):
        raise bad_request(f'field "{field}" of the {kind} must be an Array of Arrays')
    if sum(len(row) for row in keyboard) > _BUTTONS_MAX:
        raise bad_request("reply markup is too long")
    return [row for row in keyboard if row]


def _inline(keyboard: Any) -> dict[str, Any] | None:  # noqa: ANN401 - what the client sent
    rows = _rows(keyboard, "inline_keyboard", "InlineKeyboardMarkup")
    for row in rows:
        for button in row:
            _check_inline_button(button)
    return {"inline_keyboard": [[dict(button) for button in row] for row in rows]} if rows else None


def _check_inline_button(button: Any) -> None:  # noqa: ANN401 - what the client sent
    problem = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(f"{problem}InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f'{problem}Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad_request(f"{problem}Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    data = button.get("callback_data")
    if data is not None and not (isinstance(data, str) and 0 < len(data.encode()) <= _CALLBACK_BYTES_MAX):
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not re.match(r"(?:https?|tg)://\S+", str(url)):
        raise bad_request("BUTTON_URL_INVALID")


def _reply(markup: dict[str, Any], *, private: bool) -> dict[str, Any] | None:
    rows = _rows(markup["keyboard"], "keyboard", "ReplyKeyboardMarkup")
    buttons: list[list[dict[str, Any]]] = []
    for row in rows:
        buttons.append([{"text": button} if isinstance(button, str) else button for button in row])
        for button in buttons[-1]:
            _check_reply_button(button, private=private)
    return {**markup, "keyboard": buttons} if rows else None


def _check_reply_button(button: Any, *, private: bool) -> None:  # noqa: ANN401 - what the client sent
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if button.get("request_contact") and not private:
        raise bad_request("phone number can be requested in private chats only")
    if button.get("request_location") and not private:
        raise bad_request("location can be requested in private chats only")
