"""The lines people write from and to: all spellings of a number are one, and a name without a number stays whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["whatsapp", "sms"]

_PREFIX = "whatsapp:"
_PLAIN = re.compile(r"\+[1-9]\d{5,14}")  # E.164: at most 15 digits
_SEPARATORS = re.compile(r"[\s().\-/\u00a0]+")
# A business-scoped user id: the country's two letters, a dot and what Meta made up (docs/twilio.md I2).
_SCOPED = re.compile(r"([A-Za-z]{2})\.([A-Za-z0-9]{1,128})")
_LONGEST = 160


def kind_of(line: str) -> Kind:
    """Which channel a line as Twilio writes it belongs to: "whatsapp:+62..." or a bare number."""
    return "whatsapp" if line.lstrip()[: len(_PREFIX)].casefold() == _PREFIX else "sms"


def chat_of(line: str) -> str:
    """The one spelling of a line: "+6281234567890" for a number, "ID.1234..." for a business-scoped id.

    08.., 8.., 62.., +62.. and 0062.. are Indonesian spellings of the same number. What is no number that could be
    answered (a short code, a sender's name) stays as it is; "" for nothing.
    """
    if _PLAIN.fullmatch(line) and not line.startswith("+620"):
        return line
    rest = line.strip()
    if kind_of(rest) == "whatsapp":
        rest = rest[len(_PREFIX) :].strip()
    scoped = _SCOPED.fullmatch(rest)
    if scoped is not None:
        return f"{scoped[1].upper()}.{scoped[2]}"
    digits = _SEPARATORS.sub("", rest)
    international = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
    if not (digits.isascii() and digits.isdecimal()):
        return rest[:_LONGEST]
    return _number(digits, international=international) or rest[:_LONGEST]


def _number(digits: str, *, international: bool) -> str:
    """These digits in E.164, or "" where they're no full number."""
    if digits.startswith("620"):  # the 0 of a number at home, left standing behind the country's code
        digits = "62" + digits[3:]
    elif not international and digits.startswith("0"):
        digits = "62" + digits[1:]
    elif not international and digits.startswith("8") and 9 <= len(digits) <= 12:
        digits = "62" + digits
    elif not international and len(digits) < 10:
        return ""
    number = "+" + digits
    return number if _PLAIN.fullmatch(number) and len(digits) >= 8 else ""


def line_to(kind: Kind, chat: str) -> str:
    """A chat as Twilio wants it in To: "whatsapp:+62...", "whatsapp:ID.1234...", or the bare number."""
    return _PREFIX + chat if kind == "whatsapp" else chat


def spoken(chat: str) -> str:
    """A number as people say it: "+6281100001201" is 0811-0000-1201; one from abroad stays as it is."""
    if not chat.startswith("+62"):
        return chat
    digits = "0" + chat[3:]
    parts = [digits[:4], *(digits[at : at + 4] for at in range(4, len(digits) - 5, 4))]
    rest = digits[sum(map(len, parts)) :]
    return "-".join(filter(None, [*parts, rest]))


def is_number(chat: str) -> bool:
    """Whether a chat is a telephone number, which can be called and sent an SMS."""
    return chat.startswith("+")


@dataclass(frozen=True, slots=True)
class Senders:
    """The office's own lines, in one spelling; "" for what it doesn't have."""

    whatsapp: str = ""
    sms: str = ""
    service: str = ""  # the Messaging Service that further lines may belong to: MG...

    def own(self, kind: Kind) -> str:
        """The office's line on that channel."""
        return self.whatsapp if kind == "whatsapp" else self.sms

    def owner(self, line: str, service: str = "") -> Kind | None:
        """The channel to whose sender this line belongs; None if it's nobody's here.

        A line of the Messaging Service's pool belongs to the channel of its kind.
        """
        kind = kind_of(line)
        own = self.own(kind)
        if not own:
            return None
        return kind if chat_of(line) == own or (service and service == self.service) else None

    def is_ours(self, kind: Kind, chat: str) -> bool:
        """Whether a chat is the office itself."""
        return bool(chat) and chat == self.own(kind)
