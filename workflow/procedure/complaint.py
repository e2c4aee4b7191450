"""What was registered, and what an act makes of it: opened by the citizen's YA, changed by acts only."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.conversation import Conversation, Draft
from workflow.privacy import notice
from workflow.procedure import lapsing, secrecy, stays, telling, wholes
from workflow.procedure.case import Case, Refused
from workflow.procedure.citizen_acts import CITIZEN_ACTS
from workflow.procedure.duty_acts import remember_entered
from workflow.procedure.entered import entered, unpacked
from workflow.procedure.progress import begin, lacking
from workflow.procedure.rights import check
from workflow.procedure.staff_acts import STAFF_ACTS
from workflow.record import Act, Complaint, Entry, Pause, Pending, Source, Undo
from workflow.world import Decision, World

__all__ = [
    "Act",
    "Complaint",
    "Entry",
    "Pause",
    "Pending",
    "Refused",
    "Source",
    "Undo",
    "apply",
    "open_case",
    "open_from",
]


def open_from(draft: Draft, conversation: Conversation, world: World) -> Decision:
    """The citizen's YA: the complaint begins, with its acknowledgement and, where the standard says so, its number.

    Which papers the summary showed under a name, and so are confirmed by this YA, the draft says.
    """
    standard = world.standard_of(draft.standard)
    complaint = Complaint(
        id=world.supply.id(),
        code=draft.code,
        office=world.office.id,
        standard=standard.version,
        received_at=draft.began_at,
        confirmed_at=max(world.moment, draft.began_at),
        citizen=conversation.address,
        kind=draft.kind,
        statement="\n".join(draft.statement),
        answers=draft.answers,
        private=draft.private,
        papers=draft.papers,
        place=draft.place,
        later=draft.later,
        lacking=draft.lacking,
        sayings=draft.sayings,
        revisions=draft.revisions,
        topic=draft.topic,
        confidential=draft.confidential,
        withheld=draft.withheld,
        behalf=draft.behalf,
        notice=draft.notice,
        notice_at=draft.notice_at,
    )
    complaint = secrecy.clean(complaint) if complaint.withheld else complaint
    complaint, mails = wholes.filed(complaint, world.now)
    return open_case(complaint, world, by="citizen") + Decision(entries=(*notice.followed(draft, complaint), *mails))


def open_case(complaint: Complaint, world: World, *, by: str) -> Decision:
    """Begin: the citizen's own step is done with the YA (or with what a clerk wrote down for them)."""
    case = Case(world, complaint, by)
    if not lacking(complaint, case.standard):
        case.set(complete="complete", clock_started_at=case.now)
    case.set(fresh=complaint.version)
    begin(case, source=complaint.source)
    stays.remember(None, case)
    telling.opened(case)
    lapsing.watch(None, case)
    return case.decision()


def apply(complaint: Complaint, act: Act, world: World) -> Decision:
    """What an act makes of a complaint. Raises `Refused` with the sentence that says why it isn't done."""
    before, act = complaint, unpacked(act)
    case = Case(world, replace(complaint, version=complaint.version + 1), act.by, entered(act, world.office))
    if act.by.startswith("staff:"):
        check(before, act, world)
        case.set(papers=(*before.papers, *act.papers))
        STAFF_ACTS[act.kind](case, act)
        case.set(extra=remember_entered(case, act))
    elif act.kind in CITIZEN_ACTS:
        CITIZEN_ACTS[act.kind](case, secrecy.heard(before, act))
    else:
        raise Refused("desk.refused.unknown")
    stays.remember(before, case)
    lapsing.watch(before, case)
    telling.news(case)
    return case.decision()
