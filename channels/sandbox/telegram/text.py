"""Formatted text as Telegram reads it: HTML into plain text and entities, lengths in UTF-16 units."""

from __future__ import annotations

import re
from typing import Any

from channels.sandbox.telegram.errors import bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

Entities = list[dict[str, Any]]

_TYPES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAME = re.compile(r"</?([^\s>/]*)")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_SPANS = (
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?\b")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    ("url", re.compile(r"\bhttps?://[^\s<>]+|\bt\.me/[^\s<>]+")),
    ("mention", re.compile(r"(?<![\w@.+-])@[A-Za-z0-9_]{4,32}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#[A-Za-z_]\w*")),
)


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, Telegram's measure for limits and offsets (docs/telegram.md I17)."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def detect(text: str) -> Entities:
    """Return the entities a Telegram client finds by itself: commands, addresses, links, mentions, hashtags."""
    found: Entities = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in _SPANS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and end > other_start for other_start, other_end in taken):
                continue
            taken.append((start, end))
            offset, length = utf16_length(text[:start]), utf16_length(match.group())
            found.append({"type": kind, "offset": offset, "length": length})
    return sorted(found, key=lambda entity: int(entity["offset"]))


def formatted(raw: str, parse_mode: str, entities: Entities | None) -> tuple[str, Entities]:
    """Return plain text and its entities from what a bot sent; raise Telegram's error for malformed markup."""
    mode = parse_mode.lower()
    if mode == "html":
        plain, marked = _parse_html(raw)
    elif mode:
        raise bad_request("unsupported parse_mode")  # of Telegram's three modes the stand-in speaks HTML alone
    else:
        plain, marked = raw, _checked(raw, entities or [])
    plain, marked = _trimmed(plain, marked)
    known = {(entity["offset"], entity["length"]) for entity in marked}
    own = [entity for entity in detect(plain) if (entity["offset"], entity["length"]) not in known]
    return plain, sorted(marked + own, key=lambda entity: (entity["offset"], -entity["length"]))


def _checked(text: str, entities: Entities) -> Entities:
    total = utf16_length(text)
    for entity in entities:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= entity.keys():
            raise bad_request("can't parse entities: expected an object with type, offset and length")
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > total:
            raise bad_request("can't parse entities: receive an entity with incorrect bounds")
    return [dict(entity) for entity in entities]


def _trimmed(text: str, entities: Entities) -> tuple[str, Entities]:
    lead = utf16_length(text) - utf16_length(text.lstrip())
    plain = text.strip()
    total = utf16_length(plain)
    kept: Entities = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(total, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return plain, kept


def _parse_html(raw: str) -> tuple[str, Entities]:
    """Walk from tag to tag: text between them is plain, each closed tag with text in it is an entity."""
    plain = ""
    entities: Entities = []
    opened: list[tuple[str, dict[str, str], int]] = []
    position = 0
    while position < len(raw):
        if raw[position] != "<":
            end = raw.find("<", position)
            end = len(raw) if end < 0 else end
            plain += _REFERENCE.sub(_character, raw[position:end])
            position = end
        elif raw.startswith("</", position):
            position = _close(raw, position, opened, entities, plain)
        else:
            name, attributes, position = _open(raw, position)
            opened.append((name, attributes, len(plain)))
    if opened:
        raise _malformed(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return plain, entities


def _malformed(words: str) -> Exception:
    return bad_request(f"can't parse entities: {words}")


def _byte(raw: str, position: int) -> int:
    return len(raw[:position].encode())


def _character(match: re.Match[str]) -> str:
    named, decimal, hexadecimal = match.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


def _open(raw: str, position: int) -> tuple[str, dict[str, str], int]:
    name_match = _NAME.match(raw, position)
    name = name_match.group(1).lower() if name_match else ""
    if name not in _TYPES:
        raise _malformed(f'Unsupported start tag "{name}" at byte offset {_byte(raw, position)}')
    at = position + 1 + len(name)
    attributes: dict[str, str] = {}
    while found := _ATTRIBUTE.match(raw, at):
        value = next((part for part in found.groups()[1:] if part is not None), "")
        attributes[found.group(1).lower()] = _REFERENCE.sub(_character, value)
        at = found.end()
    end = raw.find(">", at)
    if end < 0 or raw[at:end].strip():
        raise _malformed(f'Unclosed start tag "{name}" at byte offset {_byte(raw, position)}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _malformed(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(raw, position)}')
    return name, attributes, end + 1


def _close(
    raw: str, position: int, opened: list[tuple[str, dict[str, str], int]], entities: Entities, plain: str
) -> int:
    end = raw.find(">", position)
    if not opened:
        raise _malformed(f"Unexpected end tag at byte offset {_byte(raw, position)}")
    if end < 0:
        raise _malformed(f"Unclosed end tag at byte offset {_byte(raw, position)}")
    name, attributes, start = opened.pop()
    given = raw[position + 2 : end].strip().lower()
    if given != name:
        raise _malformed(
            f'Unmatched end tag at byte offset {_byte(raw, position)}, expected "</{name}>", found "</{given}>"'
        )
    length = utf16_length(plain[start:])
    made = _entity(name, attributes, plain[start:])
    if length and made:
        entities.append({"type": made.pop("type"), "offset": utf16_length(plain[:start]), "length": length, **made})
    return end + 1


def _entity(name: str, attributes: dict[str, str], inside: str) -> dict[str, Any] | None:
    if name == "a":
        return _link(attributes.get("href", inside))
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    if name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if name == "code" and attributes.get("class", "").startswith("language-"):
        return {"type": "pre", "language": attributes["class"].removeprefix("language-")}
    return {"type": _TYPES[name]}


def _link(href: str) -> dict[str, Any] | None:
    mention = re.fullmatch(r"tg://user\?id=(\d+)", href)
    if mention:
        return {"type": "text_mention", "user": int(mention.group(1))}  # the world puts the account in its place
    if re.match(r"(?:https?|tg)://\S+|[\w-]+(?:\.[\w-]+)+", href):
        return {"type": "text_link", "url": href}
    return None  # an address Telegram doesn't take for one stays plain text
