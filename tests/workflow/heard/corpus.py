"""The corpus: messages as citizens of the five places write them, each with what it wants.

A file is a list of messages, one a line; a line break inside a message is written as the sign for Enter. A line in
brackets says what all messages below it are: the intent, then in any order a topic (of a complaint), the kind of an
emergency, `secret` (a report of bribes and the like) and the language (`jawa`, `madura`, `bali`; Indonesian else).

`heldout/` was written first and isn't looked at while rules are made; `develop/` is for making them.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from workflow.dialogue import beginning, opening
from workflow.heard import hearing, intent

HERE = Path(__file__).parent
LANGUAGES = ("jawa", "madura", "bali")
KINDS = ("fire", "ambulance", "rescue", "disaster", "police", "power", "suicide")
ASKED = "unclear"
DANGER = ("emergency", "violence_report")
OF_A_WORD = {
    "status": "status_check",
    "staff": "human_request",
    "thanks": "thanks",
    "greeting": "greeting",
    "proceed_report": "announcement",
    "another": "announcement",
    "restart": "announcement",
    "privacy": "privacy_request",
    "who": "human_request",
}
"""What a message wants that is one of the words with one meaning; the other words are answered as such."""


class Said(NamedTuple):
    """One message, and what it wants."""

    text: str
    intent: str
    topic: str
    kind: str
    secret: bool
    language: str


@cache
def corpus(part: str) -> tuple[Said, ...]:
    """All messages of a part ("heldout" or "develop"), in the order of its files."""
    found: list[Said] = []
    for path in sorted((HERE / part).glob("*.txt")):
        head: list[str] = []
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("["):
                head = line.strip("[] ").split()
            elif line.strip():
                found.append(_said(line, head))
    return tuple(found)


def _said(line: str, head: list[str]) -> Said:
    marks = head[1:]
    known = {*LANGUAGES, *KINDS, "secret"}
    return Said(
        text=line.strip().replace(" ⏎ ", "\n"),
        intent=head[0],
        topic=next((mark for mark in marks if mark not in known), ""),
        kind=next((mark for mark in marks if mark in KINDS), ""),
        secret="secret" in marks,
        language=next((mark for mark in marks if mark in LANGUAGES), "indonesia"),
    )


def understood(text: str) -> intent.Guess:
    """What the dialogue takes an opening message for: one of the words with one meaning, else the guess."""
    word = hearing.means(text, *opening.WORDS) or ("greeting" if beginning.only_greets(text) else "")
    if word:
        return intent.Guess(intent=OF_A_WORD.get(word, ASKED))
    return intent.guess(text)


class Score(NamedTuple):
    """How one intent or one language fared."""

    name: str
    said: int
    right: int
    asked: int
    taken: int  # how often this was the answer

    @property
    def recall(self) -> float:
        """The share that was understood at once."""
        return self.right / self.said if self.said else 1.0

    @property
    def precision(self) -> float:
        """The share of such answers that were right."""
        return self.right / self.taken if self.taken else 1.0

    @property
    def wrong(self) -> int:
        """Taken for something else without asking."""
        return self.said - self.right - self.asked


def by_intent(part: str) -> dict[str, Score]:
    """The score of each intent. Of the unclear, asking is what's right."""
    return _scores([(said.intent, said.intent, understood(said.text).intent) for said in corpus(part)])


def by_language(part: str) -> dict[str, Score]:
    """The score of each language."""
    return _scores([(said.language, said.intent, understood(said.text).intent) for said in corpus(part)])


def _scores(rows: list[tuple[str, str, str]]) -> dict[str, Score]:
    said, right, asked = Counter[str](), Counter[str](), Counter[str]()
    taken = Counter(guessed for _, _, guessed in rows)
    for name, wanted, guessed in rows:
        said[name] += 1
        right[name] += wanted == guessed
        asked[name] += guessed == ASKED and wanted != ASKED
    return {name: Score(name, said[name], right[name], asked[name], taken[name]) for name in said}


def missed_dangers(part: str) -> list[Said]:
    """Emergencies and violence whose numbers weren't named."""
    missed = []
    for said in corpus(part):
        guess = understood(said.text)
        named = guess.intent in DANGER or guess.maybe_emergency
        if said.intent in DANGER and not named:
            missed.append(said)
    return missed


def exposed(part: str) -> list[Said]:
    """Reports of bribes and the like that would go to the group, where the accused may read them."""
    return [said for said in corpus(part) if said.secret and not understood(said.text).confidential]


def brushed_off(part: str) -> list[tuple[Said, str]]:
    """Complaints taken for something that isn't one, without asking; a number to call beside them does no harm."""
    wrong = []
    for said in corpus(part):
        guessed = understood(said.text).intent
        if said.intent == "complaint" and guessed not in ("complaint", "suggestion", ASKED):
            wrong.append((said, guessed))
    return wrong


def topics(part: str) -> tuple[int, int, list[tuple[Said, str]]]:
    """(right, of how many, the wrong ones with what was heard) among complaints with a topic."""
    rows = [(said, intent.guess(said.text).topic) for said in corpus(part) if said.topic and said.topic != "lain"]
    wrong = [(said, heard) for said, heard in rows if heard != said.topic]
    return len(rows) - len(wrong), len(rows), wrong
