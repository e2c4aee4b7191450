"""Asks for what the office's standard requires: what is still missing, the short notice before it, the next question."""

from __future__ import annotations

from datetime import timedelta

from workflow import sorting, summary
from workflow.conversation import Draft, Paper
from workflow.message import Choice
from workflow.say import UnknownWords, listing, say
from workflow.standard import Asked, Standard
from workflow.talk import Rows, Talk, choice
from workflow.world import Timer

TEXT = ("text", "signature")


# --- what is missing --------------------------------------------------------------------------------------------------


def wanted(draft: Draft, standard: Standard) -> tuple[Asked, ...]:
    """What this report has to be asked for, in order. A confidential one and a suggestion need no identity."""
    freed = draft.confidential or draft.kind == "suggestion"
    return tuple(asked for asked in standard.asked() if asked.id == "statement" or asked.required and not freed)


def given(draft: Draft, asked: Asked) -> bool:
    """Whether it's there, or its file is on the way."""
    if asked.id == "statement":
        return bool(draft.statement) or any(paper.sort == "voice" and usable(paper) for paper in draft.papers)
    if asked.kind in TEXT:
        return bool(draft.answers.get(asked.id) or draft.private.get(asked.id))
    return any(paper.sort in sorts_of(asked) and usable(paper) for paper in draft.papers)


def missing(draft: Draft, standard: Standard) -> tuple[Asked, ...]:
    """What's neither there, nor said to come later, nor said not to exist."""
    put_off = {*draft.later, *draft.lacking}
    return tuple(asked for asked in wanted(draft, standard) if asked.id not in put_off and not given(draft, asked))


def sorts_of(asked: Asked) -> tuple[str, ...]:
    """The documents any of which will do."""
    return asked.options or (asked.id,)


def usable(paper: Paper) -> bool:
    """Whether a file counts: not lost, and not replaced by a better one."""
    return paper.state != "failed" and not paper.replaced


def asked_for(standard: Standard, item: str) -> Asked | None:
    """The requirement of that id, or the one of which it's a document."""
    return next((asked for asked in standard.asked() if item == asked.id or item in sorts_of(asked)), None)


def label(item: str) -> str:
    """The name of a requirement or document as people read it: "KTP", "foto lokasi"."""
    try:
        return say(f"label.{item}")
    except UnknownWords:
        return item.replace("_", " ")


def labels(items: tuple[str, ...]) -> str:
    """Several of them as a list."""
    return listing(tuple(label(item) for item in items))


# --- going on ---------------------------------------------------------------------------------------------------------


def go_on(talk: Talk) -> None:
    """Ask the next thing, or show the summary when nothing is missing. Ends every turn of a report being told."""
    if talk.wait_for_files and not talk.paragraphs:
        return
    if introduced := talk.draft.extra.get("introduced"):
        talk.paragraphs.insert(0, introduced)
        talk.edit(extra={name: text for name, text in talk.draft.extra.items() if name != "introduced"})
    draft = talk.draft
    open_ = missing(draft, talk.standard)
    if open_ and open_[0].personal and _needs_consent(talk):
        _ask_consent(talk)
    elif worse := _to_retake(draft):
        _ask_retake(talk, worse)
    elif sorting.to_name(draft, talk.standard):
        notice(talk)
        sorting.ask(talk)
    elif draft.confidential and "details" not in draft.extra and draft.statement:
        talk.edit(extra={**draft.extra, "details": "asked"}, asked="", awaiting="details", awaiting_for="")
        talk.ask("confidential.details", (choice("choice.enough", f"skip:{draft.code}"),))
    elif open_:
        _ask(talk, open_)
    else:
        talk.edit(asked="")
        summary.show(talk)
    _set_bells(talk)


def again(talk: Talk) -> None:
    """Repeat the open question, whatever it is."""
    talk.wait_for_files = False
    go_on(talk)


def _ask(talk: Talk, open_: tuple[Asked, ...]) -> None:
    """Ask the first missing thing; all of them at once on a channel of letters."""
    item = open_[0]
    if item.personal or item.identity:
        notice(talk)
    talk.edit(asked=item.id, awaiting="", awaiting_for="")
    if not talk.world.limits.one_thing_at_a_time and len(open_) > 1:
        listed = "\n".join(say("ask.list_row", what=label(each.id)) for each in open_)
        talk.ask("ask.everything", list=listed)
        return
    talk.ask(_question(item), *_choices(talk, item), requirement=item.requirement_text, options=_options(item))


def _question(item: Asked) -> str:
    key = f"ask.{item.id}"
    try:
        say(key, requirement="", options="")
    except UnknownWords:
        return "ask.text" if item.kind in TEXT else "ask.document"
    return key


def _options(item: Asked) -> str:
    return say("list.or", list=", ".join(label(each) for each in item.options)) if item.options else label(item.id)


def _choices(talk: Talk, item: Asked) -> Rows:
    if item.id == "statement" or item.id in ("name", "address", "signature"):
        return ()
    code = talk.draft.code
    none = choice("choice.none", f"none:{code}:{item.id}")
    if item.kind in TEXT:
        return ((none,),)
    return ((choice("choice.later", f"later:{code}:{item.id}"), none),)


# --- the notice -------------------------------------------------------------------------------------------------------


def notice(talk: Talk) -> None:
    """The short notice, once, before the first personal thing; where none is asked there is none."""
    draft = talk.draft
    if draft.notice or draft.confidential or not talk.standard.asks_personal():
        return
    things = tuple(asked.id for asked in wanted(draft, talk.standard) if asked.id != "statement")
    talk.tell("notice.short", things=labels(things))
    talk.edit(notice=f"{say('notice.version')}/{talk.standard.version}", notice_at=talk.world.now)


def _needs_consent(talk: Talk) -> bool:
    return talk.standard.privacy.consent == "explicit" and "consent" not in talk.draft.extra


def _ask_consent(talk: Talk) -> None:
    notice(talk)
    talk.await_("consent")
    talk.edit(asked="")
    code = talk.draft.code
    yes, no = choice("choice.agree", f"agree:{code}:y"), choice("choice.disagree", f"agree:{code}:n")
    talk.ask("consent.ask", (yes, no))


# --- a better photo ---------------------------------------------------------------------------------------------------


def _to_retake(draft: Draft) -> Paper | None:
    """A named photo that can't be read, once for each thing it shows."""
    asked_before = {paper.sort for paper in draft.papers if paper.retake_asked}
    for paper in draft.papers:
        hard = paper.state == "ready" and paper.flaw and paper.sort not in ("", "voice", "supporting")
        if hard and usable(paper) and not paper.kept and paper.sort not in asked_before:
            return paper
    return None


def _ask_retake(talk: Talk, paper: Paper) -> None:
    talk.change_paper(paper.file, retake_asked=True)
    talk.await_("retake", paper.file)
    talk.edit(asked=paper.sort)
    keep = choice("choice.keep", f"keep:{talk.draft.code}:{paper.file}")
    talk.ask(f"retake.{paper.flaw}", (keep,), what=label(paper.sort))


# --- patience ---------------------------------------------------------------------------------------------------------


def _set_bells(talk: Talk) -> None:
    """One reminder for a silent citizen and the day on which the draft is forgotten, both at an hour that wakes nobody."""
    office, draft, now = talk.world.office, talk.draft, talk.world.now
    asking = talk.standard.asking
    talk.edit(last_at=now)
    remind, forget = now + timedelta(hours=asking.remind_hours), now + timedelta(days=asking.draft_days)
    for kind, due_at in (("remind_draft", remind), ("forget_draft", forget)):
        if kind == "remind_draft" and draft.reminded_at is not None:
            continue
        talk.timers.append(
            Timer(
                key=f"{kind}:{draft.code}",
                lane=talk.event.chat,
                due_at=office.quiet_until(due_at) or due_at,
                kind=kind,
                subject=draft.code,
                rule=f"{asking.remind_hours} hours" if kind == "remind_draft" else f"{asking.draft_days} days",
                standard=draft.standard,
            )
        )


def bells(draft: Draft) -> tuple[str, str]:
    """The keys of a draft's timers."""
    return f"remind_draft:{draft.code}", f"forget_draft:{draft.code}"


__all__ = ["Choice", "again", "asked_for", "bells", "given", "go_on", "label", "missing", "notice", "wanted"]
