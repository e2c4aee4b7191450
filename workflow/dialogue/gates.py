"""Questions that come before what the standard asks: whom a confidential report is about, and whose report it is."""

from __future__ import annotations

from itertools import pairwise

from workflow.conversation import Draft, Paper
from workflow.dialogue import behalf, wanted
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing, intent
from workflow.procedure import secrecy
from workflow.procedure.taken_acts import is_written_down
from workflow.record import Complaint
from workflow.say import listing
from workflow.standard.own import ExternalRoute

HEAD_ASKED = "head"
"""Where the draft keeps that it isn't about the person it goes to."""


def stands(talk: Talk) -> bool:
    """Ask the first of them that's open. True: something was asked."""
    _hear_extortion(talk)
    draft = talk.draft
    if not draft.statement:
        return False
    tell_withheld(talk)
    draft = talk.draft
    if draft.confidential and "told" not in draft.extra:
        talk.edit(extra={**draft.extra, "told": "yes"})
        talk.tell("confidential.notice", roles=_confidential_roles(talk), outside=ways_outside(talk))
    if draft.confidential and HEAD_ASKED not in draft.extra and _names_head(talk):
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


def _hear_extortion(talk: Talk) -> None:
    """Whatever they tell of it, wherever: an edit, a changed story, why there's no paper. The group reads it all."""
    if talk.draft.confidential:
        return
    before = talk.world.conversation.draft if talk.world.conversation is not None else None
    known = _told(before) if before is not None and before.code == talk.draft.code else frozenset()
    if any(intent.guess(text).confidential for text in _told(talk.draft) - known):
        talk.edit(confidential=True)


def _told(draft: Draft) -> frozenset[str]:
    """All the words of a draft."""
    own = (draft.private.get(name, "") for name in ("name", "address"))
    gists = (paper.gist for paper in draft.papers)
    return frozenset({*draft.statement, *draft.answers.values(), *draft.lacking.values(), *own, *gists} - {""})


def _confidential_roles(talk: Talk) -> str:
    labels = tuple(talk.standard.role(role).label for role in talk.standard.escalation.confidential_to)
    return listing(labels)


def ways_outside(talk: Talk) -> str:
    """Who else takes such a report, outside this office; by SMS only with numbers to call, which are short."""
    named = []
    for route in outside_routes(talk):
        contact = route.contact.split(",")[0].strip()
        shown = contact and (contact.isdecimal() or not talk.limits.short)
        named.append(talk.words("confidential.way", name=route.name, contact=contact) if shown else route.name)
    return listing(tuple(named))


def outside_routes(talk: Talk) -> tuple[ExternalRoute, ...]:
    """The routes outside this office for what is confidential."""
    return tuple(route for route in talk.standard.escalation.external if "confidential" in route.kinds)


def _names_head(talk: Talk) -> bool:
    """Whether what was told so far names those it would go to: by their office, or as people call them."""
    draft = talk.draft
    told = hearing.folded(" ".join((*draft.statement, *draft.answers.values())))
    labels = (talk.standard.role(role).label for role in talk.standard.escalation.confidential_to)
    if any(set(hearing.folded(label)) <= set(told) for label in labels):
        return True
    pairs = {*pairwise(told)}
    for person in talk.world.office.may_know(talk.world.now):
        name = hearing.folded(person.name)
        called = ((title, name[0]) for title in ("bapak", "ibu", "mas", "mbak") if name)
        if not pairs.isdisjoint(called) or (len(name) > 1 and set(name) <= set(told)):
            return True
    return False


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
