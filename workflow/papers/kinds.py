"""What papers say otherwise of a suggestion than of a complaint: nobody who suggests has complained."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.procedure.kinds import Kind
from workflow.say import say

_OF_SUGGESTIONS: Mapping[str, str] = {
    "papers.title.receipt": "papers.suggestion.receipt",
    "papers.title.evidence": "papers.suggestion.evidence",
    "papers.name.evidence": "papers.suggestion.evidence_file",
    "papers.letter.opening": "papers.suggestion.letter_opening",
    "papers.evidence.opening": "papers.suggestion.evidence_opening",
    "papers.evidence.open": "papers.suggestion.open",
    "papers.evidence.open_late": "papers.suggestion.open_late",
    "papers.evidence.closed_answered": "papers.suggestion.closed_answered",
    "papers.evidence.closed_referred": "papers.suggestion.closed_referred",
    "papers.evidence.closed_withdrawn": "papers.suggestion.closed_withdrawn",
    "papers.evidence.closed_refused": "papers.suggestion.closed_refused",
    "papers.evidence.note": "papers.suggestion.evidence_note",
    "papers.citizen.receipt": "papers.suggestion.citizen_receipt",
    "papers.citizen.answer_letter": "papers.suggestion.citizen_answer_letter",
    "papers.citizen.evidence": "papers.suggestion.citizen_evidence",
}


def key_of(report: Kind, key: str) -> str:
    """The key of a sentence in the wording for what was reported."""
    return _OF_SUGGESTIONS.get(key, key) if report.kind == "suggestion" else key


def say_of(report: Kind, key: str, **fields: object) -> str:
    """As `say`, in the wording for what was reported."""
    return say(key_of(report, key), **fields)
