"""Who stands below a paper: the signer only if they signed or approved these very words, in their own form."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.clocks.when import say_moment
from workflow.office import Staff
from workflow.papers.sheet import Sign, last, since_reopened
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, channel_name, say
from workflow.standard.standard import Standard
from workflow.world import World

WRITING = ("report", "draft")
SIGNING = ("sign", "approve")
LEAVING = ("deliver", "hand_over")


def signature(complaint: Complaint, entries: Sequence[Entry], text: str, world: World) -> Sign | None:
    """The signer's block; None where nobody who may sign stands for these words.

    The signer's own draft is as good as an approval. Words changed after that are nobody's.
    """
    standard = world.standard_of(complaint.standard)
    signer = standard.letter.signer
    if not signer:
        return None
    entry = _approval(since_reopened(entries), signer, text, world)
    return None if entry is None else _block(entry, signer, standard, world)


def brought(complaint: Complaint, world: World) -> Sign:
    """Who brings an answer that nobody is published to sign."""
    standard = world.standard_of(complaint.standard)
    role = standard.role(standard.delivers_at().actor).label
    at = complaint.answered_at or world.now
    moment = say_moment(at, world.office.calendar.zone)
    return Sign(
        role=(say("papers.brought_by"), role, standard.office.name), how=say("papers.brought_how", moment=moment)
    )


def noted(entry: Entry | None, role: str, standard: Standard, world: World, *, pen: bool = False) -> Sign:
    """The officer who took something in and pressed for it; with room for a `pen` where it's handed over on paper."""
    if entry is None or not entry.by.startswith("staff:"):
        return Sign(role=(), how=say("papers.by_system", office=standard.office.name))
    moment = say_moment(entry.at, world.office.calendar.zone)
    person = world.office.staff_by_id(entry.by.removeprefix("staff:"))
    return Sign(
        role=(role if role.endswith(",") else f"{role},",),
        how="" if pen else say("papers.electronic_noted", moment=moment),
        name=_name(entry, person),
        below=below(person),
    )


def stand_in(entry: Entry) -> str:
    """How somebody acted in another's stead: "Plh." or "Plt."; "" where they didn't."""
    form = entry.data.get("standing_in", "").partition(":")[0]
    return say(f"papers.form.{form}") if form else ""


def role_of(entry: Entry, standard: Standard) -> str:
    """The role of whoever acted, with the form they stood in by: "Plh. Camat"."""
    if entry.by == "system":
        return say("papers.the_system")
    if entry.by == "citizen":
        return citizen_label(standard)
    stood_in = entry.data.get("standing_in", "").partition(":")[2]
    role = standard.roles.get(stood_in or entry.role)
    return f"{stand_in(entry)} {role.label if role else ''}".strip()


def citizen_label(standard: Standard) -> str:
    """What the standard calls who complains: "Pemohon"."""
    label = next((role.label for role in standard.roles.values() if role.kind == "citizen"), "")
    return label[:1].upper() + label[1:] or say("papers.unknown_person")


# --- inside -----------------------------------------------------------------------------------------------------------


def _approval(entries: Sequence[Entry], signer: str, text: str, world: World) -> Entry | None:
    """The act by which the signer stands for the words."""
    written: Entry | None = None
    approved: Entry | None = None
    for entry in entries:
        if entry.act in WRITING:
            written, approved = entry, entry if _is(entry, signer, world) else None
        elif entry.act in SIGNING and written is not None and _is(entry, signer, world):
            approved = entry
        elif entry.act == "objected":
            approved = None if approved is None or _is_objected(approved, entry) else approved
        elif entry.act == "return" or (entry.act == "koreksi" and entry.data.get("undone") in (*SIGNING, *WRITING)):
            approved = None
    return approved if written is not None and written.text.strip() == text.strip() else None


def _is_objected(approved: Entry, objection: Entry) -> bool:
    """Whether the very one who approved says that an approval entered for them isn't theirs; others' word isn't it."""
    if str(approved.version) == objection.data.get("to_version"):
        return True
    theirs = objection.by == f"staff:{approved.data.get('entered_for') or approved.by.removeprefix('staff:')}"
    return theirs and objection.data.get("to_act") in (*SIGNING, *WRITING)


def _is(entry: Entry, signer: str, world: World) -> bool:
    """Whether the one who acted is the signer, or stood in for them."""
    if (stood_for := entry.data.get("standing_in", "").partition(":")[2]) or entry.role == signer:
        return (stood_for or entry.role) == signer  # as it was then, whatever they are today
    who = entry.data.get("entered_for") or entry.by.removeprefix("staff:")
    person = world.office.staff_by_id(who)
    return person is not None and person.has_role(signer)


def _block(entry: Entry, signer: str, standard: Standard, world: World) -> Sign:
    who = entry.data.get("entered_for") or entry.by.removeprefix("staff:")
    person = world.office.staff_by_id(who)
    role = say("papers.of_place", role=standard.role(signer).label, place=_place(standard))
    form = stand_in(entry)
    own = own_title(person, signer, standard) if form else ""
    return Sign(
        role=tuple(each for each in (f"{form} {role}".strip(), own) if each),
        how=how(entry, world),
        name=_name(entry, person),
        below=below(person),
    )


def how(entry: Entry, world: World, pressed: str = "papers.electronic") -> str:
    """How an approval was given: by a press, in the words of that key, or entered for somebody who said or wrote it."""
    moment = say_moment(entry.at, world.office.calendar.zone)
    if entry.data.get("entered_for"):
        return say(f"papers.entered.{entry.data.get('how', 'said')}", moment=moment, name=entry.name)
    return say(pressed, moment=moment)


def own_title(person: Staff | None, stood_for: str, standard: Standard) -> str:
    """What a stand-in is by themselves: their title, or the label of their own role."""
    if person is None:
        return ""
    if person.title:
        return person.title
    own = next((role for role in person.roles if role != stood_for and role in standard.roles), "")
    return standard.role(own).label if own else ""


def _name(entry: Entry, person: Staff | None) -> str:
    """As it was recorded then; behind a shared account, who was on duty."""
    known = entry.data.get("entered_name") or entry.data.get("shared") or entry.name
    return known or (person.name if person else "")


def below(person: Staff | None) -> tuple[str, ...]:
    """What stands below a name: rank and NIP, as far as they are known."""
    if person is None:
        return ()
    return tuple(each for each in (person.rank, say("papers.nip", nip=person.nip) if person.nip else "") if each)


def _place(standard: Standard) -> str:
    """The office's name without its kind: "Pegantenan" of "Kecamatan Pegantenan"."""
    kind, name = standard.office.kind, standard.office.name
    return name[len(kind) :].strip() if name.lower().startswith(kind.lower()) else name


def way_of(complaint: Complaint) -> str:
    """How it came to the office: the channel's name, or "surat", "telepon" ..."""
    if complaint.source != "chat" or complaint.citizen is None:
        try:
            return say(f"desk.source.{complaint.source}")
        except UnknownWords:
            return complaint.source
    return channel_name(complaint.citizen.channel)


def receiving(entries: Sequence[Entry]) -> Entry | None:
    """The act that took the complaint in: the receipt's, else the register's or the acceptance."""
    staffed = [entry for entry in entries if entry.by.startswith("staff:")]
    return last(staffed, "receipt") or last(staffed, "register") or last(staffed, "accept", "complete")


def awaited(signer: str, standard: Standard) -> Sign:
    """The block of somebody who hasn't signed yet: their office, and nothing else."""
    return Sign(role=(say("papers.of_place", role=standard.role(signer).label, place=_place(standard)),))
