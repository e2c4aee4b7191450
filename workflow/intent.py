"""What an opening message wants: rules with weights, as data; unsure means that we ask."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from workflow import hearing
from workflow.heard import table
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
_FIRST = ("violence_report", "emergency")  # whatever else the message says
_Phrase = tuple[str, ...]


class Guess(Value):
    """What a message wants, as far as the rules can tell."""

    intent: Intent
    topic: str = ""  # id of a topic, "" if none is heard
    emergency: tuple[str, ...] = ()  # kinds of emergency, whose numbers come first
    maybe_emergency: bool = False  # a report that could be one: the numbers are named beside it
    confidential: bool = False  # bribes and the like
    angry: bool = False
    points: dict[str, int] = {}


class _Rule(NamedTuple):
    intent: str
    weight: int
    phrases: tuple[_Phrase, ...]


def guess(text: str) -> Guess:
    """What an opening message wants. The same text always gives the same guess."""
    words = hearing.folded(text)
    marks = _marks(text, words)
    points: dict[str, int] = {}
    for rule in _rules():
        if any(phrase[0] in marks or stands_in(phrase, words) for phrase in rule.phrases):
            points[rule.intent] = points.get(rule.intent, 0) + rule.weight
    kinds = tuple(kind for kind, phrases in _groups("emergency").items() if _any(phrases, words))
    flags = {name for name, phrases in _groups("flags").items() if _any(phrases, words)}
    intent = _winner(points)
    if "confidential" in flags and intent in {"question", "unclear"}:
        intent = "complaint"  # a question about bribes would go to the group, where the accused may read it
    return Guess(
        intent=intent,
        topic=_topic(words),
        emergency=kinds,
        maybe_emergency=intent in {"complaint", "unclear"} and points.get("emergency", 0) >= 4,
        confidential="confidential" in flags,
        angry="angry" in flags or hearing.is_shouted(text),
        points=points,
    )


def stands_in(phrase: _Phrase, words: tuple[str, ...]) -> bool:
    """Whether a phrase stands in a text word by word; "*" is any one word, "rusak*" any word that begins so."""
    last = len(words) - len(phrase)
    return any(all(map(_fits, phrase, words[at : at + len(phrase)])) for at in range(last + 1))


def likeness(one: str, other: str) -> float:
    """How alike two questions are, from 0 to 1: the telling words they share of those the shorter one has."""
    mine, theirs = _telling(one), _telling(other)
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / min(len(mine), len(theirs)) * (1 if len(mine & theirs) > 1 else 0.5)


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else part == word


def _any(phrases: tuple[_Phrase, ...], words: tuple[str, ...]) -> bool:
    return any(stands_in(phrase, words) for phrase in phrases)


def _marks(text: str, words: tuple[str, ...]) -> frozenset[str]:
    found = {"<tanya>": "?" in text, "<tautan>": hearing.has_link(text)}
    found |= {"<pendek>": len(words) <= SHORT, "<panjang>": len(words) >= LONG}
    return frozenset(mark for mark, holds in found.items() if holds)


def _winner(points: dict[str, int]) -> Intent:
    rules = table("intents")
    for intent in _FIRST:
        if points.get(intent, 0) > rules["at_least"] + 1:
            return intent  # type: ignore[return-value]
    ranked = sorted((points_of, intent) for intent, points_of in points.items() if intent not in _FIRST)
    if not ranked or ranked[-1][0] < rules["at_least"]:
        return "unclear"
    if len(ranked) > 1 and ranked[-1][0] - ranked[-2][0] < rules["lead"]:
        return "unclear"
    return ranked[-1][1]  # type: ignore[return-value]


def _topic(words: tuple[str, ...]) -> str:
    """The topic with the most phrases heard; the first of the file among equals."""
    heard = {topic: sum(stands_in(phrase, words) for phrase in phrases) for topic, phrases in _groups("topics").items()}
    best = max(heard, key=lambda topic: heard[topic])
    return best if heard[best] else ""


def _telling(text: str) -> frozenset[str]:
    common = {"yang", "dan", "di", "ke", "untuk", "saya", "apa", "saja", "ini", "itu", "mau", "bagaimana", "ya"}
    return frozenset(word for word in hearing.folded(text) if word not in common and len(word) > 1)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule(row["intent"], row["weight"], _shapes(row["phrases"])) for row in table("intents")["rule"])


@cache
def _groups(name: str) -> dict[str, tuple[_Phrase, ...]]:
    return {key: _shapes(phrases) for key, phrases in table("intents")[name].items()}


def _shapes(phrases: list[str]) -> tuple[_Phrase, ...]:
    return tuple(shape for phrase in phrases if (shape := _shape(phrase)))


def _shape(phrase: str) -> _Phrase:
    return (phrase,) if phrase.startswith("<") else hearing.shape(phrase)
