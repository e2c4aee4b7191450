"""What Twilio's codes mean for a message: one table from code to fact, and a default for those we don't know.

Codes: https://www.twilio.com/docs/api/errors. Their texts aren't for programs, and codes come and go.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from channels.http import Answer, Lost, NotSent
from workflow.message import Fact, SendError

WAIT_WHEN_UNTOLD_S = 5.0  # a 429 without Retry-After
_LONGEST_WORDS = 200
_NUMBER = re.compile(r"\+?\d[\d \-]{5,}\d")


class Meaning(NamedTuple):
    """What a code says: the fact, the reason that staff and operator read, and how long to wait where it passes."""

    fact: Fact
    words: str
    wait_s: float = 0.0


_REGION = 21408

CODES: dict[int, Meaning] = {
    # Not processed, or not now
    20429: Meaning("busy", "too many requests", WAIT_WHEN_UNTOLD_S),
    14107: Meaning("busy", "too many messages to this number in a short time: a loop?", 60),
    21611: Meaning("busy", "the sender's queue is full", 60),
    30001: Meaning("busy", "the sender's queue is full", 60),
    30003: Meaning("busy", "the phone can't be reached", 600),
    30005: Meaning("busy", "the phone is unknown or off", 600),
    30008: Meaning("busy", "it failed for an unknown reason", 600),
    30022: Meaning("busy", "the sender's rate was passed", 60),
    63012: Meaning("busy", "WhatsApp has an internal trouble", 60),
    63017: Meaning("busy", "WhatsApp's rate was passed", 60),
    63018: Meaning("busy", "WhatsApp's rate was passed", 60),
    63022: Meaning("busy", "WhatsApp has an internal trouble", 60),
    # Outside the 24 hours
    63016: Meaning("window", "more than 24 hours since their last message: only a template may go"),
    # This person can't be written to
    21211: Meaning("gone", "no valid number"),
    21214: Meaning("gone", "no number that can be reached"),
    21217: Meaning("gone", "no valid number"),
    21610: Meaning("gone", "they have stopped messages from this number"),
    21614: Meaning("gone", "no mobile number"),
    30004: Meaning("gone", "the number is blocked"),
    30006: Meaning("gone", "a landline, or a network that can't be reached"),
    63003: Meaning("gone", "not on WhatsApp"),
    63024: Meaning("gone", "not on WhatsApp, or it can't receive this"),
    63033: Meaning("gone", "they have blocked this sender"),
    # This message can't go
    21408: Meaning("refused", "messages to this country are switched off (Messaging, Settings, Geo permissions)"),
    21606: Meaning("refused", "the sender can't write to this number"),
    21608: Meaning("refused", "a trial account writes to verified numbers alone"),
    21612: Meaning("refused", "there's no way from this sender to this number"),
    21617: Meaning("refused", "the text is too long"),
    21655: Meaning("refused", "the content template doesn't exist"),
    21656: Meaning("refused", "the content template doesn't take these words"),
    21658: Meaning("refused", "the text is too long"),
    30007: Meaning("refused", "a network filtered it out as unwanted"),
    30450: Meaning("refused", "Twilio took it for SMS pumping"),
    11751: Meaning("refused", "the file is too large"),
    12300: Meaning("refused", "the file's type isn't taken"),
    63005: Meaning("refused", "WhatsApp doesn't take this content"),
    63013: Meaning("refused", "WhatsApp's policy doesn't allow it"),
    63015: Meaning("refused", "the number hasn't joined the sandbox (anew every three days)"),
    63019: Meaning("refused", "the file couldn't be fetched from us"),
    63021: Meaning("refused", "WhatsApp doesn't take this content"),
    63027: Meaning("refused", "the template doesn't exist in this language"),
    63028: Meaning("refused", "the template has another number of blanks"),
    63030: Meaning("refused", "the template doesn't take a file"),
    63032: Meaning("refused", "WhatsApp limits what this person gets"),
    63040: Meaning("refused", "the template was rejected"),
    63041: Meaning("refused", "the template is paused"),
    63042: Meaning("refused", "the template is disabled"),
    # Nothing can go until it's mended
    20003: Meaning("misconfigured", "account_sid with auth_token, or api_key with api_secret, isn't right"),
    20005: Meaning("misconfigured", "the account isn't active"),
    20006: Meaning("misconfigured", "the API key may not do this"),
    20404: Meaning("misconfigured", "there's no such account: are account_sid and api_url right?"),
    21212: Meaning("misconfigured", "the sender isn't valid"),
    21603: Meaning("misconfigured", "the sender is missing"),
    21659: Meaning("misconfigured", "the sender isn't a number of this account"),
    21660: Meaning("misconfigured", "the sender belongs to another account"),
    21703: Meaning("misconfigured", "the Messaging Service has no sender"),
    21705: Meaning("misconfigured", "the Messaging Service doesn't exist"),
    30002: Meaning("misconfigured", "the account is suspended"),
    30010: Meaning("misconfigured", "the price limit is passed"),
    63001: Meaning("misconfigured", "the WhatsApp sender can't prove itself"),
    63007: Meaning("misconfigured", "there's no such WhatsApp sender in this account"),
    63020: Meaning("misconfigured", "the WhatsApp sender's invitation wasn't accepted in the Meta Business Manager"),
    63038: Meaning("misconfigured", "the account's limit of messages in 24 hours is reached"),
    90010: Meaning("misconfigured", "the account isn't active"),
}


class Refusal(msgspec.Struct, frozen=True):
    """What Twilio says of a request it refuses (https://www.twilio.com/docs/usage/twilios-response)."""

    code: int | None = None
    message: str | None = None
    detail: str | None = None  # of the products that follow RFC 9457


_refusal = msgspec.json.Decoder(Refusal)


def meaning_of(code: int, chat: str = "") -> Meaning:
    """What a code means for a message to that chat; for one we don't know: this message can't go.

    That a country is switched off stops the whole channel where it's the office's own; else any stranger's number
    could stop it.
    """
    if code == _REGION and chat.startswith("+62"):
        return CODES[code]._replace(fact="misconfigured")
    return CODES.get(code, Meaning("refused", "Twilio refuses it"))


def error_of(code: int, chat: str = "") -> SendError:
    """A code that came without a status: of a message that was accepted and failed."""
    found = meaning_of(code, chat)
    return SendError(found.fact, f"{code}: {found.words}", retry_after_s=found.wait_s)


def refused(answer: Answer, chat: str = "") -> SendError:
    """What an answer that isn't 2xx means. The status decides where the code is unknown or nobody can know."""
    try:
        body = _refusal.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _without_twilios_word(answer)
    code = body.code or 0
    if answer.status == 429 and meaning_of(code).fact != "busy":
        code = 20429
    if answer.status == 408 or answer.status >= 500:
        return SendError("uncertain", f"status {answer.status}" + (f", code {code}" if code else ""))
    if code in CODES:
        error = error_of(code, chat)
        error.retry_after_s = _told_s(answer) or error.retry_after_s
        return error
    words = _NUMBER.sub("…", body.message or body.detail or "")  # Twilio's words name whom it was for
    said = f"{code}: {words}"[:_LONGEST_WORDS].rstrip(": ")
    fact: Fact = "misconfigured" if answer.status in {401, 403, 404} else "refused"
    return SendError(fact, f"status {answer.status}, {said}")


def failed(error: NotSent | Lost) -> SendError:
    """A request without an answer: surely not sent, or nobody knows."""
    return SendError("down" if isinstance(error, NotSent) else "uncertain", str(error))


def _told_s(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdecimal() else 0.0


def _without_twilios_word(answer: Answer) -> SendError:
    """Not Twilio's JSON, so something between us spoke, or it was cut off."""
    words = f"status {answer.status} without Twilio's JSON"
    if answer.status == 429:
        return SendError("busy", words, retry_after_s=_told_s(answer) or WAIT_WHEN_UNTOLD_S)
    if answer.status == 413:
        return SendError("refused", words)
    if answer.status == 408 or answer.status < 300 or answer.status >= 500:
        return SendError("uncertain", words)
    return SendError("misconfigured", f"{words}: is api_url right, or a proxy in between?")
