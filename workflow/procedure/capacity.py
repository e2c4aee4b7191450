"""In which capacity somebody acts: in a role of their own, or as Plt. or Plh. of one that they stand in for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from workflow.message import Value
from workflow.office import Office, Staff
from workflow.record import Complaint
from workflow.say import say
from workflow.standard.standard import Standard

if TYPE_CHECKING:
    from workflow.world import World

STANDING_IN = "standing_in"
"""The key of `Entry.data` that holds a mark, such as "plh:camat"."""
WHY_BOTH = "why_both"
"""The key of `Entry.data` and of `Complaint.extra` with the reason why one person drafted and approves."""
_AS = "as:"  # Complaint.extra: as:STAFF_ID -> the mark under which that person last wrote, approved or signed

_DONE = "done:"  # Complaint.extra: done:approve, done:sign -> mark|how it was entered|who entered it
_DISOWNED = "disowned"


class Capacity(Value):
    """A person in a role. `label` reads "Camat" or "Plh. Camat"; `title` is the person's own, "Sekretaris Camat"."""

    role: str
    label: str
    title: str = ""
    standing_in: str = ""  # the mark, "" in a role of their own


def mark_of(person: Staff, role: str, office: Office, at: datetime, holder: str = "") -> str:
    """The mark of who stands in ("plh:camat"), "" for who acts in a role of their own or in none.

    `holder` is the person whom a disposition named in that role, if one was.
    """
    duty = office.stands_in(person, role, at, holder)
    if duty is None or (duty.kind == "plh" and person.has_role(role) and holder in ("", str(person.id))):
        return ""
    return f"{duty.kind}:{role}"


def capacity(person: Staff, role: str, office: Office, at: datetime, holder: str = "") -> Capacity:
    """How a person acts, or acted, in a role at that moment: what a signature block says."""
    mark = mark_of(person, role, office, at, holder)
    label = label_of(mark, office.standard) or office.standard.role(role).label
    return Capacity(role=role, label=label, title=person.title, standing_in=mark)


def label_of(mark: str, standard: Standard) -> str:
    """A mark in words: "Plh. Camat"; "" for no mark, or one whose role the standard doesn't know."""
    kind, _, role = mark.partition(":")
    if kind not in ("plt", "plh") or role not in standard.roles:
        return ""
    return say(f"duty.label.{kind}", role=standard.role(role).label)


def name_of(person: Staff, office: Office, at: datetime) -> str:
    """A person's name as the record has it; of a shared phone with who was on duty: "Loket (Siti Rahma)"."""
    on_duty = office.on_duty(person, at)
    return say("duty.shared.name", name=person.name, who=on_duty) if on_duty else person.name


def on_duty_data(person: Staff, office: Office, at: datetime) -> dict[str, str]:
    """What an entry of a shared phone carries beside its name."""
    on_duty = office.on_duty(person, at)
    return {"shared": on_duty} if on_duty else {}


def named_as(complaint: Complaint, person: Staff, act: str, standard: Standard) -> str:
    """Who approved or signed here, in which capacity, and who entered it: "Siti Rahma (Plh. Camat)"."""
    mark, how, enterer = (complaint.extra.get(f"{_DONE}{act}", "") + "||").split("|")[:3]
    label = label_of(mark, standard)
    name = say("duty.label.person", name=person.name, role=label) if label else person.name
    return say("duty.entered.noted", name=name, how=say(f"duty.how.{how}"), by=enterer) if how else name


def done_as(extra: Mapping[str, str], act: str, mark: str, how: str = "", enterer: str = "") -> dict[str, str]:
    """`Complaint.extra` with the capacity in which this act was done and, where it was entered, how and by whom."""
    return {**extra, f"{_DONE}{act}": f"{mark}|{how}|{enterer.replace('|', ' ')}"}


def signs_as(complaint: Complaint, role: str, world: World) -> str:
    """The label under which a role's signature stands on this answer: "Camat", "Plh. Camat", or "".

    "" means that nobody signed, approved or wrote it who held the role or stood in for it when they did.
    """
    standard = world.standard_of(complaint.standard)
    for who in (complaint.signed_by, complaint.approved_by, complaint.draft_by):
        person = world.office.staff_by_id(who) if who else None
        if person is None:
            continue
        mark = complaint.extra.get(f"{_AS}{who}", "")
        if mark == _DISOWNED:
            continue
        if mark.partition(":")[2] == role:
            return label_of(mark, standard)
        if person.has_role(role):
            return standard.role(role).label
    return ""


def disowned(extra: Mapping[str, str], who: str) -> dict[str, str]:
    """`Complaint.extra` once somebody said that the approval entered for them isn't theirs."""
    return {**extra, f"{_AS}{who}": _DISOWNED}


def kept(extra: Mapping[str, str], person: Staff, mark: str) -> dict[str, str]:
    """`Complaint.extra` with the capacity in which somebody last wrote, approved or signed."""
    others = {name: value for name, value in extra.items() if name != f"{_AS}{person.id}"}
    return others | ({f"{_AS}{person.id}": mark} if mark else {})


def wrote_as(complaint: Complaint, who: str) -> str:
    """The mark under which this person last wrote, approved or signed here."""
    mark = complaint.extra.get(f"{_AS}{who}", "")
    return "" if mark == _DISOWNED else mark
