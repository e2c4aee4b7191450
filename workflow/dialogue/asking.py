"""Asks for what the office's standard requires: the short notice, then the next missing thing, then the summary."""

from __future__ import annotations

from datetime import timedelta

from workflow.conversation import Draft, Paper
from workflow.dialogue import elsewhere, gates, letters, looks, signing, sorting, summary, wanted
from workflow.dialogue.talk import Rows, Talk, choice
from workflow.heard import hearing
from workflow.privacy import notice as notices
from workflow.say import UnknownWords, say
from workflow.standard.standard import Asked
from workflow.world import Shown, Timer

# --- going on ---------------------------------------------------------------------------------------------------------


def go_on(talk: Talk) -> None:
    """Ask the next thing, or show the summary when nothing is missing. Ends every turn of a report being told."""
    if talk.wait_for_files and not talk.paragraphs:
        return
    if introduced := talk.draft.extra.get("introduced"):
        talk.paragraphs.insert(0, introduced)
        talk.edit(extra={name: text for name, text in talk.draft.extra.items() if name != "introduced"})
    if not talk.limits.one_thing_at_a_time and any(paper.state == "pending" for paper in talk.draft.papers):
        _say_later(talk)
        return
    looks.mark_again(talk)
    draft = talk.draft
    open_ = wanted.missing(draft, talk.standard)
    if is_thin(draft):
        talk.edit(extra={**draft.extra, "thin": "asked"}, asked="statement", awaiting="", awaiting_for="")
        talk.ask("ask.statement")
    elif gates.stands(talk):
        pass
    elif open_ and open_[0].personal and _needs_consent(talk):
        _ask_consent(talk)
    elif worse := _to_retake(draft):
        _ask_retake(talk, worse)
    elif sorting.to_name(draft, talk.standard):
        notice(talk)
        sorting.ask(talk)
    elif draft.confidential and "details" not in draft.extra and draft.statement:
        _ask_details(talk)
    elif open_:
        _ask(talk, open_)
    else:
        talk.edit(asked="")
        summary.show(talk)
    keep(talk)


def _say_later(talk: Talk) -> None:
    """Answer a mail once all that's attached to it is in: what was to be said is said then."""
    if talk.paragraphs:
        talk.edit(extra={**talk.draft.extra, "introduced": "\n\n".join(talk.paragraphs)})
    talk.paragraphs, talk.rows = [], ()


def is_thin(draft: Draft) -> bool:
    """A statement of a single word: what happened is asked once more."""
    words = [word for part in draft.statement for word in hearing.telling_words(part)]
    return bool(draft.statement) and len(words) < 2 and "thin" not in draft.extra


def again(talk: Talk) -> None:
    """Repeat the open question, whatever it is."""
    talk.wait_for_files = False
    if talk.draft.awaiting == "details":
        _ask_details(talk)
        keep(talk)
        return
    if talk.limits.short and talk.draft.awaiting == "summary" and talk.paragraphs:
        talk.tell("summary.waits_sign" if signing.is_wanted(talk) else "summary.waits")
        keep(talk)
        return
    go_on(talk)


def _ask_details(talk: Talk) -> None:
    """What a confidential report may still tell, if its author wishes."""
    talk.edit(extra={**talk.draft.extra, "details": "asked"}, asked="", awaiting="details", awaiting_for="")
    talk.ask("confidential.details", (choice("choice.enough", f"skip:{talk.draft.code}"),))


def _ask(talk: Talk, open_: tuple[Asked, ...]) -> None:
    """Ask the first missing thing; by letter all of them, and all documents together where none can be sent."""
    open_ = elsewhere.in_order(talk, open_)
    item = open_[0]
    before = talk.draft.notice
    if item.personal or item.identity:
        notice(talk)
    if not talk.limits.one_thing_at_a_time:
        letters.ask(talk, open_)
        return
    if elsewhere.asks_documents(talk, open_, noticed=talk.draft.notice != before):
        return
    talk.edit(asked=item.id, awaiting="", awaiting_for="")
    about = {"requirement": item.requirement_text, "options": _options(item), "own": item.question}
    talk.ask(_question(item), *_choices(talk, item), **about)
    if item.id == "location_photo" and talk.limits.pins and not talk.limits.place_button:
        talk.tell("place.how")


def _question(item: Asked) -> str:
    key = "ask.own" if item.question else f"ask.{item.id}"
    try:
        say(key, requirement="", options="", own="")
    except UnknownWords:
        return "ask.text" if item.kind in wanted.TEXT else "ask.document"
    return key


def _options(item: Asked) -> str:
    return wanted.either(item.options or (item.id,))


def _choices(talk: Talk, item: Asked) -> Rows:
    if item.id == "statement" or item.id in ("name", "address", "signature"):
        return ()
    code = talk.draft.code
    none = choice("choice.none", f"none:{code}:{item.id}")
    if item.kind in wanted.TEXT:
        return ((none,),)
    return ((choice("choice.later", f"later:{code}:{item.id}"), none),)


# --- the notice -------------------------------------------------------------------------------------------------------


def notice(talk: Talk) -> None:
    """The short notice, once, before the first personal thing; where none is asked there is none."""
    draft = talk.draft
    if draft.notice or draft.confidential or not talk.standard.asks_personal():
        return
    things = tuple(asked.id for asked in wanted.things(draft, talk.standard) if asked.id != "statement")
    talk.tell("notice.short", things=wanted.labels(things))
    what = long_notice(talk)
    extra = {**talk.draft.extra, notices.ON: what.channel}
    talk.edit(notice=what.version, notice_at=talk.world.now, extra=extra)


def long_notice(talk: Talk) -> Shown:
    """What stands behind PRIVASI where this is answered; its words are kept from now on."""
    things = [wanted.label(asked.id) for asked in talk.standard.asked() if asked.personal]
    what = notices.shown(talk.standard, talk.to.channel, talk.limits, things)
    talk.more = talk.more + notices.kept(what)
    return what


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
    """A named photo that can't be read, is none or the same as another, once for each thing it shows."""
    asked_before = {paper.sort for paper in draft.papers if paper.retake_asked}
    for paper in draft.papers:
        hard = paper.state == "ready" and paper.flaw and paper.sort not in ("", "voice", "supporting")
        if hard and wanted.usable(paper) and not paper.kept and paper.sort not in asked_before:
            return paper
    return None


def _ask_retake(talk: Talk, paper: Paper) -> None:
    talk.change_paper(paper.file, retake_asked=True)
    talk.await_("retake", paper.file)
    talk.edit(asked=paper.sort)
    keep = choice("choice.keep", f"keep:{talk.draft.code}:{paper.file}")
    talk.ask(f"retake.{paper.flaw}", (keep,), what=wanted.short(paper.sort))


# --- patience ---------------------------------------------------------------------------------------------------------


def keep(talk: Talk) -> None:
    """One reminder for a silent citizen, a warning, and the day when the draft is forgotten; none while they sleep."""
    office, draft, now = talk.world.office, talk.draft, talk.world.now
    asking = talk.standard.asking
    talk.edit(last_at=now)
    remind, forget = now + timedelta(hours=asking.remind_hours), now + timedelta(days=asking.draft_days)
    warn = forget - timedelta(days=asking.warn_days)
    for kind, due_at in (("remind_draft", remind), ("warn_draft", warn), ("forget_draft", forget)):
        if (kind == "remind_draft" and draft.reminded_at is not None) or due_at <= now:
            continue
        talk.timers.append(
            Timer(
                key=f"{kind}:{draft.code}",
                lane=talk.conversation.address,
                due_at=office.quiet_until(due_at) or due_at,
                kind=kind,
                subject=draft.code,
                rule=f"{asking.remind_hours} hours" if kind == "remind_draft" else f"{asking.draft_days} days",
                standard=draft.standard,
            )
        )
