"""Bytes to text as real mail needs it: labels that lie, labels nobody knows, none at all; what is guessed is said."""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import cache
from typing import NamedTuple

# What a label says and what is really meant by it: the larger sets that contain it (docs/email.md M1).
_MEANT = {
    "gb2312": "gb18030",
    "gb_2312_80": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "x_sjis": "cp932",
    "iso_2022_jp": "iso2022_jp_ext",
    "big5": "cp950",
    "tis_620": "cp874",
    "iso_8859_11": "cp874",
    "windows_874": "cp874",
    "utf8mb4": "utf_8",
    "utf8mb3": "utf_8",
    "unicode_1_1_utf_7": "utf_7",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
}
# Western labels: their bytes above 127 are windows-1252, and UTF-8 at least as often.
_WESTERN = frozenset({"ascii", "latin_1", "cp1252"})
# Text codecs of Python that no mail is written in; some of them take quadratic time.
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem"})
_NO_TEXT = frozenset({"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"})
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:()+-]{0,39}")
_SAMPLE_BYTES = 16_000
_ASCII = bytes(range(128))


class Decoded(NamedTuple):
    """A text, and whether it's surely what was written."""

    text: str
    sure: bool


@cache
def _codecs() -> frozenset[str]:
    """Python's own codecs that mail may name; no other name is looked up, since that would search for a module."""
    return (frozenset(aliases) | frozenset(aliases.values())) - _NOT_FOR_MAIL - _NO_TEXT


def codec_of(label: str) -> str:
    """Python's name of the character set a label means, or "" for one it doesn't have."""
    wanted = label.strip("\"' \t").lower().partition("*")[0]
    if not _LABEL.fullmatch(wanted):
        return ""
    normal = re.sub(r"[^a-z0-9]+", "_", wanted).strip("_")
    for each in (normal, normal.removeprefix("x_"), normal.removeprefix("_")):
        name = _MEANT.get(each, each)
        if name in _codecs() and aliases.get(name, name) not in _NOT_FOR_MAIL | _NO_TEXT:
            return _MEANT.get(found := aliases.get(name, name), found)
    return ""


def decode(data: bytes, label: str = "") -> Decoded:
    """The text of these bytes: as labelled, else as UTF-8, else as guessed, else as windows-1252. Never raises."""
    if data.isascii() and codec_of(label) not in _SEVEN_BITS:
        return Decoded(data.decode("ascii"), sure=True)
    codec = codec_of(label)
    if codec and codec not in _WESTERN and (text := _strict(data, codec)) is not None:
        return Decoded(text, sure=True)
    if codec == "latin_1" and not _has_c1(data):
        return Decoded(data.decode("latin-1"), sure=True)
    if (text := _strict(data, "utf_8")) is not None:
        return Decoded(text, sure=True)
    if codec in _WESTERN and (text := _strict(data, "cp1252")) is not None:
        return Decoded(text, sure=True)
    text = _damaged_utf8(data) or ("" if codec in _WESTERN else _strict(data, _guessed(data)))
    return Decoded(text or data.decode("cp1252", "replace"), sure=False)


# Text in these is made of ASCII bytes that mean something else.
_SEVEN_BITS = frozenset({"utf_7", "hz", "iso2022_jp_ext", "iso2022_kr", "iso2022_jp", "utf_16", "utf_32"} | {
    "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "utf_16_le", "utf_16_be", "utf_32_le",
    "utf_32_be", "cp037", "cp500", "cp1026", "cp1140", "cp273", "cp424", "cp864",
})  # fmt: skip


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return codecs.decode(data, codec)
    except (UnicodeError, LookupError):
        return None


def _has_c1(data: bytes) -> bool:
    """Whether bytes occur that ISO 8859-1 gives no character: then it's windows-1252, or UTF-8."""
    return re.search(rb"[\x80-\x9f]", data) is not None


def _damaged_utf8(data: bytes) -> str:
    """UTF-8 in which little is broken, such as a character cut in two, with a mark where it is; else ""."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(each > "\x7f" for each in text) - bad
    return text if good >= bad else ""


def _guessed(data: bytes) -> str:
    """The codec that a sample looks like; windows-1252 where too few letters aren't ASCII to tell."""
    sample = data[:_SAMPLE_BYTES]
    if len(sample.translate(None, _ASCII)) * 5 < len(sample):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best is not None and best.encoding in _codecs() else "cp1252"
