"""What follows a danger or a report about the head of the office: words that are no new report of their own."""

from __future__ import annotations

from workflow.desk import desk
from workflow.dialogue import beginning, lately, wanted
from workflow.dialogue.talk import Talk, choice, replace_conversation
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.say import say
from workflow.world import Decision


def hear(talk: Talk, message: Message) -> bool:
    """Whether a message only goes on with it: where somebody in danger is, or more about the head of the office."""
    what, kinds = lately.was(talk)
    if not what or message.attachments or (message.text and hearing.meanings(message.text)):
        return False
    typed = message.text.strip()
    if typed.isdecimal() and len(typed) < 3 and int(typed) <= len(talk.conversation.offered):
        return False  # the number of a choice they were offered
    heard = intent.guess(message.text)
    if what == lately.OUTSIDE:
        return _outside(talk, message, goes_on=heard.intent == "unclear" or heard.confidential)
    says = message.location is not None or (heard.intent == "unclear" and bool(hearing.telling_words(message.text)))
    if not says:
        return False
    if not talk.telling:
        _pass_on(talk, message, kinds)
        return True
    asked = wanted.asked_for(talk.standard, talk.draft.asked) if talk.draft.asked else None
    if asked is None or asked.kind not in wanted.TEXT:
        _alarm(talk, message)
    return False


def _pass_on(talk: Talk, message: Message, kinds: tuple[str, ...]) -> None:
    """To the desk at once, loudly; and the numbers once more, for it's those who can come."""
    _alarm(talk, message)
    lately.mark(talk, lately.DANGER, kinds)
    talk.heard(message, "emergency")
    talk.tell("emergency.passed_on", numbers=beginning.numbers_line(talk, kinds))
    talk.raise_to("notice")
    if "suicide" not in kinds:
        talk.set(awaiting="unclear", awaiting_for=message.id, unclear=0)
        talk.rows = ((choice("choice.report", "want:report"),),)


def _alarm(talk: Talk, message: Message) -> None:
    place = message.location
    where = say("place.as_words", latitude=place.latitude, longitude=place.longitude) if place is not None else ""
    text = "\n".join(part for part in (message.text, where) if part)
    talk.more = talk.more + replace_conversation(desk.emergency(text, talk.conversation, talk.world), None)


def _outside(talk: Talk, message: Message, *, goes_on: bool) -> bool:
    """Nothing of it is kept, and nothing enters the office."""
    if talk.telling or not message.text or not goes_on:
        return False
    lately.mark(talk, lately.OUTSIDE)
    talk.more = talk.more + Decision(hushed=True)
    talk.tell("confidential.outside_again")
    talk.raise_to("notice")
    return True
