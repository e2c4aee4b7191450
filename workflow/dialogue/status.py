"""STATUS: a citizen's own reports and questions; one is shown, several are told apart and chosen from."""

from __future__ import annotations

from datetime import datetime, timedelta

from workflow.clocks.when import say_day
from workflow.conversation import Question
from workflow.desk.knocking import SAY
from workflow.dialogue import asking, wanted
from workflow.dialogue.acting import is_lapsed
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing
from workflow.message import Message
from workflow.procedure import standing, telling
from workflow.record import Complaint
from workflow.say import lines, say

MOST = 6
"""So many reports stand in a list to choose from, the newest ones."""
MATTER_CHARACTERS = 40
QUESTION = timedelta(days=14)
"""For so long a question that nobody answered is told of."""


def status(talk: Talk, text: str) -> None:
    """Where a citizen's own reports stand: the one named, the only one, or a list of those that are open.

    A number that isn't theirs is as one that doesn't exist.
    """
    mine, named = talk.complaints(), names_in(talk, text)
    chosen = [each for each in mine if {each.code, each.number} & named] if named else list(mine)
    draft = talk.conversation.draft
    own_draft = draft is not None and (not named or draft.code in named)
    if named and not chosen and not own_draft:
        talk.tell("status.unknown", name=", ".join(sorted(named)))
        return
    open_ = [each for each in chosen if each.closed_at is None or is_lapsed(talk, each)]
    shown = chosen if named else open_ or chosen[-1:]
    if len(shown) > 1:
        _several(talk, shown[-MOST:])
    else:
        for complaint in shown:
            talk.tell_text(standing.status(complaint, talk.world, talk.limits))
    asked = "" if named else _question(talk)
    talk.tell_text(asked)
    if own_draft:
        _of_draft(talk)
    elif not shown and not asked:
        talk.tell("status.none")
    talk.raise_to("notice")


def names_in(talk: Talk, text: str) -> set[str]:
    """The codes and register numbers in a text."""
    prefix = talk.world.office.standard.office.ticket_prefix
    return {*hearing.codes_in(text), *hearing.numbers_in(text, prefix)}


def is_only_a_name(talk: Talk, text: str) -> bool:
    """Whether a message is nothing but the number or code of a report: it asks where that stands."""
    prefix = talk.world.office.standard.office.ticket_prefix
    return bool(names_in(talk, text)) and not any(each.isalnum() for each in hearing.without_names(text, prefix))


def bare_name(talk: Talk, message: Message) -> bool:
    """Answer a message that is a number or a code alone."""
    if message.attachments or not is_only_a_name(talk, message.text):
        return False
    talk.heard(message, "status_check")
    status(talk, message.text)
    return True


def _several(talk: Talk, complaints: list[Complaint]) -> None:
    """A short list with number and matter, and one choice for each."""
    rows = [
        (choice("choice.complaint", f"status:{each.id}", name=telling.name_of(each), matter=_matter(each)),)
        for each in complaints
    ]
    listed = [
        say("status.row", name=telling.name_of(each), matter=_matter(each), where=standing.briefly(each, talk.world))
        for each in complaints
    ]
    talk.ask("status.several", *rows, list=lines(*listed), count=len(complaints))


def _matter(complaint: Complaint) -> str:
    return telling.matter(complaint, MATTER_CHARACTERS)


def chosen(talk: Talk, args: list[str]) -> bool:
    """One report of the list."""
    if args[0] not in talk.conversation.complaints or args[0] not in talk.world.complaints:
        return False
    talk.tell_text(standing.status(talk.world.complaints[args[0]], talk.world, talk.limits))
    talk.raise_to("notice")
    return True


def _of_draft(talk: Talk) -> None:
    open_ = wanted.missing(talk.draft, talk.standard)
    missing = say("status.draft_missing", things=wanted.labels(tuple(each.id for each in open_))) if open_ else ""
    talk.tell_text(lines(say("status.draft", code=talk.draft.code), missing))
    if talk.draft.awaiting in ("", "summary", "sorting"):
        asking.again(talk)


def _question(talk: Talk) -> str:
    """The newest question that a petugas hasn't answered yet, as far as is known; "" for none."""
    asked = talk.conversation.questions[-1:]
    if not asked or talk.world.now - asked[0].at > QUESTION or _is_answered(talk, asked[0]):
        return ""
    day = say_day(asked[0].at.astimezone(talk.world.office.calendar.zone).date())
    return talk.words("status.question", text=telling.shortened(asked[0].text, MATTER_CHARACTERS), day=day)


def _is_answered(talk: Talk, question: Question) -> bool:
    """Whether a petugas's words went out since."""
    for key, mark in talk.conversation.marks.items():
        _, _, at = mark.partition(" ")
        if key.startswith(f"{SAY}:") and at and datetime.fromisoformat(at) >= question.at:
            return True
    return False
