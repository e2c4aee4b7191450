"""What is stored of a call of Twilio's: its form as it came, under one line that says by which path, when and whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, urlencode

import msgspec

from channels.base import Malformed

MOST_FIELDS = 500  # a message has some 45; more are hostile

By = Literal["message", "status"]


class Head(msgspec.Struct, frozen=True, gc=False):
    """The line above the form: all that intake reads."""

    by: By
    at: datetime  # when it came, or Twilio's own time where it was listed: calls carry none
    key: str
    chat: str  # the person's line in one spelling; "" where none is named
    query: str = ""  # of the address that was called: what we gave to the callback ourselves


class Form:
    """Fields by name; a name may come more than once, and its first value counts."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def getall(self, name: str) -> list[str]:
        """Every value of a field, as the signature covers them."""
        return self._values[name]

    def get(self, name: str) -> str:
        """A field, without the NUL that no text may hold; "" where it's missing."""
        found = self._values.get(name)
        return found[0].replace("\0", "") if found else ""


def pairs_of(body: bytes | str) -> list[tuple[str, str]]:
    """The fields of a form, blank ones and unknown ones included. Raises `ValueError` for what is none."""
    text = body if isinstance(body, str) else body.decode()
    return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)


_head = msgspec.json.Decoder(Head)


def stored(head: Head, form: bytes) -> bytes:
    """The payload: a line of JSON and the form as it came."""
    return msgspec.json.encode(head) + b"\n" + form


def written(fields: Iterable[tuple[str, str]]) -> bytes:
    """Fields as a form, for what Twilio listed instead of calling us."""
    return urlencode(list(fields)).encode()


def head_of(payload: bytes) -> Head:
    """The line above the form. Raises `Malformed`."""
    try:
        return _head.decode(payload[: payload.index(b"\n")])
    except (ValueError, msgspec.MsgspecError):
        raise Malformed("not stored by this channel") from None


def form_of(payload: bytes) -> Form:
    """The form. Raises `ValueError` for what is none."""
    return Form(pairs_of(payload[payload.index(b"\n") + 1 :]))
