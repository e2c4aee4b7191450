"""A citizen's talk with the office, one event at a time: what must be loaded for it, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

from workflow.conversation import Saying
from workflow.desk import desk
from workflow.dialogue import (
    accounts,
    acting,
    afterwards,
    answers,
    apart,
    arrivals,
    asides,
    asking,
    beginning,
    carrying,
    choices,
    corrections,
    fields,
    going_on,
    guard,
    joining,
    lately,
    letting_in,
    mails,
    narrowing,
    opening,
    own_numbers,
    reminding,
    secrecy,
    stuck,
)
from workflow.dialogue.talk import RECENT, Talk, begin
from workflow.happening import (
    Carried,
    Due,
    Event,
    FileFailed,
    FileReady,
    GistTyped,
    JoinAnswered,
    JoinAsked,
    Parted,
    QuestionBecomesComplaint,
    SameAccount,
    WrittenDown,
)
from workflow.heard import hearing
from workflow.heard.intent import guess
from workflow.message import Ignored, Message, Presence, Press, Sender
from workflow.office import Office
from workflow.procedure import telling, wholes
from workflow.record import Act, Complaint
from workflow.world import Decision, Needs, World


def needs(event: Event, office: Office) -> Needs:
    """What the talk wants to see beside its own conversation and complaints: what's named and what's replied to."""
    others = accounts.others(event)
    said = event.message if isinstance(event, Carried) else event
    if not isinstance(said, Message):
        return Needs(others=others)
    messages = ((said.chat, said.reply_to),) if said.reply_to else ()
    prefix = office.standard.office.ticket_prefix
    asked = joining.named(said.text)
    return Needs(
        codes=hearing.codes_in(said.text),
        numbers=hearing.numbers_in(said.text, prefix),
        messages=messages,
        keys=(letting_in.question_key(event.chat.lane),) if hearing.means(said.text, "yes", "no") else (),
        elsewhere=(asked.code,) if asked is not None else (),
        others=others,
    )


def advance(event: Event, world: World) -> Decision:
    """What becomes of one event of a citizen's lane. Pure; raises for no event that a channel or we can produce."""
    world, met = accounts.known(event, world)
    if (passed := carrying.passed_on(event, world)) is not None:
        return met + passed
    world, left, code = carrying.left(event, world)
    return met + left + _decided(event, world, code)


def _decided(event: Event, world: World, left: str) -> Decision:
    """What's heard in this lane: its own, or what was carried here from one that speaks for it.

    `left` is the code of the report that this lane has just ceased to speak for, or "".
    """
    if isinstance(event, Carried) and event.message.chat != event.chat:
        seen = narrowing.narrowed(event, world)
        carried = carrying.taken(event, seen)
        if carried is None:
            return carrying.returned(event, world)
        decision = carrying.ended(carried, seen.conversation, _handle(carried, carried.event))
        return narrowing.widened(decision, world, seen)
    if isinstance(event, Carried):  # it comes back: the lanes were parted, or never joined
        world, event = changed(world, received_at=event.at), event.message
    talk = begin(event, world)
    if left and not (isinstance(event, Message) and joining.named(event.text)):
        talk.tell("joining.left", code=left)
    return talk.decision(_handle(talk, event))


def _handle(talk: Talk, event: Event) -> str:
    """Let the event do what it does to the talk. Returns why nothing was to be done, or ""."""
    if isinstance(event, Ignored):
        return event.reason
    does = DOES.get(type(event))
    if does is None:
        return "nothing that a citizen's talk waits for"
    ignored = does(talk, event)
    if isinstance(event, Message):
        own_numbers.file(talk, event)
    return ignored


def _presence(talk: Talk, event: Presence) -> str:
    if talk.carried is not None:
        return carrying.presence(talk, event)
    if event.blocked and not talk.conversation.blocked:
        talk.more = talk.more + desk.blocked(talk.conversation, talk.world)
    talk.set(blocked=event.blocked)
    return ""


# --- what people say --------------------------------------------------------------------------------------------------


def _message(talk: Talk, message: Message) -> str:
    if not message.private:
        return "a group that isn't the office's desk"
    if message.edited:
        return "an edit that nobody proves" if message.sender.claimed else _edited(talk, message)
    if message.id in talk.conversation.recent:
        return "this message is known"
    _seen(talk, message.id)
    admitted = guard.admitted(talk, mails.word_of(talk, message))
    for each in admitted:
        _admitted(talk, each)
    if admitted and talk.telling and not talk.timers:
        asking.keep(talk)  # whatever was said: the unfinished report is kept on from now
    talk.more = talk.more + wholes.recorded(message, talk.more, talk.world.now)
    return "" if admitted or talk.paragraphs else "kept without an answer"


def _admitted(talk: Talk, message: Message) -> None:
    """Hear what's the citizen's own."""
    name = message.sender.name
    talk.set(last_at=talk.world.now)
    if talk.carried is None:
        talk.set(blocked=False, speaks_at=None)
    if name and not talk.foreign and talk.conversation.private.get("account_name") != name:
        talk.set(private={**talk.conversation.private, "account_name": name})
    if letting_in.heard(talk, message) or joining.wanted(talk, message) or joining.meanwhile(talk, message):
        return
    if asides.violence(talk, message):
        return
    if message.unsupported or _is_sticker(message):
        asides.unsupported(talk, message.unsupported)
        if talk.telling and not message.text:
            asking.again(talk)
            return
    if message.contact is not None:
        _contact(talk, message)
    if not secrecy.hear(talk, message) and not going_on.hear(talk, message):
        _hear(talk, message)
    stuck.help_out(talk)


def _hear(talk: Talk, message: Message) -> None:
    """The files and the place first, then the words beside them."""
    if talk.telling:
        arrivals.take(talk, message)
        if message.location is not None:
            arrivals.place(talk, message.location)
        if not talk.limits.one_thing_at_a_time:
            message = mails.read(talk, message)
        if message.text:
            if not _number(talk, message):
                answers.hear(talk, message)
        elif message.location is not None or mails.was_read(talk):
            asking.go_on(talk)
        return
    if message.text and _number(talk, message):
        return
    if talk.conversation.complaints and (apart.hear(talk, message) or afterwards.hear(talk, message)):
        return
    if talk.telling:
        return
    if not talk.arriving:
        arrivals.take(talk, message)
    if message.text:
        opening.hear(talk, message)
    elif message.location is not None or talk.arriving:
        opening.files_only(talk, message)
    if message.location is not None and talk.telling:
        arrivals.place(talk, message.location)
        asking.go_on(talk)


def _number(talk: Talk, message: Message) -> bool:
    """The number of a choice shown last, for people who type it; not where it may be the number of a photo."""
    digits = message.text.strip(" .)")
    offered = talk.conversation.offered or _under_the_answer(talk)
    if not re.fullmatch(r"[1-9]", digits) or int(digits) > len(offered):
        return False
    if talk.telling and talk.draft.awaiting == "sorting" and "," in talk.draft.awaiting_for:
        return False
    if not choices.act(talk, offered[int(digits) - 1]):
        return False
    talk.heard(message, "")
    return True


def _under_the_answer(talk: Talk) -> tuple[str, ...]:
    """The choices that stand, numbered, under the office's answer: it went out from the desk, not from this talk."""
    about = acting.answered_lately(talk)
    if about is None or talk.telling or talk.limits.rows or talk.conversation.awaiting:
        return ()
    rows = telling.answer_choices(about, talk.world.standard_of(about.standard))
    return tuple(each.data for row in rows for each in row)


def _is_sticker(message: Message) -> bool:
    return bool(message.attachments) and all(each.kind == "sticker" for each in message.attachments)


def _contact(talk: Talk, message: Message) -> None:
    """The sender's own number is kept sealed; somebody else's isn't taken for it."""
    contact = message.contact
    assert contact is not None
    if contact.own and not talk.foreign:
        talk.set(private={**talk.conversation.private, "phone": contact.phone})
    else:
        talk.set(
            private={**talk.conversation.private, f"contact:{message.id}": f"{contact.name} {contact.phone}".strip()}
        )
    talk.tell("contact.own" if contact.own else "contact.other")
    if talk.telling and not message.text:
        asking.again(talk)


def _seen(talk: Talk, name: str) -> None:
    talk.set(recent=(*talk.conversation.recent, name)[-RECENT:])


def _edited(talk: Talk, message: Message) -> str:
    """An edit of what was said before; a live position that moves comes this way too."""
    if message.location is not None and not message.text:
        arrivals.moved(talk, message.location)
        return "" if talk.telling else "a position that moves"
    if not message.text:
        return "an edit without words"
    if asides.violence(talk, message):
        return ""
    if talk.telling:
        reason = corrections.edited(talk, message)
        if not reason.startswith("an edit of a message that"):
            return reason
    for complaint in talk.complaints():
        saying = next((each for each in complaint.sayings if each.message == message.id), None)
        if saying is not None:
            return _edited_registered(talk, complaint, saying, message)
    return _edited_outside(talk, message)


def _edited_registered(talk: Talk, complaint: Complaint, saying: Saying, message: Message) -> str:
    """A message of a registered report: the desk sees both wordings, without what's private in them."""
    if not saying.filed_as:
        return "an edit of a word that was understood before"
    if not complaint.confidential and not apart.is_for_few(saying.text) and apart.hear(talk, message):
        return ""
    standard = talk.world.standard_of(complaint.standard)
    found, _, shown = fields.read(message.text, fields.looked_for(complaint, standard))
    if saying.filed_as in fields.PRIVATE and not found:
        found, shown = {saying.filed_as: message.text.strip()}, saying.text
    private = {name: value for name, value in found.items() if name in fields.PRIVATE}
    if shown == saying.text and private.items() <= complaint.private.items():
        return "an edit that changes no word"
    data = {"message": message.id, "before": saying.text}
    if acting.act(talk, complaint.id, Act(kind="edited", text=shown, data=data, private=private)):
        talk.tell("edit.after")
    return ""


def _edited_outside(talk: Talk, message: Message) -> str:
    """A message that stood outside any report: its new wording is kept too, and counts where it still can."""
    known = next((each for each in reversed(talk.conversation.sayings) if each.message == message.id), None)
    if known is not None and known.text == message.text:
        return "an edit that changes no word"
    waits = talk.conversation.awaiting_for.split(" ")[0] == message.id
    if known is not None and waits and talk.conversation.awaiting == "unclear":
        opening.hear(talk, message)
        return ""
    if known is not None and known.filed_as == "question":
        talk.heard(message, "question")
        asides.question(talk, message)
        return ""
    talk.heard(message, "edited")
    if known is not None and waits:
        talk.tell("edit.filed")
    if known is None and message.id not in talk.conversation.recent:
        return "an edit of a message from before"
    return ""


# --- buttons ----------------------------------------------------------------------------------------------------------


def _press(talk: Talk, event: Press) -> str:
    if not event.private:
        return "a group that isn't the office's desk"
    if event.sender.claimed:
        return "a press that nobody proves"
    if event.id in talk.conversation.recent:
        return "this press is known"
    _seen(talk, event.id)
    if guard.written_again(talk, event) or lately.is_second_tap(talk, event):
        talk.press = ""
        return ""
    return choices.press(talk, event)


# --- what the desk sends back -----------------------------------------------------------------------------------------


def _question_becomes_complaint(talk: Talk, event: QuestionBecomesComplaint) -> str:
    """A petugas saw a complaint in a question: its words are the statement, and the talk goes on from there."""
    message = Message(
        chat=event.chat,
        id=f"question:{event.question}",
        sender=Sender(id=event.chat.chat),
        at=event.at,
        text=event.text,
    )
    if message.id in talk.conversation.recent:
        return "this question is a report already"
    _seen(talk, message.id)
    talk.tell("question.becomes_complaint")
    if talk.telling:
        talk.edit(statement=(*talk.draft.statement, event.text))
        talk.heard(message, "statement")
        asking.again(talk)
        return ""
    beginning.empty(talk)
    talk.edit(statement=(event.text,))
    talk.heard(message, "statement")
    beginning.consider(talk, event.text, guess(event.text))
    asking.go_on(talk)
    return ""


DOES: dict[type, Callable[[Talk, Any], str]] = {
    Message: _message,
    Press: _press,
    Presence: _presence,
    FileReady: arrivals.ready,
    FileFailed: arrivals.failed,
    GistTyped: arrivals.gist_typed,
    QuestionBecomesComplaint: _question_becomes_complaint,
    Due: reminding.due,
    JoinAsked: letting_in.requested,
    JoinAnswered: joining.answered,
    Parted: carrying.parted,
    SameAccount: accounts.told,
    WrittenDown: accounts.given,
}
"""What each kind of event does to a talk; of the others it takes no notice."""
