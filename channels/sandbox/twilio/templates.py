"""Content templates: what may stand in them, what WhatsApp approves, and how one is filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from channels.sandbox.twilio.addresses import ChannelName
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Button, Content

BODY_MAX = 1024  # of quick replies, lists and approved templates
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_ANY_BRACES = re.compile(r"\{\{.*?\}\}", re.DOTALL)

# type -> (fields it must have, further ones it may have)
_SHAPES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "twilio/text": (frozenset({"body"}), frozenset()),
    "twilio/media": (frozenset({"media"}), frozenset({"body"})),
    "twilio/location": (frozenset({"latitude", "longitude"}), frozenset({"label", "address", "id"})),
    "twilio/quick-reply": (frozenset({"body", "actions"}), frozenset()),
    "twilio/list-picker": (frozenset({"body", "button", "items"}), frozenset({"multiple_selection"})),
    "twilio/call-to-action": (frozenset({"body", "actions"}), frozenset()),
}

#: Types that are never approved: they go only within the 24 hours (content/twilio-list-picker, twilio-location).
SESSION_ONLY = frozenset({"twilio/list-picker", "twilio/location"})
_BUTTONS_UNAPPROVED_MAX = 3


def check(types: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
    """Raise `TwilioError` unless these types can be stored (limits: reference of the Content API)."""
    if not types:
        raise TwilioError(20422, "types is required")
    for kind, given in types.items():
        shape = _SHAPES.get(kind)
        if shape is None or not isinstance(given, Mapping):
            raise TwilioError(20422, f"unknown content type {kind}")
        needed, allowed = shape
        if not needed <= given.keys() or given.keys() - needed - allowed:
            raise TwilioError(20422, f"{kind} has {sorted(needed)}, perhaps {sorted(allowed)}, not {sorted(given)}")
        _check_type(kind, given)
    if not all(isinstance(value, str) and value for value in variables.values()):
        raise TwilioError(20422, "every variable needs a sample value")
    missing = {name for given in types.values() for name in placeholders(given)} - variables.keys()
    if missing:
        raise TwilioError(20422, f"no sample value for {sorted(missing)}")


def _check_type(kind: str, given: Mapping[str, Any]) -> None:
    limit = BODY_MAX if kind != "twilio/text" else 1600
    if len(given.get("body") or "") > limit or ("body" in given and not given["body"]):
        raise TwilioError(20422, f"the body of {kind} has 1 to {limit} characters")
    if kind == "twilio/quick-reply":
        _check_list(given["actions"], 10, {"title": 20, "id": 200}, {"title", "id"}, {"type"})
    elif kind == "twilio/list-picker":
        _check_list(given["items"], 10, {"item": 24, "id": 200, "description": 72}, {"item", "id"}, {"description"})
        if not 0 < len(given["button"]) <= 20:
            raise TwilioError(20422, "the button of a list has 1 to 20 characters")


def _check_list(
    rows: Any,  # noqa: ANN401 - as it came
    most: int,
    lengths: Mapping[str, int],
    needed: set[str],
    allowed: set[str],
) -> None:
    if not isinstance(rows, list) or not 0 < len(rows) <= most:
        raise TwilioError(20422, f"1 to {most} buttons or items")
    for row in rows:
        if not needed <= row.keys() or row.keys() - needed - allowed:
            raise TwilioError(20422, f"a button or item has {sorted(needed)}, not {sorted(row)}")
        for name, limit in lengths.items():
            if len(row.get(name) or "") > limit or (name in needed and not row[name]):
                raise TwilioError(20422, f"{name} has 1 to {limit} characters: {row.get(name)!r}")
    for name in ("id", "title", "item"):
        values = [row[name] for row in rows if name in row]
        if len(set(values)) < len(values):
            raise TwilioError(20422, f"{name} is there twice")


def placeholders(given: Any) -> list[str]:  # noqa: ANN401 - any part of a type
    """Return the names of the placeholders in a type, each once, in order."""
    found = _PLACEHOLDER.findall(json.dumps(given, ensure_ascii=False))
    return list(dict.fromkeys(found))


def objection(content: Content) -> str:
    """Return why WhatsApp would reject a template, "" when it wouldn't (tutorial/message-template-approvals)."""
    if SESSION_ONLY & content.types.keys():
        return "this type is for sessions only"
    text = str(next(iter(content.types.values())).get("body") or "")
    found = [(match.start(), match.end(), match.group(1)) for match in _PLACEHOLDER.finditer(text)]
    names = list(dict.fromkeys(name for _, _, name in found))
    if names != [str(number) for number in range(1, len(names) + 1)]:
        return "variables aren't numbered one after the other"
    if found and (not text[: found[0][0]].strip() or not text[found[-1][1] :].strip(" .!?")):
        return "the body begins or ends with a variable"
    if any(not text[before[1] : after[0]].strip() for before, after in pairwise(found)):
        return "two variables stand side by side"
    words = len(_ANY_BRACES.sub(" ", text).split())
    if found and words < 2 * len(found) + 1:
        return "too many variables for so few words"
    return ""


def parse_variables(text: str) -> dict[str, str]:
    """Return ContentVariables as a mapping, or raise 21656: a JSON object of names and non-empty texts."""
    try:
        given = json.loads(text)
    except ValueError:
        raise TwilioError(21656, "not JSON") from None
    if not isinstance(given, dict) or not all(isinstance(value, str) and value for value in given.values()):
        raise TwilioError(21656, "an object whose values are texts, none of them empty")
    return given


def is_tidy(variables: Mapping[str, str]) -> bool:
    """Return whether WhatsApp takes these values in an approved template: no line ends, tabs, or five blanks."""
    return not any(re.search(r"[\n\r\t]| {5}", value) for value in variables.values())


def fits_buttons(buttons: Sequence[Button]) -> bool:
    """Return whether filled-in buttons can be shown: titles of 1 to 20 (items 24) characters, none of them twice."""
    most = {"reply": 20, "item": 24, "link": 20}
    well = all(0 < len(each.title) <= most[each.kind] and 0 < len(each.id) <= 200 for each in buttons)
    return well and len({each.title for each in buttons}) == len({each.id for each in buttons}) == len(buttons)


def fits_window(content: Content) -> bool:
    """Return whether an unapproved template may go within the 24 hours."""
    quick = content.types.get("twilio/quick-reply")
    return quick is None or len(quick["actions"]) <= _BUTTONS_UNAPPROVED_MAX


def pick(content: Content, channel: ChannelName) -> tuple[str, dict[str, Any]]:
    """Return the type that goes on this channel: buttons on WhatsApp, the plain text elsewhere."""
    order = ["twilio/text"] if channel == "sms" else []
    chosen = next(kind for kind in [*order, *content.types] if kind in content.types)
    return chosen, content.types[chosen]


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with its placeholders replaced."""
    return _PLACEHOLDER.sub(lambda match: variables.get(match.group(1), match.group(0)), text)


def buttons_of(kind: str, given: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[Button, ...]:
    """Return the buttons a filled-in type shows."""
    if kind == "twilio/quick-reply":
        rows = given["actions"]
        return tuple(Button(filled(row["id"], variables), filled(row["title"], variables)) for row in rows)
    if kind == "twilio/list-picker":
        rows = given["items"]
        return tuple(Button(filled(row["id"], variables), filled(row["item"], variables), "item") for row in rows)
    return ()
