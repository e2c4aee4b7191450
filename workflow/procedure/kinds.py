"""What reads otherwise for a suggestion than for a complaint: thanked for, not solved."""

from __future__ import annotations

from typing import Protocol

from workflow.standard.standard import Standard
from workflow.words import texts

_OF_SUGGESTIONS = {
    "summary.text": "summary.text_suggestion",
    "telling.acknowledged": "telling.acknowledged_suggestion",
    "telling.receipt": "telling.receipt_suggestion",
    "telling.complete": "telling.complete_suggestion",
    "telling.answer": "telling.answer_suggestion",
}


_SUGGESTION = "_suggestion"


class Kind(Protocol):
    """A report being told or registered: a complaint or a suggestion."""

    @property
    def kind(self) -> str:
        """Which of both: "complaint" or "suggestion"."""


def worded(report: Kind, key: str) -> str:
    """The key of a sentence in the wording for what this is."""
    return _OF_SUGGESTIONS[key] if report.kind == "suggestion" else key


def asks_satisfaction(report: Kind, standard: Standard) -> bool:
    """Whether the citizen is asked if the problem is solved: a suggestion has none."""
    return standard.after.ask_satisfaction and report.kind != "suggestion"


def of_kind(report: Kind, key: str) -> str:
    """The key of a sentence in its wording for a suggestion where there's one, else as it stands."""
    other = f"{key}{_SUGGESTION}"
    return other if report.kind == "suggestion" and other in texts() else key
