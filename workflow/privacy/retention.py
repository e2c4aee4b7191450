"""How long what a complaint holds is kept after it was closed, and what is left when that time is over.

Theory of operation. An office sets days for three kinds (`[privacy] retention_days`): identity documents and what is
private beside them, other photos and voices, and the words of the talk. For each kind a closed complaint holds there's
a bell; it rings in the citizen's lane like any other, and what rings looks again whether its time has come. The line of
the register and the office's letters stay, as the archive's schedule asks (UU 27/2022, Pasal 50): the name and the
address on them too. A complaint that's open, opened again or kept by hand (`/tahan`) loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from workflow.conversation import Conversation, Paper
from workflow.desk.duty.entering import SHEET
from workflow.happening import Due, Event
from workflow.message import Address, Outbound
from workflow.office import DESK_CHANNEL, Office
from workflow.privacy import report
from workflow.procedure.progress import FIELD, FORMER, PROOF, is_voice
from workflow.procedure.signature import PLACE, SIGNED_LETTER
from workflow.procedure.telling import name_of
from workflow.record import Complaint, Entry
from workflow.say import say_for
from workflow.standard.standard import Standard
from workflow.world import Decision, Erasure, Needs, Timer, World

IDENTITY, MEDIA, MESSAGES = "identity", "media", "messages"
KINDS = (IDENTITY, MEDIA, MESSAGES)
BELL = "keep_"
LANE = f"{BELL}lane"
"""The kind of the event that asks a lane to let go what stands outside any complaint."""
BELLS = frozenset(f"{BELL}{kind}" for kind in KINDS)
RELAYED = ("said", "evidence", "supply", "edited", "mail", "reply", "withdraw", "satisfied", "unsatisfied", "answered")
"""The lines of a record that hold what was said in the talk: their words go, that they were said stays."""
ON_REGISTER = ("name", "address", "behalf_name", "signature", PLACE)
"""What is private and stands in the register or on a letter: it stays as long as they do."""
LATER = timedelta(days=7)
"""A file that another report of the same citizen still needs is looked at again so much later."""

_NUMBERS = ("mark", "phone", "contact")
"""How names begin under which a talk keeps numbers that were said, and cards of people that were shared."""
_OFFICE_PAPERS = ("answer", FORMER, PROOF, SHEET, SIGNED_LETTER)
_SHARED_IDENTITY = ("ktp", "kk", "sim")
_AFTERWARDS = timedelta(days=1)  # what came after its time was over stays a day, so that somebody can look at it


# --- what is kept, and until when -------------------------------------------------------------------------------------


def days(kind: str, office: Office) -> int:
    """For how many days from closing the office keeps this kind, as it says today."""
    found: int = getattr(office.standard.privacy.retention_days, kind)
    return found


def rule(kind: str, office: Office) -> str:
    """The rule in the form in which it stands in records and reports."""
    return f"privacy.retention_days.{kind} = {days(kind, office)}"


def kind_of(paper: Paper, standard: Standard) -> str:
    """Which kind of data a file is; "" for a paper of the office's own procedure, which is kept with the letters.

    What nobody has named may be an identity document, so it's taken for one.
    """
    if paper.sort in _OFFICE_PAPERS:
        return ""
    if is_voice(paper) or paper.sort == FIELD:
        return MEDIA
    sorts = {sort for asked in standard.asked() if asked.identity for sort in (asked.options or (asked.id,))}
    return IDENTITY if not paper.sort or paper.sort in sorts or paper.sort in _SHARED_IDENTITY else MEDIA


def holds(kind: str, complaint: Complaint, standard: Standard) -> bool:
    """Whether the complaint still has anything of this kind."""
    if any(paper.state != "erased" and kind_of(paper, standard) == kind for paper in complaint.papers):
        return True
    if kind == IDENTITY:
        return bool(set(complaint.private) - set(ON_REGISTER))
    if kind == MESSAGES:
        return bool(complaint.sayings or complaint.revisions or MESSAGES not in complaint.erased)
    return False


def due_at(kind: str, complaint: Complaint, office: Office) -> datetime | None:
    """When this kind goes; None while the complaint is open or kept by hand.

    Where its citizen asked for deletion while it was open, that's once it can't be opened again any more.
    """
    if complaint.closed_at is None or complaint.hold:
        return None
    kept = days(kind, office)
    if complaint.erase_asked:
        kept = min(kept, office.standard.after.reopen_days)
    return complaint.closed_at + timedelta(days=kept)


def bells(complaint: Complaint, office: Office, standard: Standard, now: datetime) -> tuple[Timer, ...]:
    """The bells of a closed complaint; () for any other."""
    found: list[Timer] = []
    for kind in KINDS:
        at = due_at(kind, complaint, office)
        if at is not None and holds(kind, complaint, standard):
            known = kind in complaint.erased
            found += _bell(kind, complaint, office, max(at, now + _AFTERWARDS) if known else at)
    return tuple(found)


def _bell(kind: str, complaint: Complaint, office: Office, at: datetime) -> tuple[Timer, ...]:
    lane = complaint.citizen or (Address(office.id, DESK_CHANNEL, office.desk) if office.desk else None)
    if lane is None:
        return ()
    since = complaint.closed_at.isoformat() if complaint.closed_at else ""
    return (
        Timer(
            key=f"{BELL}{kind}:{complaint.id}",
            lane=lane,
            due_at=at,
            kind=f"{BELL}{kind}",
            subject=complaint.id,
            rule=f"{rule(kind, office)} from {since}",
            standard=office.standard.version,
        ),
    )


def watch(before: Mapping[str, Complaint], after: Iterable[Complaint], world: World) -> Decision:
    """Set the bells of what was closed, let go, or got something after it was; silence those of what runs again."""
    timers: list[Timer] = []
    unset: list[str] = []
    for complaint in after:
        was = before.get(complaint.id)
        if due_at(KINDS[0], complaint, world.office) is None:
            if was is not None and due_at(KINDS[0], was, world.office) is not None:
                unset += (f"{BELL}{kind}:{complaint.id}" for kind in KINDS)
            continue
        standard = world.standard_of(complaint.standard)
        same = was is not None and _times(was, world) == _times(complaint, world)
        for timer in bells(complaint, world.office, standard, world.now):
            kind = timer.kind.removeprefix(BELL)
            if not same or was is None or not holds(kind, was, standard):
                timers.append(timer)
    return Decision(timers=tuple(timers), unset=tuple(unset))


def _times(complaint: Complaint, world: World) -> tuple[datetime | None, ...]:
    return tuple(due_at(kind, complaint, world.office) for kind in KINDS)


# --- the bells ring ---------------------------------------------------------------------------------------------------


def concerns(event: Event) -> bool:
    """Whether it's a bell of this part."""
    return isinstance(event, Due) and (event.kind in BELLS or event.kind in (LANE, report.KIND))


def needs(event: Due) -> Needs:
    """The complaint the bell is about."""
    return Needs(complaints=(event.subject,)) if event.kind in BELLS else Needs()


def rang(event: Due, world: World) -> Decision:
    """The time of a kind of data may be over."""
    here = world.conversation
    if here is not None and here.joined is not None and here.joined.until is None and here.joined.home != event.chat:
        return Decision(posts=((here.joined.home, replace(event, chat=here.joined.home)),))  # it was moved for good
    if event.kind == report.KIND:
        return report.told(event, world)
    if event.kind == LANE:
        return _leftovers(world)
    kind, complaint = event.kind.removeprefix(BELL), world.complaints.get(event.subject)
    if complaint is None:
        return Decision(ignored="a bell of a complaint that isn't there")
    at = due_at(kind, complaint, world.office)
    if at is None:
        return Decision(ignored="a bell of a complaint that runs again or is kept")
    if at > world.now:
        return Decision(timers=_bell(kind, complaint, world.office, at))
    if not holds(kind, complaint, world.standard_of(complaint.standard)):
        return Decision(ignored="there is nothing of this kind any more")
    return erase(complaint, (kind,), rule(kind, world.office), world) + told(complaint, kind, world)


def told(complaint: Complaint, kind: str, world: World) -> Decision:
    """Its citizen learns that the documents are gone (UU 27/2022, Pasal 45), where a word to them is free and may go.

    The durations stand in the notice they were shown; elsewhere it's seen at the next STATUS.
    """
    talk, to = world.conversation, complaint.citizen
    standard = world.standard_of(complaint.standard)
    gone = any(kind_of(paper, standard) == IDENTITY and paper.state == "ready" for paper in complaint.papers)
    if kind != IDENTITY or to is None or talk is None or talk.blocked or talk.bounced or not gone:
        return Decision()
    limits = world.limits_at(to)
    if limits.window_h or limits.short:
        return Decision()
    key = "privacy.gone_asked" if complaint.erase_asked else "privacy.gone"
    fields = {"number": name_of(complaint), "days": days(IDENTITY, world.office)}
    text = say_for(limits, key, request=f"DP-{complaint.erase_asked}", **fields)
    quiet = world.office.quiet_until(world.now)
    name = complaint.number or complaint.code
    return Decision(sends=(Outbound(to=to, kind="notice", text=text, label=name, not_before=quiet),))


# --- erasing ----------------------------------------------------------------------------------------------------------


def erase(complaint: Complaint, kinds: tuple[str, ...], why: str, world: World, by: str = "system") -> Decision:
    """Take these kinds out of a closed complaint for good: files lose their keys, words and private things go.

    A file that another, still running report of this citizen uses stays until that one's time, and is looked at again.
    """
    standard, needed = world.standard_of(complaint.standard), _needed(complaint, world)
    done = Decision()
    for kind in kinds:
        mine = [each for each in complaint.papers if kind_of(each, standard) == kind and each.state != "erased"]
        waits = [each.file for each in mine if each.file in needed]
        files = [each.file for each in mine if each.file not in needed]
        complaint = _without(complaint, kind, set(files), world.now)
        data = {"kind": kind, "files": str(len(files)), "rule": why}
        done += Decision(
            complaints=(complaint,),
            erased=tuple(files),
            erasures=(Erasure(complaint=complaint.id, kind=kind, rule=why, files=len(files), at=world.now),),
            blanked=((complaint.id, RELAYED),) if kind == MESSAGES else (),
            entries=(
                Entry(
                    complaint=complaint.id,
                    at=world.now,
                    act="erased",
                    by=by,
                    step=complaint.step,
                    data=data,
                    version=complaint.version,
                ),
            ),
            timers=_bell(kind, complaint, world.office, world.now + LATER) if waits else (),
            unset=() if waits else (f"{BELL}{kind}:{complaint.id}",),
        )
    return done + _of_talk(complaint, kinds, world)


def _needed(complaint: Complaint, world: World) -> set[str]:
    """Files that other reports of this citizen use, which run or whose own time hasn't come."""
    papers = []
    for each in world.complaints.values():
        standard = world.standard_of(each.standard)
        for paper in each.papers if each.id != complaint.id else ():
            at = due_at(kind_of(paper, standard) or MESSAGES, each, world.office)
            if paper.state != "erased" and (at is None or at > world.now):
                papers.append(paper)
    if world.conversation is not None and world.conversation.draft is not None:
        papers += world.conversation.draft.papers
    return {paper.file for paper in papers}


def _without(complaint: Complaint, kind: str, files: set[str], now: datetime) -> Complaint:
    """The complaint as it stands when a kind is gone. What a file was and when it came stays."""
    papers = tuple(erased_paper(each) if each.file in files else each for each in complaint.papers)
    erased = {**complaint.erased, kind: now.isoformat()}
    complaint = replace(complaint, version=complaint.version + 1, papers=papers, erased=erased, undo=None, pending=None)
    if kind == IDENTITY:
        kept = {name: value for name, value in complaint.private.items() if name in ON_REGISTER}
        return replace(complaint, private=kept)
    if kind != MESSAGES:
        return complaint
    papers = tuple(each if _is_matter(each, complaint) else replace(each, gist="", caption="") for each in papers)
    return replace(complaint, sayings=(), revisions=(), papers=papers)


def _is_matter(paper: Paper, complaint: Complaint) -> bool:
    """Whether a voice note's gist is what was registered: there were no other words before the YA."""
    return bool(paper.gist) and not complaint.statement and paper.at <= complaint.confirmed_at


def erased_paper(paper: Paper) -> Paper:
    """What is left of a file: that there was one, what it was called and when it came."""
    gone = replace(paper, state="erased", type="", sha256="", look="", position=None, caption="", name="")
    return replace(gone, forwarded="", flaw="")


def _of_talk(complaint: Complaint, kinds: tuple[str, ...], world: World) -> Decision:
    """With its identity documents go files that waited in the talk to be named for it, and numbers said beside it.

    Numbers that nobody can tell whose report they were for stay while another report of the talk has its time.
    """
    talk = world.conversation
    if talk is None or IDENTITY not in kinds:
        return Decision()
    files = tuple(paper.file for paper in talk.papers if paper.complaint == complaint.id)
    kept = tuple(paper for paper in talk.papers if paper.complaint != complaint.id)
    private = _less_numbers(talk, complaint, world)
    if not files and private == talk.private:
        return Decision()
    known = {paper.file for each in world.complaints.values() for paper in each.papers if paper.state != "erased"}
    talk = replace(talk, papers=kept, private=private, version=talk.version + 1)
    return Decision(conversation=talk, erased=tuple(each for each in files if each not in known))


def _less_numbers(talk: Conversation, complaint: Complaint, world: World) -> dict[str, str]:
    """What is private in a talk without identity and telephone numbers whose time is over."""
    others = [each for each in world.complaints.values() if each.id != complaint.id and each.id in talk.complaints]
    ends = [due_at(IDENTITY, each, world.office) for each in others]
    if talk.draft is None and all(end is not None and end <= world.now for end in ends):
        return {name: text for name, text in talk.private.items() if name.partition(":")[0] not in _NUMBERS}
    needed = {text for each in others for text in each.private.values()}
    needed |= set(talk.draft.private.values()) if talk.draft is not None else set()
    was = world.complaints.get(complaint.id, complaint)
    gone = set(was.private.values()) - needed
    return {
        name: text for name, text in talk.private.items() if name.partition(":")[0] not in _NUMBERS or text not in gone
    }


# --- what stands outside any complaint --------------------------------------------------------------------------------


def _leftovers(world: World) -> Decision:
    """A lane on which nothing was said for the days of the talk: what stands outside its complaints goes."""
    talk, kept = world.conversation, timedelta(days=days(MESSAGES, world.office))
    if talk is None or talk.draft is not None or (talk.last_at is not None and talk.last_at + kept > world.now):
        return Decision(ignored="a talk that goes on")
    return clear(talk, rule(MESSAGES, world.office), world)


def clear(talk: Conversation, why: str, world: World) -> Decision:
    """Take what was said outside any complaint out of a talk; its complaints stay findable by it.

    Where one of them runs, or is kept, the talk stays whole.
    """
    looked_at = Decision(conversation=replace(talk, version=talk.version + 1))  # not again tomorrow
    if any(due_at(MESSAGES, each, world.office) is None for each in world.complaints.values()):
        return looked_at
    files = tuple(paper.file for paper in talk.papers)
    after = replace(
        talk,
        sayings=(),
        questions=(),
        private={},
        said_last="",
        papers=(),
        extra={name: value for name, value in talk.extra.items() if name == "focus"},
    )
    if after == talk:
        return looked_at
    line = Erasure(complaint="", kind=MESSAGES, rule=why, files=len(files), at=world.now)
    return Decision(conversation=replace(after, version=talk.version + 1), erased=files, erasures=(line,))
