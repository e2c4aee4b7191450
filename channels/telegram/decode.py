"""Decodes JSON that may be anything: fast where it is an update, leniently where only its number matters."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from channels.base import Malformed
from channels.telegram.shapes import Numbered

UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)

_DEEP = 500  # brackets in a payload that the standard library surely parses
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_T = TypeVar("_T")

_numbered = msgspec.json.Decoder(Numbered)


def number_of(payload: bytes) -> int:
    """The update_id. Every JSON object that has one is taken in, even if the rest of it can't be read."""
    try:
        payload.decode()  # skipped parts aren't checked by msgspec
        return _numbered.decode(payload).update_id
    except UNREADABLE as error:
        reason = what_is_wrong(error)
    try:
        text = payload.decode()
        value = _loose(text) if text.count("[") + text.count("{") < _DEEP else _loose(_top_level(text))
        number = value["update_id"]
    except (*UNREADABLE, TypeError, KeyError):
        raise Malformed(f"not an update: {reason}") from None
    if type(number) is not int:
        raise Malformed(f"not an update: {reason}")
    return number


def decoded(decoder: msgspec.json.Decoder[_T], payload: bytes) -> _T:
    r"""The payload as the decoder's type, without what JSON allows and a text can't hold: NUL and half surrogates."""
    try:
        if rb"\u0000" not in payload:
            return decoder.decode(payload)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # half a surrogate pair, or not JSON at all
        pass
    return msgspec.convert(_cleaned(_loose(payload.decode())), decoder.type)


def _loose(text: str) -> Any:  # noqa: ANN401 - JSON may be anything
    """JSON as the standard library reads it, which leaves half surrogates be."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - JSON may be anything
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(each) for name, each in value.items()}
    return value


def _top_level(text: str) -> str:
    """An object with null for whatever is nested in it: for what is nested too deeply to be parsed."""
    kept, depth, start = [], 0, 0
    for token in _STRING_OR_BRACKET.finditer(text):
        step = {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 1 and step == 1:
            kept += [text[start : token.start()], "null"]
        depth += step
        if depth == 1 and step == -1:
            start = token.end()
    return "".join([*kept, text[start:]])


def keys_of(payload: bytes, *path: str) -> set[str]:
    """The names in the object at `path`: read only where the fields we know tell nothing."""
    value = _loose(payload.decode())
    for name in path:
        value = value[name]
    return set(value)


def what_is_wrong(error: Exception) -> str:
    """What is wrong, without the words somebody wrote: msgspec names the place and the expected type only."""
    return f"{type(error).__name__}: {error}"[:200] if isinstance(error, msgspec.MsgspecError) else type(error).__name__
