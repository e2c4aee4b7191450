"""What is answered at any time without a report: danger, questions, status, a wish for a petugas, privacy, help."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from workflow.clocks.when import say_hours, say_moment
from workflow.conversation import Question
from workflow.desk import desk, posting
from workflow.dialogue import acting, asking, beginning, lately, questions, status, wanted
from workflow.dialogue.talk import Talk, choice, replace_conversation
from workflow.heard import intent
from workflow.heard.intent import Guess
from workflow.message import Message
from workflow.privacy import notice, requests
from workflow.procedure import lateness
from workflow.record import Act
from workflow.say import channel_name, say
from workflow.words import texts
from workflow.world import Decision

# --- danger -----------------------------------------------------------------------------------------------------------


def danger(talk: Talk, message: Message, heard: Guess) -> None:
    """An emergency or violence: the numbers at once, before any form; nothing else is asked."""
    if heard.intent == "violence_report":
        violence(talk, message)
        return
    alarm = desk.emergency(message.text, talk.conversation, talk.world)
    talk.more = talk.more + replace_conversation(alarm, None)
    if not message.sender.claimed:  # unproven words change nothing of somebody's talk
        lately.mark(talk, lately.DANGER, heard.emergency)
    if "suicide" in heard.emergency:
        talk.tell("emergency.suicide", numbers=beginning.numbers_line(talk, ("suicide", "police")))
    else:
        talk.tell("emergency.now", numbers=beginning.numbers_line(talk, heard.emergency))
    talk.raise_to("notice")
    if not talk.telling and "suicide" not in heard.emergency:
        talk.set(awaiting="unclear", awaiting_for=message.id, unclear=0)
        talk.rows = ((choice("choice.report", "want:report"),),)


def violence(talk: Talk, message: Message) -> bool:
    """Violence against a person, whatever else is being told: the help line at once, and nothing of it is kept.

    No word of it goes to the desk or into a report, no file of it is fetched, and what came in isn't kept either.
    False: it's something else.
    """
    heard = intent.guess(message.text) if message.text else None
    if heard is None or heard.intent != "violence_report":
        return False
    talk.heard(replace(message, whole=""), heard.intent, say("violence_kept"))
    talk.more = talk.more + Decision(hushed=True)
    talk.tell("violence", numbers=beginning.numbers_line(talk, ("violence", "police")))
    talk.raise_to("notice")
    return True


# --- questions --------------------------------------------------------------------------------------------------------


def question(talk: Talk, message: Message) -> None:
    """The office's own answer where it wrote one, else a card at the desk; how to report we know ourselves."""
    if questions.answered(talk, message.text, message.id):
        return
    if intent.says(message.text, "how_to_report"):
        talk.tell("how_to_report", what=what_is_asked(talk))
        return
    ask_desk(talk, message.text)
    tell_forwarded(talk)


def tell_forwarded(talk: Talk) -> None:
    """A petugas will answer, now or when the office opens."""
    if talk.world.office.is_open(talk.world.now):
        tell_whose(talk, "question.forwarded", "question.forwarded_home")
    else:
        hours = say_hours(talk.world.office.calendar)
        tell_whose(talk, "question.forwarded_later", "question.forwarded_later_home", hours=hours)
    talk.raise_to("notice")


def tell_whose(talk: Talk, here: str, there: str, **fields: object) -> None:
    """Say that staff will answer: here or, where this lane speaks for another one, over there."""
    home = talk.conversation.address
    if talk.to == home:
        talk.tell(here, **fields)
    else:
        talk.tell(there, home=channel_name(home.channel), **fields)


def ask_desk(talk: Talk, text: str) -> None:
    """A question card: no number, no clock, no identity. Beside a confidential report it goes to those trusted."""
    if (about := posting.secret(talk.conversation, talk.world)) is not None:
        acting.act(talk, about.id, Act(kind="said", text=text))
        return
    asked = Question(id=talk.world.supply.id(), at=talk.world.now, text=text)
    talk.set(questions=(*talk.conversation.questions, asked))
    card = desk.question_card(asked, talk.conversation, talk.world)
    talk.more = talk.more + replace_conversation(card, None)


def what_is_asked(talk: Talk) -> str:
    """What this office's standard asks, in one sentence."""
    things = tuple(asked.id for asked in talk.standard.asked() if asked.id != "statement" and asked.required)
    return say("asks.things", things=wanted.labels(things)) if things else say("asks.nothing")


# --- elsewhere --------------------------------------------------------------------------------------------------------


def outside(talk: Talk) -> None:
    """Every other route, as often as it's asked: "Kemana lagi saya bisa lapor"."""
    talk.tell_text(lateness.elsewhere(talk.standard, talk.limits))


# --- people, privacy, help --------------------------------------------------------------------------------------------


def staff(talk: Talk, _: str) -> None:
    """PETUGAS: the desk is told, and the citizen when to expect somebody."""
    wanted = desk.human_wanted(talk.conversation, talk.world)
    talk.more = talk.more + replace_conversation(wanted, None)
    talk.set(staff_wanted_at=talk.world.now)
    open_now = talk.world.office.is_open(talk.world.now)
    keys = ("staff.now", "staff.now_home") if open_now else ("staff.later", "staff.later_home")
    tell_whose(talk, *keys, hours=say_hours(talk.world.office.calendar))
    talk.raise_to("notice")


def privacy(talk: Talk) -> None:
    """The long notice."""
    what, now = asking.long_notice(talk), talk.world.now
    if talk.telling:
        draft = talk.draft
        extra = {**draft.extra, notice.ON: what.channel, notice.READ: now.isoformat()}
        talk.edit(notice=what.version, notice_at=draft.notice_at or now, extra=extra)
    talk.tell_text(what.text)
    talk.raise_to("notice")


def privacy_request(talk: Talk, message: Message) -> None:
    """A wish about one's own data: its number and the time the law gives; it goes to those who may answer it."""
    wish, home = requests.wish_of(message.text), talk.conversation.address
    words = {"wish": say(f"privacy.wish.{wish}"), "time": notice.within(talk.standard)}
    zone = talk.world.office.calendar.zone
    if (open_ := requests.known(talk.conversation, wish, talk.world.now)) is not None:
        talk.tell("privacy.ask.known", request=f"DP-{open_[0]}", due=say_moment(open_[1], zone), **words)
        talk.raise_to("notice")
        return
    asked, conversation, done = requests.taken(message.text, wish, talk.conversation, talk.complaints(), talk.world)
    talk.conversation = conversation
    talk.more = talk.more + done
    key = "privacy.ask.taken" if talk.to == home else "privacy.ask.home"
    due = requests.due_words(asked, talk.world)
    talk.tell(key, request=requests.shown(asked), due=due, home=channel_name(home.channel), **words)
    talk.raise_to("notice")


def help_(talk: Talk) -> None:
    """What can be typed here."""
    talk.tell("help", office=talk.world.office.standard.office.name)


def return_greeting(talk: Talk, text: str) -> None:
    """A greeting inside a talk."""
    talk.tell_text(beginning.greeting(talk, text))


def unsupported(talk: Talk, kind: str) -> None:
    """A sticker, a poll, a dice; a mail that's encrypted or too large: kindly, and with what can be sent instead."""
    known = f"cannot.{kind}"
    talk.tell(known if known in texts() else "unsupported")


def _status_aside(talk: Talk, message: Message) -> None:
    if talk.complaints():
        status.status(talk, message.text)
        return
    talk.tell("status.draft", code=talk.draft.code)


def _staff_aside(talk: Talk, message: Message) -> None:
    staff(talk, message.text)


ASIDES: dict[str, Callable[[Talk, Message], None]] = {
    "question": question,
    "status_check": _status_aside,
    "human_request": _staff_aside,
    "privacy_request": privacy_request,
}
"""What's answered in the midst of a report."""
