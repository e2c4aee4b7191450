"""Every paper by its kind, and the one way to make one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workflow.papers.complaint_letter import complaint_letter
from workflow.papers.control import control
from workflow.papers.disposition import disposition
from workflow.papers.evidence import evidence
from workflow.papers.letter import letter
from workflow.papers.receipt import receipt
from workflow.papers.sending import sending
from workflow.papers.sheet import Kind, Sheet
from workflow.record import Complaint, Entry
from workflow.world import World

MAKERS: Mapping[Kind, Callable[[Complaint, Sequence[Entry], World], Sheet | None]] = {
    "receipt": receipt,
    "complaint_letter": complaint_letter,
    "disposition": disposition,
    "control": control,
    "answer_letter": letter,
    "sending": sending,
    "evidence": evidence,
}
"""Each paper out of the complaint and the whole of its record; None where there's nothing to print yet."""
