"""What an opening message wants: rules with weights, as data; unsure means that we ask."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from workflow.heard import hearing, table
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
    phrases: frozenset[_Phrase]


def guess(text: str) -> Guess:
    """What an opening message wants. The same text always gives the same guess."""
    words = hearing.folded(text)
    heard = _heard(words) | _marks(text, words)
    points: dict[str, int] = {}
    for rule in _rules():
        if not heard.isdisjoint(rule.phrases):
            points[rule.intent] = points.get(rule.intent, 0) + rule.weight
    kinds = tuple(kind for kind, phrases in _groups("emergency").items() if not heard.isdisjoint(phrases))
    flags = {name for name, phrases in _groups("flags").items() if not heard.isdisjoint(phrases)}
    intent = _winner(points)
    if "confidential" in flags and intent in {"question", "unclear"}:
        intent = "complaint"  # a question about bribes would go to the group, where the accused may read it
    return Guess(
        intent=intent,
        topic=_topic(heard),
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


def _heard(words: tuple[str, ...]) -> frozenset[_Phrase]:
    """Every phrase of the rules that stands in a text, found by one telling word of each."""
    by_word, by_beginning = _index()
    candidates: set[_Phrase] = set()
    for word in set(words):
        candidates.update(by_word.get(word, ()))
        for size in range(2, len(word) + 1):
            candidates.update(by_beginning.get(word[:size], ()))
    return frozenset(phrase for phrase in candidates if stands_in(phrase, words))


def _marks(text: str, words: tuple[str, ...]) -> frozenset[_Phrase]:
    found = {"<tanya>": "?" in text, "<tautan>": hearing.has_link(text)}
    found |= {"<pendek>": len(words) <= SHORT, "<panjang>": len(words) >= LONG}
    return frozenset((mark,) for mark, holds in found.items() if holds)


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


def _topic(heard: frozenset[_Phrase]) -> str:
    """The topic with the most phrases heard; the first of the file among equals."""
    count = {topic: len(heard & phrases) for topic, phrases in _groups("topics").items()}
    best = max(count, key=lambda topic: count[topic])
    return best if count[best] else ""


def _telling(text: str) -> frozenset[str]:
    common = {"yang", "dan", "di", "ke", "untuk", "saya", "apa", "saja", "ini", "itu", "mau", "bagaimana", "ya"}
    return frozenset(word for word in hearing.folded(text) if word not in common and len(word) > 1)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule(row["intent"], row["weight"], _shapes(row["phrases"])) for row in table("intents")["rule"])


@cache
def _groups(name: str) -> dict[str, frozenset[_Phrase]]:
    return {key: _shapes(phrases) for key, phrases in table("intents")[name].items()}


def _shapes(phrases: list[str]) -> frozenset[_Phrase]:
    return frozenset(shape for phrase in phrases if (shape := _shape(phrase)))


def _shape(phrase: str) -> _Phrase:
    return (phrase,) if phrase.startswith("<") else hearing.shape(phrase)


@cache
def _index() -> tuple[dict[str, list[_Phrase]], dict[str, list[_Phrase]]]:
    """All phrases by one word of theirs, or by the beginning of one where none is whole."""
    by_word: dict[str, list[_Phrase]] = {}
    by_beginning: dict[str, list[_Phrase]] = {}
    groups = [phrases for name in ("emergency", "flags", "topics") for phrases in _groups(name).values()]
    for phrase in set().union(*groups, *(rule.phrases for rule in _rules())):
        whole = [part for part in phrase if not part.endswith("*")]
        if whole:
            by_word.setdefault(max(whole, key=len), []).append(phrase)
        else:
            by_beginning.setdefault(phrase[0][:-1], []).append(phrase)
    return by_word, by_beginning
