"""What a citizen's later messages do to a registered complaint: evidence, words, withdrawal, SUDAH and BELUM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from workflow.conversation import Paper, Revision, Saying
from workflow.message import Location
from workflow.procedure import lapsing, lateness, secrecy, telling
from workflow.procedure.case import Case, Refused
from workflow.procedure.progress import close, lacking, reopen, resume, unnamed
from workflow.procedure.reach import is_out, out_at
from workflow.record import Act


def _add_papers(case: Case, papers: tuple[Paper, ...]) -> list[Paper]:
    """File them; one that's known already is replaced by its newer state. Returns those that are new.

    Only a summary answered YA confirms a name, so nothing that's named later enters the group before a petugas saw it.
    """
    known = {paper.file: paper for paper in case.complaint.papers}
    fresh = [replace(paper, confirmed=False) for paper in papers if paper.file not in known]
    newer = {
        paper.file: replace(paper, confirmed=known[paper.file].confirmed) for paper in papers if paper.file in known
    }
    case.set(papers=(*(newer.get(paper.file, paper) for paper in case.complaint.papers), *fresh))
    return fresh


def _heard(case: Case, act: Act, kind: str) -> None:
    """File what came, tell the desk by an entry, and take up the work again if the office waited for it."""
    fresh = _add_papers(case, act.papers)
    if act.private:
        case.set(private={**case.complaint.private, **act.private})
    if not act.text and not fresh:
        return
    message = act.data.get("message", fresh[0].message if fresh else "")
    if act.text:
        said = Saying(message=message, at=case.now, text=act.text, filed_as="note")
        case.set(sayings=(*case.complaint.sayings, said))
    answered = bool(case.complaint.waiting)
    data = {"message": message, "files": " ".join(paper.file for paper in fresh), "thing": act.data.get("for", "")}
    case.record(kind, text=act.text, **{name: value for name, value in data.items() if value})
    if answered and case.complaint.closed_at is None:
        resume(case)
        case.record("answered", by="citizen")
    _spoke(case)


def _spoke(case: Case) -> None:
    """They gave what was waited for: no act that's taken back makes the office wait for it again."""
    undo = case.complaint.undo
    if undo is not None and undo.before.waiting:
        before = replace(undo.before, waiting="", pauses=case.complaint.pauses)
        case.set(undo=replace(undo, before=before))


def _back(case: Case) -> None:
    """A lapsed complaint comes back with whatever its citizen sends in time."""
    if lapsing.is_revivable(case.complaint, case.standard, case.now):
        lapsing.revive(case)


def _remind(case: Case, act: Act) -> None:
    """A bell rang: what is waited for is told once more, if it still is."""
    if not lapsing.remind(case, act.data["kind"]):
        raise Refused("desk.refused.already")


def _said(case: Case, act: Act) -> None:
    _back(case)
    _heard(case, act, "said")


def _evidence(case: Case, act: Act) -> None:
    _back(case)
    if case.complaint.place is None and (at := act.data.get("latitude")):
        case.set(place=Location(latitude=float(at), longitude=float(act.data["longitude"])))
    _heard(case, act, "evidence")


def _supply(case: Case, act: Act) -> None:
    """A thing that was lacking; with the last of them the clock begins."""
    _back(case)
    wanted = act.data.get("for", "")
    if wanted and act.text and not act.papers:
        asked = next((each for each in case.standard.asked() if each.id == wanted), None)
        if asked is None:
            raise Refused("desk.refused.unknown")
        if asked.personal:
            case.set(private={**case.complaint.private, wanted: act.text})
            act = Act(kind=act.kind, by=act.by, data=act.data)
            case.record("supply", thing=wanted)
            resume(case)
            _spoke(case)
        else:
            case.set(answers={**case.complaint.answers, wanted: act.text})
    case.set(
        later=tuple(each for each in case.complaint.later if each != wanted),
        lacking={each: why for each, why in case.complaint.lacking.items() if each != wanted},
    )
    _heard(case, act, "supply")
    _complete_now(case)


def _complete_now(case: Case) -> None:
    """Nothing is lacking any more: the published total begins."""
    complaint = case.complaint
    if complaint.clock_started_at is None and not lacking(complaint, case.standard) and not unnamed(complaint):
        case.start_clock()
        case.news.append(telling.is_now_complete(case))


def _file(case: Case, act: Act) -> None:
    """A file that was on its way arrived, failed, or was named by the citizen: no news for the desk but its card."""
    _add_papers(case, act.papers)
    _complete_now(case)


def _edited(case: Case, act: Act) -> None:
    """An edited message: the desk sees both wordings, and both are kept."""
    message, before = act.data.get("message", ""), act.data.get("before", "")
    sayings = tuple(
        replace(each, text=act.text) if each.message == message and each.text == before else each
        for each in case.complaint.sayings
    )
    revision = Revision(message=message, at=case.now, before=before, after=act.text)
    case.set(
        sayings=sayings,
        revisions=(*case.complaint.revisions, revision),
        private={**case.complaint.private, **act.private},
        edited=case.complaint.edited + 1,
    )
    case.record("edited", text=act.text, **act.data)


def _withdraw(case: Case, act: Act) -> None:
    if case.complaint.closed_at is not None:
        raise Refused("desk.refused.closed")
    case.record("withdraw", text=act.text)
    close(case, "withdrawn")
    case.reckon()
    case.set(waits_for="", fresh=case.complaint.version, acted_by="", undo=None)
    case.news.append(telling.is_withdrawn(case))


def _satisfied(case: Case, act: Act) -> None:
    if not is_out(case.complaint):
        raise Refused("desk.refused.not_answered")
    case.set(satisfied="yes")
    case.record("satisfied", text=act.text)


def _unsatisfied(case: Case, act: Act) -> None:
    """BELUM reopens within the office's days; later it's a new complaint that names the old one."""
    answered = out_at(case.complaint)
    if answered is None:
        raise Refused("desk.refused.not_answered")
    if case.now > answered + timedelta(days=case.standard.after.reopen_days):
        raise Refused("desk.refused.reopen_too_late")
    case.record("unsatisfied", text=act.text)
    reopen(case)
    case.set(fresh=case.complaint.version, acted_by="", undo=None)
    case.record("reopen", by="system", to=case.complaint.step)
    case.news.append(telling.is_reopened(case))
    case.news += lateness.still(case)


CITIZEN_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "said": _said,
    "evidence": _evidence,
    "supply": _supply,
    "file": _file,
    "edited": _edited,
    "remind": _remind,
    "withdraw": _withdraw,
    "satisfied": _satisfied,
    "unsatisfied": _unsatisfied,
    "withhold": secrecy.withhold,
    "unwithhold": secrecy.unwithhold,
}
"""What the dialogue may do to a complaint on a citizen's behalf."""
