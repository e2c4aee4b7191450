"""Reads what the program wrote as a person does: by the office's sentences, whatever they are worded like today."""

from __future__ import annotations

import re
from functools import cache

from workflow.words import texts

QUESTIONS = (
    "ask.statement",
    "ask.ktp",
    "ask.kk",
    "ask.location_photo",
    "ask.identity",
    "ask.name",
    "ask.address",
    "ask.loss",
    "ask.remedy_requested",
    "greeting.what",
    "unclear.ask",
    "sorting.one",
    "sorting.many",
    "none.why",
    "summary.text",
    "summary.sign",
    "summary.which",
    "change.what",
    "change.text",
    "change.document",
    "cancel.ask",
    "restart.ask",
    "restart.done",
    "retake.dark",
    "retake.blurred",
    "addition.ask",
    "withdraw.ask",
    "evidence.which",
    "telling.satisfied_question",
    "satisfied.why",
    "telling.ask",
    "knock.answer_waiting",
    "knock.status_update",
    "knock.reminder",
    "elsewhere.ask",
    "elsewhere.how",
    "elsewhere.counter_only",
    "elsewhere.again",
    "joining.ask",
    "joining.ask_code",
    "joining.refused",
    "joining.no_answer",
    "joining.no_request",
    "letters.fill",
    "letters.attach",
    "sorting.file_one",
    "confidential.details",
)
"""What a citizen may be asked, by the name of the sentence."""


@cache
def _wordings(key: str) -> tuple[str, ...]:
    """A sentence as it's worded in a chat, by SMS and by mail."""
    return tuple(each for each in (key, f"{key}.short", f"{key}.letter") if each in texts())


@cache
def _parts(key: str) -> tuple[str, ...]:
    """What a sentence says whatever its fields are."""
    return tuple(part for part in re.split(r"\{[a-z_]+\}", texts()[key]) if part.strip())


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """The sentence as a pattern; its fields are groups."""
    parts = re.split(r"\{([a-z_]+)\}", texts()[key])
    pattern = "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}{n}>.*?)" for n, part in enumerate(parts))
    return re.compile(pattern + r"(?=\n|$)", re.DOTALL)


def _end(text: str, key: str) -> int:
    """Where the last such sentence ends, in whatever wording; -1 if none stands there."""
    return max((_end_of(text, each) for each in _wordings(key)), default=-1)


def _end_of(text: str, key: str) -> int:
    at = 0
    for part in _parts(key):
        at = text.rfind(part, at) if part == _parts(key)[0] else text.find(part, at)
        if at < 0:
            return -1
        at += len(part)
    return at


def has(text: str, *keys: str) -> bool:
    """Whether one of these sentences stands in the text."""
    return any(_end(text, key) >= 0 for key in keys)


def says(text: str, key: str) -> dict[str, str] | None:
    """The fields of a sentence that stands in the text; None if it doesn't."""
    worded = next((each for each in _wordings(key) if _end_of(text, each) >= 0), None)
    found = _pattern(worded).search(text) if worded else None
    return None if found is None else {name.rstrip("0123456789"): value for name, value in found.groupdict().items()}


def question_in(text: str) -> str:
    """The last question that a text asks; "" if it asks none."""
    found = [(end, key) for key in QUESTIONS if (end := _end(text, key)) >= 0]
    return max(found)[1] if found else ""


def number_in(text: str, prefix: str) -> str:
    """The register number in a text."""
    found = re.search(rf"{prefix}-\d{{4}}-\d{{4,}}", text)
    return found[0] if found else ""


def codes_in(text: str) -> list[str]:
    """Short codes as the program writes them."""
    return re.findall(r"kode ([0-9A-Z]{4})\b", text)
