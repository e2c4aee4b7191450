"""What an opening message wants: rules with weights, as data; unsure means that we ask."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from workflow.heard import hearing, table
from workflow.heard.matching import Label, Matcher
from workflow.heard.near import Nearest
from workflow.message import Value

Intent = Literal[
    "complaint",
    "announcement",  # wants to report and hasn't said what
    "suggestion",
    "greeting",
    "question",
    "status_check",
    "emergency",
    "violence_report",
    "thanks",
    "human_request",
    "privacy_request",
    "out_of_scope",
    "spam",
    "unclear",
]
LONG = 7  # words from which on a message tells something
SHORT = 2
TROUBLE, THING = 3, 1  # what a topic's phrases add to a complaint
_FIRST: tuple[Intent, ...] = ("violence_report", "emergency")  # whatever else the message says
_TAILS = frozenset({"tidak", "kah"})
"""What makes a question of a sentence that ends in it: "kantor buka gak"."""
_NO_TOPIC = "lain"
_BRIBES = "pungli"


class Guess(Value):
    """What a message wants, as far as the rules can tell."""

    intent: Intent
    topic: str = ""  # id of the topic heard most, "" if none is
    topics: tuple[str, ...] = ()  # all that are heard, the likeliest first
    emergency: tuple[str, ...] = ()  # kinds of emergency, whose numbers come first
    maybe_emergency: bool = False  # it could be one: the numbers are named beside the answer
    confidential: bool = False  # bribes and the like
    angry: bool = False
    points: dict[str, int] = {}


class _Rule(NamedTuple):
    intent: str
    weight: int


def guess(text: str) -> Guess:
    """What an opening message wants. The same text always gives the same guess."""
    heard = _heard(text)
    points = _points(heard)
    confidential = ("flag", "confidential") in heard or ("trouble", _BRIBES) in heard
    topics = _topics(heard, confidential=confidential)
    if confidential:
        points["complaint"] = points.get("complaint", 0) + TROUBLE
    intent = _winner(points)
    danger = max(points.get(name, 0) for name in _FIRST) if intent not in _FIRST else 0
    maybe = danger >= table("dangers")["maybe"]
    if maybe and intent != "complaint":
        intent = "unclear"  # nothing else is sure any more: we ask, with the numbers beside
    if confidential and intent in {"question", "unclear", "announcement", "status_check"}:
        intent = "complaint"  # a question about bribes would go to the group, where the accused may read it
    kinds = tuple(name for kind, name in heard if kind == "kind")
    if maybe and points.get("violence_report", 0) == danger:
        kinds = ("violence", *kinds)
    return Guess(
        intent=intent,
        topic=topics[0] if topics else "",
        topics=topics,
        emergency=tuple(kind for kind in ("violence", *table("dangers")["kinds"]) if kind in kinds),
        maybe_emergency=maybe,
        confidential=confidential and intent == "complaint",
        angry=("flag", "angry") in heard or hearing.is_shouted(text),
        points=points,
    )


def says(text: str, name: str) -> bool:
    """Whether a phrase of the table [says] stands in a text: "withdraw", "unsatisfied", "how_to_report"."""
    return ("says", name) in _heard(text)


def likeness(one: str, other: str) -> float:
    """How alike two questions are, from 0 to 1: the telling words they share of those the shorter one has.

    Words that ask for the same (the table [alike]) count as one; a letter that slipped is read as it was meant.
    """
    mine, theirs = _telling(one), _telling(other)
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / min(len(mine), len(theirs)) * (1 if len(mine & theirs) > 1 else 0.5)


def _heard(text: str) -> dict[Label, set[int]]:
    """All labels of the tables of which a phrase stands in the text, with those phrases' numbers."""
    nearest = _nearest()
    words = [nearest.read(word) for word in hearing.folded(text)]
    heard = _matcher().heard(words)
    for mark in _marks(text, words):
        for label, numbers in _heard_by_mark(mark).items():
            heard.setdefault(label, set()).update(numbers)
    return heard


@cache
def _heard_by_mark(mark: str) -> dict[Label, set[int]]:
    return _matcher().heard((mark,))


def _marks(text: str, words: list[str]) -> Iterator[str]:
    if "?" in text:
        yield "<tanya>"
    if hearing.has_link(text):
        yield "<tautan>"
    if hearing.names_a_report(text):
        yield "<nomor>"
    if len(words) > SHORT and words[-1] in _TAILS:
        yield "<ekor>"
    if len(words) <= SHORT:
        yield "<pendek>"
    if len(words) >= LONG:
        yield "<panjang>"


def _points(heard: dict[Label, set[int]]) -> dict[str, int]:
    points: dict[str, int] = {}
    rules = _rules()
    for kind, name in heard:
        if kind == "rule":
            rule = rules[int(name)]
            points[rule.intent] = points.get(rule.intent, 0) + rule.weight
        elif kind in ("trouble", "thing"):
            points["complaint"] = points.get("complaint", 0) + (TROUBLE if kind == "trouble" else THING)
    return points


def _winner(points: dict[str, int]) -> Intent:
    rules, dangers = table("intents"), table("dangers")
    for intent in _FIRST:
        if points.get(intent, 0) >= dangers["sure"]:
            return intent
    ranked = sorted((points_of, intent) for intent, points_of in points.items() if intent not in _FIRST)
    if any(points_of >= rules["at_least"] and intent not in rules["gives_way"] for points_of, intent in ranked):
        ranked = [each for each in ranked if each[1] not in rules["gives_way"]]
    if not ranked or ranked[-1][0] < rules["at_least"]:
        return "unclear"
    if len(ranked) > 1 and ranked[-1][0] - ranked[-2][0] < rules["lead"]:
        return "unclear"
    return ranked[-1][1]  # type: ignore[return-value]


def _topics(heard: dict[Label, set[int]], *, confidential: bool) -> tuple[str, ...]:
    """The topics heard, by what was said of them; the first of the file among equals."""
    counts: dict[str, int] = {}
    for topic in table("topics"):
        troubles, things = heard.get(("trouble", topic), ()), heard.get(("thing", topic), ())
        if count := 2 * len(troubles) + len(things):
            counts[topic] = count
    if confidential:
        counts[_BRIBES] = counts.get(_BRIBES, 0) + 2
    return tuple(topic for topic in sorted(counts, key=lambda each: -counts[each]) if topic != _NO_TOPIC)


def _telling(text: str) -> frozenset[str]:
    words = (_nearest().read(word) for word in hearing.folded(text))
    same, common = _alike(), table("intents")["common"]
    return frozenset(same.get(word, word) for word in words if word not in common and len(word) > 1)


# --- the tables, made ready once --------------------------------------------------------------------------------------


@cache
def _alike() -> dict[str, str]:
    return {word: name for name, words in table("intents")["alike"].items() for word in words}


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule(row["intent"], row["weight"]) for row in _rows())


def _rows() -> list[dict[str, Any]]:
    return [*table("intents")["rule"], *table("dangers")["rule"]]


def _phrases() -> Iterator[tuple[Label, str]]:
    for number, row in enumerate(_rows()):
        yield from ((("rule", str(number)), phrase) for phrase in row["phrases"])
    for name, kind, group in (("intents", "says", "says"), ("dangers", "kind", "kinds"), ("dangers", "flag", "flags")):
        for key, phrases in table(name)[group].items():
            yield from (((kind, key), phrase) for phrase in phrases)
    for topic, entry in table("topics").items():
        yield from ((("trouble", topic), phrase) for phrase in entry["troubles"])
        yield from ((("thing", topic), phrase) for phrase in entry["things"])


@cache
def _matcher() -> Matcher:
    return Matcher(_phrases(), table("intents")["class"])


@cache
def _nearest() -> Nearest:
    matcher = _matcher()
    return Nearest(matcher.vocabulary, matcher.is_exact, matcher.is_known)
