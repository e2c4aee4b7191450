"""What changed between two wordings, word by word, as a few lines that read well on a phone."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

from workflow.message import Value

SAME_BETWEEN = 2
"""So many unchanged words between two changes are shown along with them, as one change."""

_WORDS = re.compile(r"\w(?:[^\s]*\w)?|[^\w\s]")
"""Words with whatever stands inside them (06.00, s.d., 300.1/020), and the signs between words each by itself."""
_BEFORE_SIGN = re.compile(r" ([.,;:!?)»])")

Kind = Literal["removed", "added", "replaced"]


class Change(Value):
    """One place that reads otherwise: what stood there, what stands there now."""

    before: str
    after: str

    @property
    def kind(self) -> Kind:
        """What was done there."""
        if not self.before:
            return "added"
        return "replaced" if self.after else "removed"


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The places in which the later wording differs, in its order; blanks and line breaks count for nothing."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    spans: list[tuple[int, int, int, int]] = []
    for word, i1, i2, j1, j2 in matcher.get_opcodes():
        if word == "equal":
            continue
        if spans and i1 - spans[-1][1] <= SAME_BETWEEN and j1 - spans[-1][3] <= SAME_BETWEEN:
            spans[-1] = (spans[-1][0], i2, spans[-1][2], j2)
        else:
            spans.append((i1, i2, j1, j2))
    return tuple(Change(before=_joined(old[i1:i2]), after=_joined(new[j1:j2])) for i1, i2, j1, j2 in spans)


def _joined(words: list[str]) -> str:
    """The words as they're read, with signs where they stand."""
    return _BEFORE_SIGN.sub(r"\1", " ".join(words)).strip()
