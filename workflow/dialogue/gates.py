"""Questions that come before what the standard asks: whom a confidential report is about, and whose report it is."""

from __future__ import annotations

from workflow.conversation import Paper
from workflow.dialogue import behalf, wanted
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing
from workflow.procedure import secrecy
from workflow.procedure.taken_acts import is_written_down
from workflow.record import Complaint
from workflow.say import listing


def stands(talk: Talk) -> bool:
    """Ask the first of them that's open. True: something was asked."""
    draft = talk.draft
    if not draft.statement:
        return False
    tell_withheld(talk)
    draft = talk.draft
    if draft.confidential and "told" not in draft.extra:
        talk.edit(extra={**draft.extra, "told": "yes"})
        talk.tell("confidential.notice", roles=_confidential_roles(talk))
        if _names_head(talk):
            ask_about_head(talk)
            return True
    if "person" not in talk.draft.extra and not talk.draft.confidential and earlier(talk) is not None:
        ask_same_person(talk)
        return True
    return behalf.stands(talk)


def tell_withheld(talk: Talk) -> None:
    """Say once what is hidden of who asked for secrecy, from whom, and what remains known."""
    if talk.draft.withheld and secrecy.TOLD not in talk.draft.extra:
        talk.edit(extra={**talk.draft.extra, secrecy.TOLD: "yes"})
        talk.tell("withheld.notice", roles=secrecy.roles(talk.standard))


# --- confidential -----------------------------------------------------------------------------------------------------


def _confidential_roles(talk: Talk) -> str:
    labels = tuple(talk.standard.role(role).label for role in talk.standard.escalation.confidential_to)
    return listing(labels)


def _names_head(talk: Talk) -> bool:
    words = set(hearing.folded(" ".join(talk.draft.statement)))
    roles = (talk.standard.role(role).label for role in talk.standard.escalation.confidential_to)
    return any(set(hearing.folded(label)) <= words for label in roles)


def ask_about_head(talk: Talk) -> None:
    """Ask whether the report is about the very person it would go to."""
    talk.await_("about_head")
    code = talk.draft.code
    yes, no = choice("choice.yes", f"head:{code}:y"), choice("choice.not", f"head:{code}:n")
    talk.ask("confidential.about_head", (yes, no), role=_confidential_roles(talk))


# --- the same person? -------------------------------------------------------------------------------------------------


def earlier(talk: Talk) -> Complaint | None:
    """The newest complaint of this address in which somebody showed who they are, if this office asks that at all."""
    if not any(asked.personal for asked in wanted.things(talk.draft, talk.standard)):
        return None
    return next((each for each in reversed(talk.complaints()) if _knows(talk, each)), None)


def _knows(talk: Talk, complaint: Complaint) -> bool:
    """Whether it tells who writes. What a clerk wrote down doesn't: its number may be a neighbour's."""
    shown = bool(complaint.private.get("name")) or bool(identity_papers(talk, complaint))
    return shown and not is_written_down(complaint)


def identity_papers(talk: Talk, complaint: Complaint) -> tuple[Paper, ...]:
    """The identity documents a complaint holds, named and confirmed."""
    sorts = {sort for asked in talk.standard.asked() if asked.identity for sort in wanted.sorts_of(asked)}
    return tuple(
        paper for paper in complaint.papers if paper.sort in sorts and paper.confirmed and wanted.usable(paper)
    )


def ask_same_person(talk: Talk) -> None:
    """`Masih atas nama ...?` before anything of an earlier report is used again."""
    complaint = earlier(talk)
    assert complaint is not None
    talk.await_("same_person", complaint.id)
    code = talk.draft.code
    rows = (choice("choice.yes", f"same:{code}:y"), choice("choice.other_person", f"same:{code}:n"))
    if (name := complaint.private.get("name")) and not talk.foreign:
        talk.ask("same.named", rows, name=name)
    else:
        talk.ask("same.unnamed", rows, number=complaint.number or complaint.code)
