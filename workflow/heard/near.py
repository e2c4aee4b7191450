"""A word that nobody knows, read as the one that was meant: a letter slipped, vowels left out, a dialect's ending."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from workflow.heard import hearing, table

_REMEMBERED = 20_000
_LONGEST = 24
_AMOUNT = re.compile(r"\d+(?:rb|rbu|ribu|k|jt|juta)")
_THOUSANDS = "ribu"
_VOWELS = frozenset("aeiou")


class Nearest:
    """Reads words as the known one they're nearest to, where there's exactly one."""

    def __init__(
        self, vocabulary: Iterable[str], is_exact: Callable[[str], bool], is_known: Callable[[str], bool]
    ) -> None:
        rules = table("near")
        self._shortest: int = rules["shortest"]
        self._kept = frozenset(rules["keep"])
        self._endings: list[str] = sorted(rules["endings"], key=len, reverse=True)
        self._stem: int = rules["shortest_stem"]
        self._beside: dict[str, str] = rules["beside"]
        self._is_exact, self._is_known = is_exact, is_known
        self._short_endings = frozenset(rules["endings_of_short"])
        self._spellings = hearing.spellings()
        self._words = frozenset(word for word in vocabulary if word.isalpha())
        self._one_less: dict[str, set[str]] = {}
        self._bones: dict[str, set[str]] = {}
        for word in self._words:
            if len(word) >= self._shortest:
                for less in _deletions(word):
                    self._one_less.setdefault(less, set()).add(word)
            if len(bones := _consonants(word)) >= rules["shortest_bones"]:
                self._bones.setdefault(bones, set()).add(word)
        self._remembered: dict[str, str] = {}

    def read(self, word: str) -> str:
        """The word as it was probably meant; itself where it's known, kept, or near to none or to several."""
        if (known := self._remembered.get(word)) is not None:
            return known
        if len(self._remembered) > _REMEMBERED:
            self._remembered.clear()
        self._remembered[word] = self._read(word)
        return self._remembered[word]

    def _read(self, word: str) -> str:
        if _AMOUNT.fullmatch(word):
            return _THOUSANDS
        if self._is_exact(word) or word in self._kept or len(word) > _LONGEST or not word.isalpha():
            return word
        stem = self._without_ending(word)
        if stem or self._is_known(word):
            return stem or word
        return self._slipped(word) or self._boned(word) or word

    def _without_ending(self, word: str) -> str:
        for ending in self._endings:
            stem = word[: -len(ending)]
            if not word.endswith(ending) or len(stem) < self._stem - (ending in self._short_endings):
                continue
            if stem in self._words:
                return stem
            if (meant := self._spellings.get(stem, "")) and " " not in meant:
                return meant
        return ""

    def _slipped(self, word: str) -> str:
        """One letter too few, too many, swapped with its neighbour, or hit beside."""
        if len(word) < self._shortest - 1:
            return ""
        near = set(self._one_less.get(word, ()))
        for at, less in enumerate(_deletions(word)):
            if less in self._words and len(less) >= self._shortest:
                near.add(less)
            near.update(known for known in self._one_less.get(less, ()) if self._is_slip(word, known, at))
        return near.pop() if len(near) == 1 else ""

    def _is_slip(self, word: str, known: str, at: int) -> bool:
        if len(word) != len(known):
            return False
        differing = [n for n, (mine, theirs) in enumerate(zip(word, known, strict=True)) if mine != theirs]
        if len(differing) == 1:
            return word[at] in self._beside.get(known[differing[0]], "") and at == differing[0]
        one, *others = differing
        return others == [one + 1] and word[one] == known[one + 1] and word[one + 1] == known[one]

    def _boned(self, word: str) -> str:
        """A word whose vowels were left out: "bnjir", "smph"."""
        fitting = [known for known in self._bones.get(_consonants(word), ()) if _is_within(word, known)]
        return fitting[0] if len(fitting) == 1 and len(fitting[0]) > len(word) else ""


def _deletions(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in _VOWELS)


def _is_within(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
