"""What the Bot API's answers mean for a message: one table from status and words to a fact."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from channels.http import Answer, Lost, NotSent
from workflow.message import Fact, SendError

WAIT_WHEN_UNTOLD_S = 5.0  # a 429 without retry_after


class Parameters(msgspec.Struct, frozen=True):
    """What Telegram adds to a refusal (https://core.telegram.org/bots/api#responseparameters)."""

    migrate_to_chat_id: int = 0
    retry_after: float = 0.0


class Body(msgspec.Struct, frozen=True):
    """An answer: a result or a refusal (https://core.telegram.org/bots/api#making-requests)."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"")
    error_code: int = 0
    description: str = ""
    parameters: Parameters = Parameters()


# Words of a 400 that mean: this chat is lost until the person comes back (tdlib/telegram-bot-api, Client.cpp).
_GONE = (
    "chat not found", "user not found", "user is deactivated", "group chat was deactivated", "peer_id_invalid",
    "input_user_deactivated", "bot was kicked", "bot was blocked",
)  # fmt: skip
# Words of a 400 that mean: we may not write in this group now (tdlib/telegram-bot-api, Client.cpp).
_BARRED = (
    "not enough rights to send", "have no rights to send", "need administrator rights", "chat_write_forbidden",
    "chat_restricted", "chat_send_plain_forbidden", "user_banned_in_channel",
)  # fmt: skip
# What people did to the place of a message, or to the one it changes.
_OF_THE_PLACE: tuple[tuple[str, Fact], ...] = (
    ("message thread not found", "lost_topic"),
    ("topic_deleted", "lost_topic"),
    ("topic_id_invalid", "lost_topic"),
    ("topic_closed", "closed_topic"),
    ("message to edit not found", "vanished"),
    ("message_id_invalid", "vanished"),
)
# Words of a 400 that mean: it's as we want it already.
_DONE = ("message is not modified", "message to delete not found")
_OTHER_POLLER = "terminated by other"

_body = msgspec.json.Decoder(Body)


class AlreadyDone(Exception):
    """A refusal that is a success: the message is already as wanted."""


def result_of(answer: Answer) -> msgspec.Raw:
    """The result of an accepted request. Raises `SendError` with its fact, or `AlreadyDone`."""
    try:
        body = _body.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SendError(*_without_telegrams_word(answer.status)) from None
    if body.ok and 200 <= answer.status < 300:
        return body.result
    status = body.error_code if answer.status < 400 else answer.status
    raise _refusal(status, body, answer.headers.get("retry-after", ""))


def failed(error: NotSent | Lost) -> SendError:
    """A request without an answer: surely not sent, or nobody knows."""
    return SendError("down" if isinstance(error, NotSent) else "uncertain", str(error))


def _refusal(status: int, body: Body, retry_after: str) -> SendError | AlreadyDone:
    words = body.description[:300] or f"status {status}"
    said = words.casefold()
    if body.parameters.migrate_to_chat_id:
        return SendError("moved", words, moved_to=str(body.parameters.migrate_to_chat_id))
    if status == 429:
        told = body.parameters.retry_after or (float(retry_after) if retry_after.isdecimal() else 0.0)
        return SendError("busy", words, retry_after_s=told if told > 0 else WAIT_WHEN_UNTOLD_S)
    if status == 400 and any(done in said for done in _DONE):
        return AlreadyDone()
    if status == 400 and any(gone in said for gone in _GONE):
        return SendError("gone", words)
    if status in {400, 403} and any(barred in said for barred in _BARRED):
        return SendError("barred", words)
    if status == 400 and (fact := next((fact for mark, fact in _OF_THE_PLACE if mark in said), None)):
        return SendError(fact, words)
    if status == 409 and _OTHER_POLLER in said:  # the one before us is still ending
        return SendError("busy", words, retry_after_s=WAIT_WHEN_UNTOLD_S)
    return SendError(_by_status(status), words)


def _by_status(status: int) -> Fact:
    """The fact a status alone tells. 404 stands for a token of the wrong form, 409 for a webhook in the way."""
    rows: tuple[tuple[Callable[[int], bool], Fact], ...] = (
        (lambda it: it in {401, 404, 409}, "misconfigured"),
        (lambda it: it == 403, "gone"),
        (lambda it: it == 408 or it >= 500, "uncertain"),
        (lambda it: 400 <= it < 500, "refused"),
    )
    return next((fact for fits, fact in rows if fits(status)), "uncertain")


def _without_telegrams_word(status: int) -> tuple[Fact, str]:
    """Not Telegram's JSON, so something between us spoke, or it was cut off: a 200 doesn't prove that it was taken."""
    words = f"status {status} without Telegram's JSON"
    if status == 413:
        return "refused", words
    if status == 429:
        return "busy", words
    if status == 408 or status < 300 or status >= 500:
        return "uncertain", words
    return "misconfigured", f"{words}: is api_url right, or a proxy in between?"
