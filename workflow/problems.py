"""What is wrong in a file somebody wrote by hand, said with its place and the way to mend it."""

import difflib
from collections.abc import Iterable

import msgspec

Loc = tuple[str | int, ...]
"""Where in a TOML file: ("steps", 3, "actor"). Indices count from 0."""


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend in a file.

    `place` names file, key and (where known) line: "kanigaran.toml: steps[3].actor (line 72)".
    `suggestion` is the known word nearest to the one written, or "".
    """

    place: str
    sentence: str
    mend: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        """The problem as one line for people."""
        asked = f"Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return " ".join(part for part in (f"{self.place}:", self.sentence, asked, self.mend) if part)


class StandardProblems(ValueError):
    """A standard that can't be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep all problems, in the order of their lines where those are known."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Finding(msgspec.Struct, frozen=True):
    """A problem before its file and line are known."""

    loc: Loc
    sentence: str
    mend: str = ""
    suggestion: str = ""

    def at(self, file: str, line: int | None) -> Problem:
        """The same, placed in a file; `line` counts from 1."""
        key = key_of(self.loc)
        tail = f" (line {line})" if line is not None else ""
        return Problem(
            place=f"{file}: {key}{tail}" if key else f"{file}{tail}",
            sentence=self.sentence,
            mend=self.mend,
            suggestion=self.suggestion,
        )


def key_of(loc: Loc) -> str:
    """A place as people write it: ("steps", 3, "actor") -> "steps[3].actor"."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word nearest to the one written, or "" when none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def listed(words: Iterable[str]) -> str:
    """Words for a sentence, in their order: "a, b, c"."""
    return ", ".join(words)
