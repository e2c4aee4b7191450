"""Extortion and the like, told by somebody with an ordinary report: it never goes there, where the accused may read it.

It becomes a confidential report of its own, or an addition to the one they have.
"""

from __future__ import annotations

from workflow.desk import posting
from workflow.dialogue import acting, afterwards, arrivals, beginning
from workflow.dialogue.talk import Talk
from workflow.heard import intent
from workflow.message import Message
from workflow.procedure.telling import name_of
from workflow.record import Act, Complaint


def hear(talk: Talk, message: Message) -> bool:
    """Whether the words are for few eyes and went there, with the files beside them."""
    named = acting.spoken_of(talk, message)
    if not is_for_few(message.text) or (named is not None and named.confidential):
        return False
    hidden = posting.secret(talk.conversation, talk.world)
    if hidden is not None and acting.only_open(talk) == hidden:
        return False  # nothing else can be meant: it's asked whether it's more of that one
    if talk.conversation.awaiting in ("addition", "which"):
        afterwards.settle(talk)
    if hidden is not None:
        arrivals.take(talk, message, hidden.id)
        acting.pass_on(talk, hidden, message)
        return True
    _reopen(talk, message)
    about = named or acting.only_open(talk)
    arrivals.take(talk, message)
    if about is not None:
        talk.tell("confidential.apart", name=name_of(about))
    beginning.start(talk, message, intent.guess(message.text))
    return True


def is_for_few(text: str) -> bool:
    """Whether words tell of extortion or the like."""
    return bool(text) and intent.guess(text).confidential


def _reopen(talk: Talk, message: Message) -> None:
    """A BELUM beside it counts; why, the desk isn't told."""
    about: Complaint | None = acting.answered_lately(talk)
    if about is not None and acting.is_recent(talk, about) and afterwards.is_unsatisfied(message.text):
        acting.act(talk, about.id, Act(kind="unsatisfied"))
