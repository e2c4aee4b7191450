"""Whether two photos are the same one: by their bytes, or by what they look like, turned either way."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from workflow.conversation import Paper
from workflow.dialogue import wanted
from workflow.dialogue.talk import Talk

BITS = 64
SIGNS = BITS // 4  # of a look in hex
NEAR_BITS = 3
"""A photo that was stored anew differs in so many bits at most; two cards on one table in 6 to 8 (measured)."""
TELLING_BITS = 12
"""A look with fewer bits set, or fewer that aren't, is of a nearly even picture and tells nothing."""
_ANYTHING = ("", "voice", "supporting")
"""What a further copy of a photo may be without a question."""


def mark_again(talk: Talk) -> None:
    """Note of each photo of the draft that it's the same as an earlier one which stands for something else."""
    for nth, paper in enumerate(talk.draft.papers):
        if _is_again(paper, talk.draft.papers[:nth]):
            talk.change_paper(paper.file, flaw="again")


def marked(paper: Paper, before: Iterable[Paper]) -> Paper:
    """The same of a photo that comes for a registered complaint, for the staff to look at."""
    return replace(paper, flaw="again") if _is_again(paper, before) else paper


def _is_again(paper: Paper, before: Iterable[Paper]) -> bool:
    judged = paper.state == "ready" and paper.type == "photo" and not paper.flaw and not paper.kept
    if not judged or paper.sort in _ANYTHING or not wanted.usable(paper):
        return False
    others = (each for each in before if each.file not in (paper.file, paper.replaces) and wanted.usable(each))
    return any(each.sort not in (*_ANYTHING, paper.sort) and alike(each, paper) for each in others)


def alike(one: Paper, other: Paper) -> bool:
    """Whether they show the very same."""
    if one.sha256 and one.sha256 == other.sha256:
        return True
    look = one.look[:SIGNS]
    if not _tells(look) or not _tells(other.look[:SIGNS]):
        return False
    turned = (other.look[at : at + SIGNS] for at in range(0, len(other.look), SIGNS))
    return any((int(look, 16) ^ int(each, 16)).bit_count() <= NEAR_BITS for each in turned)


def _tells(look: str) -> bool:
    return len(look) == SIGNS and TELLING_BITS <= int(look, 16).bit_count() <= BITS - TELLING_BITS
