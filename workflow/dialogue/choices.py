"""What a choice does, pressed as a button, typed as its number or said in words; stale ones are told so kindly."""

from __future__ import annotations

from collections.abc import Callable

from workflow.dialogue import (
    afterwards,
    arrivals,
    asking,
    beginning,
    behalf,
    evidence,
    fields,
    letting_in,
    opening,
    sorting,
    status,
    summary,
    verdict,
    wanted,
)
from workflow.dialogue.talk import Talk, choice
from workflow.message import Press
from workflow.say import say

NO_REASON = "-"
"""What stands for a reason that nobody gave."""

Act = Callable[[Talk, list[str]], bool]


def press(talk: Talk, event: Press) -> str:
    """A button. Returns why nothing was done, or ""."""
    talk.press = ""
    talk.set(last_at=talk.world.now)
    if talk.carried is None:
        talk.set(speaks_at=None)
    if act(talk, event.data):
        return ""
    if not talk.press:
        talk.press = say("press.stale")
    return "a button that no longer holds"


def act(talk: Talk, data: str) -> bool:
    """Do what a choice stands for; False where it no longer holds."""
    prefix, *parts = data.split(":")
    if prefix != "c" or not parts:
        return False
    verb, *args = parts
    known = ACTS.get(verb)
    if known is not None and len(args) == known[1]:
        return known[0](talk, args)
    mine = DRAFT_ACTS.get(verb)
    if mine is None or not args or len(args) != mine[1]:
        return False
    if not talk.telling or args[0] != talk.draft.code:
        talk.press = say("press.gone") if talk.press is not None else None
        return False
    return mine[0](talk, args[1:])


# --- of a report being told -------------------------------------------------------------------------------------------


def _yes(talk: Talk, args: list[str]) -> bool:
    """The summary is right, if it's the newest one."""
    if args != [str(talk.draft.summaries)]:
        if talk.press is not None:
            talk.press = say("press.old_summary")
        summary.show(talk)
        return True
    if talk.draft.awaiting not in ("summary", "change", "cancel"):
        asking.again(talk)
        return True
    if wanted.missing(talk.draft, talk.standard):
        asking.go_on(talk)
    elif not summary.is_read_here(talk):
        summary.show(talk)
    else:
        summary.confirm(talk)
    return True


def _edit(talk: Talk, _: list[str]) -> bool:
    summary.ask_what(talk)
    return True


def _change(talk: Talk, args: list[str]) -> bool:
    known = {each.id for each in wanted.things(talk.draft, talk.standard)} | set(talk.draft.private)
    if args[0] not in known:
        return False
    summary.change(talk, args[0])
    return True


def _later(talk: Talk, args: list[str]) -> bool:
    if args[0] not in _open(talk):
        return _no_longer_asked(talk)
    later(talk, (args[0],))
    return True


def later(talk: Talk, items: tuple[str, ...]) -> None:
    """NANTI: these come later."""
    draft = talk.draft
    lacking = {item: why for item, why in draft.lacking.items() if item not in items}
    talk.edit(later=tuple(dict.fromkeys((*draft.later, *items))), lacking=lacking, changing="")
    talk.tell("later.filed", things=wanted.labels(items))
    asking.go_on(talk)


def _none(talk: Talk, args: list[str]) -> bool:
    if args[0] not in _open(talk):
        return _no_longer_asked(talk)
    none(talk, (args[0],), "")
    return True


def none(talk: Talk, items: tuple[str, ...], why: str) -> None:
    """TIDAK ADA, with its reason, and on; without one, the reason is asked, once for all of them."""
    if all(fields.may_be_nothing(item) for item in items):
        fields.file(talk, dict.fromkeys(items, say("none.answer")))
        talk.edit(awaiting="", awaiting_for="", changing="")
        talk.tell("none.filed", things=wanted.labels(items))
        asking.go_on(talk)
        return
    draft = talk.draft
    reason = "" if why == NO_REASON else why
    later_ = tuple(each for each in draft.later if each not in items)
    asked = [wanted.asked_for(talk.standard, item) for item in items]
    typed = all(each is not None and each.kind in wanted.TEXT for each in asked)
    if not why and typed:
        why = NO_REASON
    if not why:
        talk.edit(awaiting="reason", awaiting_for=",".join(items), asked=items[0], later=later_, changing="")
        talk.ask("none.why", what=wanted.labels(items))
        return
    lacking = {**draft.lacking, **dict.fromkeys(items, reason)}
    talk.edit(lacking=lacking, later=later_, awaiting="", awaiting_for="", changing="")
    talk.tell("none.filed", things=wanted.labels(items))
    asking.go_on(talk)


def _open(talk: Talk) -> set[str]:
    return {each.id for each in wanted.missing(talk.draft, talk.standard)} | {talk.draft.asked}


def _no_longer_asked(talk: Talk) -> bool:
    asking.again(talk)
    return True


def _keep(talk: Talk, args: list[str]) -> bool:
    paper = talk.paper(args[0])
    if paper is None or paper.kept or talk.draft.awaiting != "retake":
        return _no_longer_asked(talk)
    keep(talk, args[0], later=False)
    return True


def keep(talk: Talk, file: str, *, later: bool) -> None:
    """PAKAI: the photo stays as it is; a petugas looks at it."""
    talk.change_paper(file, kept=True)
    talk.edit(awaiting="", awaiting_for="")
    talk.tell("retake.kept_for_now" if later else "retake.kept")
    asking.go_on(talk)


def _skip(talk: Talk, _: list[str]) -> bool:
    if talk.draft.awaiting == "details":
        talk.edit(awaiting="")
    asking.go_on(talk)
    return True


def _drop(talk: Talk, _: list[str]) -> bool:
    """`Batalkan` from the summary: asked once more, as always."""
    if talk.draft.awaiting not in ("cancel", "restart"):
        talk.edit(resume=talk.draft.awaiting, resume_for=talk.draft.awaiting_for)
    talk.await_("cancel")
    code = talk.draft.code
    talk.ask("cancel.ask", (choice("choice.cancel_yes", f"cancel:{code}:y"), choice("choice.no", f"cancel:{code}:n")))
    return True


def _go_on(talk: Talk) -> bool:
    """The report is kept, and its open question asked again."""
    resume(talk)
    talk.tell("cancel.no")
    asking.again(talk)
    return True


def _cancel(talk: Talk, args: list[str]) -> bool:
    if args[0] == "n":
        return _go_on(talk)
    if talk.draft.awaiting != "cancel":
        return False
    beginning.drop(talk)
    talk.tell("cancel.done")
    talk.raise_to("notice")
    return True


def _restart(talk: Talk, args: list[str]) -> bool:
    if args[0] == "n":
        return _go_on(talk)
    if talk.draft.awaiting != "restart":
        return False
    beginning.drop(talk, "begun anew")
    beginning.empty(talk)
    talk.ask("restart.done")
    return True


def resume(talk: Talk) -> None:
    """Back to what was awaited before a question in between."""
    draft = talk.draft
    talk.edit(awaiting=draft.resume, awaiting_for=draft.resume_for, resume="", resume_for="")


def _agree(talk: Talk, args: list[str]) -> bool:
    if talk.draft.awaiting != "consent":
        return _no_longer_asked(talk)
    talk.edit(extra={**talk.draft.extra, "consent": args[0]}, awaiting="", awaiting_for="")
    if args[0] == "n":
        personal = {
            each.id: say("lacking.no_consent") for each in wanted.things(talk.draft, talk.standard) if each.personal
        }
        talk.edit(lacking={**talk.draft.lacking, **personal})
        talk.tell("consent.no")
    asking.go_on(talk)
    return True


def _same(talk: Talk, args: list[str]) -> bool:
    if talk.draft.awaiting != "same_person":
        return _no_longer_asked(talk)
    beginning.same_person(talk, same=args[0] == "y")
    return True


def _own(talk: Talk, args: list[str]) -> bool:
    if talk.draft.awaiting not in ("behalf", "behalf_own"):
        return _no_longer_asked(talk)
    if args[0] == "y":
        behalf.own(talk)
    elif talk.draft.awaiting == "behalf_own":
        behalf.for_them(talk)
    if not talk.draft.awaiting:
        asking.go_on(talk)
    return True


def _doc(talk: Talk, args: list[str]) -> bool:
    if talk.draft.awaiting != "document_of" or args[0] not in ("self", "behalf"):
        return _no_longer_asked(talk)
    behalf.document_is(talk, args[0])
    asking.go_on(talk)
    return True


def _head(talk: Talk, args: list[str]) -> bool:
    if talk.draft.awaiting != "about_head":
        return _no_longer_asked(talk)
    beginning.about_head(talk, about=args[0] == "y")
    return True


# --- of files ---------------------------------------------------------------------------------------------------------


def _sort(talk: Talk, args: list[str]) -> bool:
    file, sort = args
    if talk.telling and any(paper.file == file for paper in talk.draft.papers):
        if not sorting.name(talk, file, sort):
            return False
        if talk.press is not None:
            talk.press = ""
        talk.tell("paper.received", what=wanted.label(sort))
        asking.go_on(talk)
        return True
    return evidence.name_paper(talk, file, sort)


def _gist(talk: Talk, args: list[str]) -> bool:
    file, right = args[0], args[1] == "y"
    if talk.telling and talk.draft.awaiting == "gist" and talk.draft.awaiting_for == file:
        arrivals.gist_answered(talk, file, right=right)
        return True
    return evidence.gist_answered(talk, file, right=right)


def _want(talk: Talk, args: list[str]) -> bool:
    return opening.chosen(talk, args[0])


DRAFT_ACTS: dict[str, tuple[Act, int]] = {
    "yes": (_yes, 2),
    "edit": (_edit, 2),
    "change": (_change, 2),
    "later": (_later, 2),
    "none": (_none, 2),
    "keep": (_keep, 2),
    "skip": (_skip, 1),
    "drop": (_drop, 1),
    "cancel": (_cancel, 2),
    "restart": (_restart, 2),
    "agree": (_agree, 2),
    "same": (_same, 2),
    "head": (_head, 2),
    "own": (_own, 2),
    "doc": (_doc, 2),
}
"""Choices of a report being told: the function, and how many parts follow the verb (the draft's code first)."""

ACTS: dict[str, tuple[Act, int]] = {
    "sort": (_sort, 2),
    "gist": (_gist, 2),
    "want": (_want, 1),
    "which": (afterwards.chose_which, 1),
    "more": (afterwards.chose_addition, 1),
    "withdraw": (verdict.chose_withdraw, 2),
    "sudah": (verdict.chose_satisfied, 1),
    "belum": (verdict.chose_unsatisfied, 1),
    "join": (letting_in.chose, 2),
    "status": (status.chosen, 1),
}
