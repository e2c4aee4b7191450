"""Which of many phrases stand in a text: one walk over its words, whatever their number and whatever the text.

A phrase is words as they're folded. `rusak*` stands for any word that begins so, `*` for any one word, `..` for up to
three words, `a|b` for either, `@uang` for any word of the class of that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflow.heard import hearing

Label = tuple[str, str]
"""What a phrase speaks for: the table it stands in, and its name there."""

GAP = 3
ANY, GAPPED = "*", ".."
_STUMP = 4
_REMEMBERED = 20_000


@dataclass(slots=True)
class _Node:
    """A point in the walk: where each kind of word leads, and what has been said on arriving here."""

    children: dict[str, _Node] = field(default_factory=dict)
    labels: list[tuple[Label, int]] = field(default_factory=list)


class Matcher:
    """All phrases of the tables, ready to be looked for. Raises KeyError for a class nobody has defined.

    A phrase begins with a word; a gap is followed by one.
    """

    def __init__(self, phrases: Iterable[tuple[Label, str]], classes: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        self._exact: dict[str, list[str]] = {}  # from a word to the symbols it counts as
        self._prefixes: dict[str, list[str]] = {}
        self._sizes: tuple[int, ...] = ()
        self._symbols: dict[str, tuple[str, ...]] = {}
        self._classes = {name: list(words) for name, words in classes.items()}
        for number, (label, phrase) in enumerate(phrases):
            self._add(label, phrase, number)
        self._sizes = tuple(sorted({len(prefix) for prefix in self._prefixes}))

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that some phrase waits for, and the beginnings that are words of their own."""
        return frozenset(self._exact) | frozenset(each for each in self._prefixes if len(each) > _STUMP)

    def is_exact(self, word: str) -> bool:
        """Whether some phrase waits for this very word."""
        return word in self._exact

    def is_known(self, word: str) -> bool:
        """Whether some phrase waits for this word."""
        return bool(self.symbols(word))

    def symbols(self, word: str) -> tuple[str, ...]:
        """What a word counts as: itself, its classes, the beginnings it has. Remembered, as words come again."""
        known = self._symbols.get(word)
        if known is not None:
            return known
        found = list(self._exact.get(word, ()))
        for size in self._sizes:
            if size > len(word):
                break
            found += self._prefixes.get(word[:size], ())
        if len(self._symbols) > _REMEMBERED:
            self._symbols.clear()
        self._symbols[word] = tuple(dict.fromkeys(found))
        return self._symbols[word]

    def heard(self, words: Sequence[str]) -> dict[Label, set[int]]:
        """For each label the numbers of its phrases that stand in the text."""
        found: dict[Label, set[int]] = {}
        symbols = [self.symbols(word) for word in words]
        for at in range(len(symbols)):
            self._step(self._root.children, symbols, at, found)
        return found

    def _step(
        self, children: dict[str, _Node], symbols: list[tuple[str, ...]], at: int, found: dict[Label, set[int]]
    ) -> None:
        """Go on from each phrase that waits for the word at this place."""
        for symbol in symbols[at]:
            node = children.get(symbol)
            if node is not None:
                self._arrive(node, symbols, at + 1, found)

    def _arrive(self, node: _Node, symbols: list[tuple[str, ...]], at: int, found: dict[Label, set[int]]) -> None:
        for label, number in node.labels:
            found.setdefault(label, set()).add(number)
        if at >= len(symbols) or not node.children:
            return
        children = node.children
        self._step(children, symbols, at, found)
        if (any_one := children.get(ANY)) is not None:
            self._arrive(any_one, symbols, at + 1, found)
        if (gap := children.get(GAPPED)) is not None:
            for after in range(at, min(at + GAP + 1, len(symbols))):
                self._step(gap.children, symbols, after, found)

    def _add(self, label: Label, phrase: str, number: int) -> None:
        node = self._root
        for part in phrase.split():
            for symbol in self._read(part):
                node = node.children.setdefault(symbol, _Node())
        node.labels.append((label, number))

    def _read(self, part: str) -> list[str]:
        """The symbols of one part of a phrase; a word that is folded into two is two."""
        if part in (ANY, GAPPED):
            return [part]
        if part.startswith("@") or "|" in part:
            return [self._either(part, [word for each in part.split("|") for word in self._members(each)])]
        if part.endswith("*") or part.startswith("<"):
            return [self._one(part)]
        return [self._one(word) for word in hearing.folded(part)]

    def _members(self, word: str) -> list[str]:
        return self._classes[word[1:]] if word.startswith("@") else [word]

    def _either(self, symbol: str, words: list[str]) -> str:
        for word in words:
            beginning = word.endswith("*")
            key = word.rstrip("*").casefold() if beginning else " ".join(hearing.folded(word))
            into = self._prefixes if beginning else self._exact
            if symbol not in into.setdefault(key, []):
                into[key].append(symbol)
        return symbol

    def _one(self, part: str) -> str:
        symbol = part.casefold()
        known = self._prefixes if part.endswith("*") else self._exact
        mine = known.setdefault(symbol.rstrip("*"), [])
        if symbol not in mine:
            mine.append(symbol)
        return symbol
