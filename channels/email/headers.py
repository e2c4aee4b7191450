"""Reads the head of a mail without trusting it: fields, encoded words, parameters; everything bounded and linear."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from channels.email.charsets import Decoded, decode
from channels.email.cleaning import clean

HEAD_BYTES = 64_000  # a longer head isn't read to its end
VALUE_CHARACTERS = 16_000  # nor is a longer field
FIELDS = 1_000  # nor are further ones

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100}):")  # RFC 5322, 2.2
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")


class Field(NamedTuple):
    """One field of a head."""

    name: str  # lower case
    value: str  # bytes above 127 as surrogates, as the library `email` gives them
    raw: bytes  # its lines, with their ends


class Head:
    """The fields of a mail or of a part of it, by their names."""

    __slots__ = ("_values",)

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name.lower(), []).append(value[:VALUE_CHARACTERS])

    def all(self, *names: str) -> Iterator[str]:
        """The values of every field with one of these names, name by name, from the top."""
        for name in names:
            yield from self._values.get(name, ())

    def first(self, name: str) -> str:
        """The value of the topmost field of this name, "" without one."""
        return next(self.all(name), "")

    def text(self, name: str) -> Decoded:
        """The value of the topmost field as people read it."""
        return decoded(self.first(name))

    def __contains__(self, name: str) -> bool:
        return name in self._values


def split_head(mail: bytes) -> tuple[tuple[Field, ...], int]:
    """The fields of a mail in order, and where they end: before the first line that isn't part of one.

    At most `HEAD_BYTES` are looked at.
    """
    found: list[tuple[str, list[bytes]]] = []
    at = 0
    while at < min(len(mail), HEAD_BYTES) and len(found) < FIELDS:
        line = _line(mail, at)
        name = _NAME.match(line)
        if line[:1] in (b" ", b"\t") and line.strip():
            if found:
                found[-1][1].append(line)
        elif name is not None:
            found.append((name[1].decode("ascii").lower(), [line]))
        elif at or not line.startswith((b"From ", b">From ")):  # a mailbox file's separator
            break
        at += len(line)
    return tuple(_field(name, lines) for name, lines in found), at


def _line(mail: bytes, at: int) -> bytes:
    match = _LINE.match(mail, at, at + HEAD_BYTES)
    return match[0] if match is not None else b""


def _field(name: str, lines: list[bytes]) -> Field:
    raw = b"".join(lines)
    return Field(name, raw[len(name) + 1 :].decode("ascii", "surrogateescape").strip(), raw)


def decoded(value: str) -> Decoded:
    """A field's value with its encoded words read (RFC 2047), however they were cut, and its raw bytes guessed.

    Neighbouring words of one character set are joined before they're decoded: senders cut inside a character.
    """
    once = _decoded(value[:VALUE_CHARACTERS])
    if "=?" in once.text and _WORD.search(once.text):  # encoded twice
        again = _decoded(once.text)
        return Decoded(again.text, again.sure and once.sure)
    return once


def _decoded(value: str) -> Decoded:
    out: list[str] = []
    sure = True
    held, held_as = b"", ""
    at = 0

    def let_go() -> None:
        nonlocal held, sure
        if held:
            text, well = decode(held, held_as)
            out.append(text)
            sure, held = sure and well, b""

    for match in _WORD.finditer(value):
        between = value[at : match.start()]
        charset = match[1].partition("*")[0].lower()  # RFC 2231 adds a language after a star
        if between.strip() or charset != held_as:
            let_go()
        if between.strip() or (between and not at):
            out.append(_plain(between))
        held, held_as, at = held + _word(match), charset, match.end()
    let_go()
    if at < len(value):
        out.append(_plain(value[at:]))
    return Decoded(clean("".join(out)).replace("\n", " "), sure)


def _plain(text: str) -> str:
    """Characters outside encoded words: raw bytes among them are read as what they look like."""
    unfolded = text.replace("\r", "").replace("\n", "")
    if unfolded.isascii():
        return unfolded
    try:
        return decode(unfolded.encode("ascii", "surrogateescape")).text
    except UnicodeEncodeError:
        return unfolded  # it has been read already


def _word(match: re.Match[str]) -> bytes:
    data = match[3].encode("ascii", "ignore")
    if match[2] in "bB":
        return unbase64(data)
    return _QUOTED.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), data.replace(b"_", b" "))


def unbase64(data: bytes) -> bytes:
    """What base64 says, past stray characters, missing padding, and pieces that were encoded one by one."""
    cleaned = data.translate(None, b" \t\r\n")
    try:
        return binascii.a2b_base64(cleaned, strict_mode=True)
    except binascii.Error:
        pieces = cleaned.translate(None, _STRAY).split(b"=")
        return b"".join(_piece(piece) for piece in pieces if piece)


_STRAY = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def _piece(piece: bytes) -> bytes:
    whole = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


_PARAMETER = re.compile(r""";\s*([^\s;="]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""", re.DOTALL)
_SPLIT_NAME = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")


def parameters(value: str) -> dict[str, str]:
    """The parameters of a field such as Content-Type, in lower-case names; RFC 2231 and RFC 2047 both read."""
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(value[:4_000]):
        name = _SPLIT_NAME.fullmatch(match[1].lower())
        if name is None:
            continue
        said = match[2].strip()
        if said.startswith('"') and said.endswith('"') and len(said) > 1:
            said = re.sub(r"\\(.)", r"\1", said[1:-1]) if '\\"' in said or "\\\\" in said else said[1:-1]
        found.setdefault(name[1], []).append((int(name[2] or 0), name[3] is not None, said))
    return {name: _joined(pieces) for name, pieces in found.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """The pieces of one parameter in their order, with the bytes behind percent signs; extended ones are preferred."""
    numbered = sorted((each for each in pieces if each[0] or each[1]), key=lambda each: each[0])
    if not numbered:
        return decoded(pieces[0][2]).text  # only the first counts where a name stands twice
    if not any(extended for _, extended, _ in numbered):
        return decoded("".join(said for _, _, said in sorted(pieces, key=lambda each: each[0]))).text
    charset, data = "", b""
    for number, extended, said in numbered:
        text = said
        if extended and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        as_bytes = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(as_bytes) if extended else as_bytes
    return clean(decode(data, charset).text)
