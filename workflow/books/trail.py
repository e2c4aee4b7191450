"""What a complaint's record holds for the books: who it was disposed to, what was taken back, who acted for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from workflow.record import Entry

_ENDS = frozenset({"withdraw", "lapse", "refuse", "archive", "refer", "refer_sent", "refer_self"})
_INSTEAD = frozenset({"standing_in", "entered_for", "shared", "why_both"})
"""What an act's data holds where somebody did it for another."""


@dataclass(slots=True)
class Disposal:
    """Somebody was named for the work."""

    name: str
    note: str = ""
    handed: bool = False  # by the one who had it, not by a disposition
    undone: bool = False


@dataclass(slots=True)
class Numbered:
    """A letter got a number."""

    number: str
    undone: bool = False


@dataclass(slots=True)
class Stay:
    """A stretch of time at one published step; `until` is None while it lasts."""

    step: str
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Trail:
    """One complaint's record as the books read it, in its own order."""

    disposals: list[Disposal] = field(default_factory=list)
    numbers: list[Numbered] = field(default_factory=list)
    answers: list[datetime] = field(default_factory=list)  # each time an answer left
    words_before: list[str] = field(default_factory=list)  # answers as they read before they were reworded
    reworded: list[datetime] = field(default_factory=list)
    matter_before: list[tuple[str, str]] = field(default_factory=list)  # the citizen's words: before, after
    edited: list[datetime] = field(default_factory=list)
    undone: list[tuple[datetime, str]] = field(default_factory=list)
    returns: int = 0
    drafter: str = ""
    signer: str = ""
    approver: str = ""  # who checked it: where nothing is signed theirs is the last word
    stood_in: list[Entry] = field(default_factory=list)
    entered: list[Entry] = field(default_factory=list)
    shared: list[Entry] = field(default_factory=list)
    objections: list[Entry] = field(default_factory=list)  # to what was entered for them
    both: Entry | None = None
    enough: str | None = None
    refused: Entry | None = None
    referred: Entry | None = None
    withdrawn: datetime | None = None
    lapsed: datetime | None = None
    reopened: list[datetime] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    handed_to: str = ""
    proofs: int = 0
    delivered: dict[str, datetime] = field(default_factory=dict)  # of the answer that counts: state -> when
    stays: list[Stay] = field(default_factory=list)


def trail_of(history: Iterable[Entry], *, stays: bool = True) -> Trail:
    """Read a record from its first line to its last; `stays` is for who counts how long the file lay where."""
    trail = Trail()
    for entry in history:
        reader = _READERS.get(entry.act)
        if reader is not None:
            reader(trail, entry)
        if entry.data:
            if not _INSTEAD.isdisjoint(entry.data):
                _people(trail, entry)
            if stays:
                _moved(trail, entry)
        if stays and entry.act in _ENDS:
            _left(trail, entry)
    return trail


# --- who acted for whom, and where the file stood ---------------------------------------------------------------------


def _people(trail: Trail, entry: Entry) -> None:
    data = entry.data
    if data.get("standing_in"):
        trail.stood_in.append(entry)
    if data.get("entered_for"):
        trail.entered.append(entry)
    if data.get("shared"):
        trail.shared.append(entry)
    if data.get("why_both"):
        trail.both = entry


def _moved(trail: Trail, entry: Entry) -> None:
    """A line that says where the file went: `to` names the step, and with a slash a part inside the same one."""
    target = entry.data.get("to")
    if target is None or not entry.step or "/" in target:
        return
    if entry.act == "koreksi":
        _back(trail, target)
        return
    _left(trail, entry)
    if target:
        trail.stays.append(Stay(target, entry.at))


def _back(trail: Trail, step: str) -> None:
    """An act was taken back: the stay that it ended goes on as if it hadn't been."""
    if len(trail.stays) > 1 and trail.stays[-2].step == step != trail.stays[-1].step:
        trail.stays.pop()
    if trail.stays and trail.stays[-1].step == step:
        trail.stays[-1].until = None


def _left(trail: Trail, entry: Entry) -> None:
    if trail.stays and trail.stays[-1].until is None:
        trail.stays[-1].until = entry.at


# --- single acts ------------------------------------------------------------------------------------------------------


def _dispose(trail: Trail, entry: Entry) -> None:
    name = entry.data.get("person_name", "")
    if name:
        trail.disposals.append(Disposal(name, entry.text, handed=entry.act == "hand"))


def _number(trail: Trail, entry: Entry) -> None:
    trail.numbers.append(Numbered(entry.text))


def _answer(trail: Trail, entry: Entry) -> None:
    trail.answers.append(entry.at)
    trail.delivered = {}
    trail.handed_to = entry.data.get("received_by", "")
    trail.proofs = len(entry.data.get("proof", "").split())


def _reword(trail: Trail, entry: Entry) -> None:
    trail.words_before.append(entry.data.get("before", ""))
    trail.reworded.append(entry.at)


def _edit(trail: Trail, entry: Entry) -> None:
    trail.matter_before.append((entry.data.get("before", ""), entry.text))
    trail.edited.append(entry.at)


def _undo(trail: Trail, entry: Entry) -> None:
    act = entry.data.get("undone", "")
    trail.undone.append((entry.at, act))
    if act in ("dispose", "ask_staff", "hand") and (standing := [each for each in trail.disposals if not each.undone]):
        standing[-1].undone = True
    if act == "number" and (valid := [each for each in trail.numbers if not each.undone]):
        valid[-1].undone = True
    if act == "return":
        trail.returns -= 1
    _not_approved(trail, act)


def _not_approved(trail: Trail, act: str) -> None:
    """An approval was taken back, or they object to it: nobody is said to have signed what they didn't."""
    if act == "sign":
        trail.signer = ""
    if act == "approve":
        trail.approver = ""


def _objected(trail: Trail, entry: Entry) -> None:
    _not_approved(trail, entry.data.get("to_act", ""))
    trail.objections.append(entry)


def _return(trail: Trail, _: Entry) -> None:
    trail.returns += 1
    trail.signer = trail.approver = ""


def _written(trail: Trail, entry: Entry) -> None:
    trail.drafter = entry.name or trail.drafter


def _signed(trail: Trail, entry: Entry) -> None:
    trail.signer = entry.data.get("entered_name") or entry.name


def _checked(trail: Trail, entry: Entry) -> None:
    trail.approver = entry.data.get("entered_name") or entry.name


def _enough(trail: Trail, entry: Entry) -> None:
    trail.enough = entry.text


def _refuse(trail: Trail, entry: Entry) -> None:
    trail.refused = entry


def _refer(trail: Trail, entry: Entry) -> None:
    trail.referred = entry


def _withdraw(trail: Trail, entry: Entry) -> None:
    trail.withdrawn = entry.at


def _lapse(trail: Trail, entry: Entry) -> None:
    trail.lapsed = entry.at


def _reopen(trail: Trail, entry: Entry) -> None:
    trail.reopened.append(entry.at)
    trail.withdrawn = trail.lapsed = None
    trail.signer = trail.approver = trail.drafter = ""  # what they signed was the answer before


def _ask(trail: Trail, entry: Entry) -> None:
    trail.asked.append(entry.at)


def _delivery(trail: Trail, entry: Entry) -> None:
    if entry.data.get("key", "").partition(":")[0] == "answer":
        trail.delivered[entry.data.get("state", "")] = entry.at


_READERS = {
    "dispose": _dispose,
    "ask_staff": _dispose,
    "hand": _dispose,
    "number": _number,
    "deliver": _answer,
    "hand_over": _answer,
    "reword": _reword,
    "edited": _edit,
    "koreksi": _undo,
    "objected": _objected,
    "return": _return,
    "write": _written,
    "approve": _checked,
    "sign": _signed,
    "enough": _enough,
    "refuse": _refuse,
    "refer": _refer,
    "refer_sent": _refer,
    "refer_self": _refer,
    "withdraw": _withdraw,
    "lapse": _lapse,
    "reopen": _reopen,
    "ask": _ask,
    "delivery": _delivery,
}
"""What each act of a record means for the books; the others say nothing to them."""
