"""Questions that the office has answered in its own file: found by likeness, asked back where it isn't sure."""

from __future__ import annotations

from workflow.dialogue.talk import Talk, choice
from workflow.heard import intent
from workflow.standard.own import Information
from workflow.standard.standard import Standard

ALIKE = 0.75
"""How alike a question must be to one the office answered."""
PERHAPS = 0.5
"""From here on we ask whether it's that one."""
AWAITED = "question"
"""What the talk waits for while that's open; what it's about is the message that asked."""


def answered(talk: Talk, text: str, message_id: str) -> bool:
    """Give the office's own answer, or ask whether it's the one meant; False: somebody of the office has to answer."""
    alike, row = nearest(talk.world.office.standard, text)
    if row is None or alike < PERHAPS or (alike < ALIKE and talk.telling):
        return False
    if alike >= ALIKE:
        _give(talk, row)
        return True
    talk.set(awaiting=AWAITED, awaiting_for=message_id, unclear=0)
    talk.ask("question.is_it", (choice("choice.yes", "want:this"), choice("choice.not", "want:other")), what=row.ask[0])
    return True


def give(talk: Talk, text: str) -> bool:
    """Give the answer nearest to a question, now that the citizen has said it's the one; False if it's gone."""
    _, row = nearest(talk.world.office.standard, text)
    if row is not None:
        _give(talk, row)
    return row is not None


def nearest(standard: Standard, text: str) -> tuple[float, Information | None]:
    """The entry that the office answered and confirmed and that's most like this question, and how alike they are."""
    known = [row for row in standard.information if row.confirmed and row.answer]
    rated = [(max(intent.likeness(text, asked) for asked in row.ask), row) for row in known]
    return max(rated, key=lambda each: each[0], default=(0.0, None))


def _give(talk: Talk, row: Information) -> None:
    talk.tell_text(row.answer)
    talk.raise_to("notice")
    if not talk.telling:
        talk.set(awaiting="", awaiting_for="")
        talk.ask("question.or_report", (choice("choice.report", "want:report"),))
