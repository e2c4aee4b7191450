"""What the desk is shown of a talk that is no complaint yet: questions, emergencies, calls for a person, voices."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from workflow.clocks.when import say_near
from workflow.conversation import Conversation, Paper, Question
from workflow.desk.posting import button, post, rooms, secret, trusted
from workflow.heard import intent
from workflow.message import Address, Enclosure, Message, Refers
from workflow.office import Staff
from workflow.procedure import secrecy
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import name_of, shortened
from workflow.record import Complaint
from workflow.say import channel_name, lines, listing, masked_address, say
from workflow.world import Decision, World

TEXT_CHARACTERS = 4096  # as long as anything a citizen can write in one message


def question_card(question: Question, conversation: Conversation, world: World) -> Decision:
    """A question about a service: a reply answers it, one button turns it into a complaint. No number, no clock."""
    asked = _veiled(question.text, conversation, world)
    refers = Refers(role="question", conversation=conversation.address.lane, detail=question.id, words=asked)
    choices = ((button(say("desk.button.complain"), "complain"),),)
    text = lines(
        say("desk.post.question", text=shortened(asked, TEXT_CHARACTERS)),
        say("desk.post.question_beside", numbers=listing(beside))
        if (beside := _open_reports(conversation, world))
        else "",
    )
    return Decision(
        sends=tuple(
            post(world, to, text, refers=refers, choices=choices, key=f"question:{question.id}") for to in _rooms(world)
        )
    )


def _open_reports(conversation: Conversation, world: World) -> list[str]:
    """What else this citizen has open, so that a question about it is answered with it in mind."""
    mine = (world.complaints.get(each) for each in conversation.complaints)
    return [name_of(each) for each in mine if each is not None and each.closed_at is None and not each.confidential]


def emergency(text: str, conversation: Conversation, world: World) -> Decision:
    """Somebody is in danger: it sounds at any hour and mentions every officer and the head of the office.

    Where it is, is said whatever was asked for; who asked for secrecy isn't.
    """
    moment = say_near(world.now, world.now, world.office.calendar.zone)
    text = _veiled(text, conversation, world, but=("address",))
    said = say("desk.post.emergency", moment=moment, text=shortened(text, TEXT_CHARACTERS))
    return _talk(said, conversation, world, people=_alarmed(world), loud=True)


def human_wanted(conversation: Conversation, world: World) -> Decision:
    """The citizen asks for a person: a reply to this goes to them. Of a confidential report only those trusted read."""
    draft = conversation.draft
    words = _veiled("\n".join(draft.statement), conversation, world) if draft else ""
    if draft is not None and draft.confidential and _trusted_rooms(world):
        return _confidential(say("desk.post.human", text=shortened(words, TEXT_CHARACTERS)), conversation, world)
    if draft is not None and draft.confidential:
        words = ""
    said = say("desk.post.human", text=shortened(words, TEXT_CHARACTERS) or say("desk.post.human_no_words"))
    return _talk(said, conversation, world, people=_officers(world))


def blocked(conversation: Conversation, world: World) -> Decision:
    """The citizen has shut us out: whoever works on an open report has to reach them in another way."""
    mine = (world.complaints.get(each) for each in conversation.complaints)
    sends = []
    for each in mine:
        if each is None or each.closed_at is not None:
            continue
        refers = Refers(role="handover", complaint=each.id, version=each.version, detail=str(each.card))
        text = say("desk.post.blocked", number=name_of(each))
        sends += [post(world, to, text, about=each, refers=refers) for to in rooms(each, world)]
    return Decision(sends=tuple(sends))


def unproven(message: Message, about: Complaint | None, conversation: Conversation, world: World) -> Decision:
    """A mail that nothing proves to be the citizen's: shown once as that; a reply goes to the citizen's own address.

    Beside a confidential report only those trusted read it; of one that's still being told nobody does.
    """
    draft = conversation.draft
    if about is None and draft is not None and draft.confidential:
        return Decision()
    text = say(
        "desk.unproven.mail",
        address=_whose(message, conversation, world) or channel_name(message.chat.channel),
        about=say("desk.unproven.about", number=name_of(about)) if about else "",
        text=_readable(message.text, about, conversation, world),
        files=say("desk.unproven.files", n=len(message.attachments)) if message.attachments else "",
    )
    return _about_one(text, about, conversation, world, few=_is_for_few(message.text, about))


def machine(message: Message, hidden: Complaint | None, conversation: Conversation, world: World) -> Decision:
    """A machine seems to answer us: nobody is answered there any more today, save by a reply to this."""
    draft = conversation.draft
    secret_draft = hidden is None and draft is not None and draft.confidential
    text = say(
        "desk.unproven.machine",
        channel=channel_name(message.chat.channel),
        address=_whose(message, conversation, world),
        text="" if secret_draft else _readable(message.text, hidden, conversation, world),
    )
    return _about_one(text, hidden, conversation, world, few=_is_for_few(message.text, hidden))


def _about_one(text: str, about: Complaint | None, conversation: Conversation, world: World, *, few: bool) -> Decision:
    """Where it's spoken of; words of extortion go to those trusted, if they can be reached."""
    refers = Refers(
        role="relay", conversation=conversation.address.lane, complaint=about.id if about else "", detail="unproven"
    )
    to_all = (_trusted_rooms(world) if few else ()) or rooms(about, world)
    return Decision(sends=tuple(post(world, to, text, about=about, refers=refers) for to in to_all))


def _is_for_few(text: str, about: Complaint | None) -> bool:
    """Whether words tell of extortion, beside a report that the whole desk reads."""
    return (about is None or not about.confidential) and intent.guess(text).confidential


def _readable(text: str, about: Complaint | None, conversation: Conversation, world: World) -> str:
    """The words as they may be shown; none of extortion where nobody who's trusted can be reached."""
    if _is_for_few(text, about) and not _trusted_rooms(world):
        return secrecy.mark()
    return shortened(_veiled(text, conversation, world), TEXT_CHARACTERS)


def gist_wanted(paper: Paper, conversation: Conversation, world: World) -> Decision:
    """A voice note: it's played at the desk, and a petugas types in reply what it says.

    Where it may belong to a confidential report, or who speaks asked for secrecy, only those trusted hear it.
    """
    draft = conversation.draft
    hidden = (draft is not None and draft.confidential) or secret(conversation, world) is not None
    hidden = hidden or (_is_withheld(conversation, world) and bool(_trusted_rooms(world)))  # a voice tells who speaks
    refers = Refers(role="gist", conversation=conversation.address.lane, detail=paper.file)
    sends = []
    for to in _trusted_rooms(world) if hidden else _rooms(world):
        sent = post(world, to, say("desk.post.gist"), refers=refers, key=f"gist:{paper.file}")
        sends.append(replace(sent, enclosure=Enclosure(file=paper.file, shown_as="voice"), protect=hidden))
    return Decision(sends=tuple(sends))


def _whose(message: Message, conversation: Conversation, world: World) -> str:
    """As much of the address as the desk may see: nothing of who asked for secrecy."""
    return "" if _is_withheld(conversation, world) else masked_address(message.chat.chat)


def _is_withheld(conversation: Conversation, world: World) -> bool:
    """Whether the desk shall not learn who this is: by the report being told or by one that's registered."""
    mine = (world.complaints.get(each) for each in conversation.complaints)
    told = conversation.draft is not None and conversation.draft.withheld
    return told or any(each is not None and each.withheld for each in mine)


def _veiled(text: str, conversation: Conversation, world: World, but: tuple[str, ...] = ()) -> str:
    """The words without whoever asked for secrecy, as far as it's known who that is."""
    if not _is_withheld(conversation, world):
        return text
    mine = (world.complaints.get(each) for each in conversation.complaints)
    reports = [*(each for each in mine if each is not None), *((conversation.draft,) if conversation.draft else ())]
    for report in reports:
        known = {name: value for name, value in report.private.items() if name not in but}
        text = secrecy.without(text, known, conversation.address.chat)
    return text


def _talk(
    text: str, conversation: Conversation, world: World, *, people: Iterable[Staff], loud: bool = False
) -> Decision:
    refers = Refers(role="relay", conversation=conversation.address.lane)
    sends = [post(world, to, text, refers=refers, people=people, loud=loud) for to in _rooms(world)]
    return Decision(sends=tuple(sends))


def _confidential(text: str, conversation: Conversation, world: World) -> Decision:
    refers = Refers(role="relay", conversation=conversation.address.lane)
    return Decision(sends=tuple(post(world, to, text, refers=refers, loud=True) for to in _trusted_rooms(world)))


def _rooms(world: World) -> tuple[Address, ...]:
    desk = desk_of(world)
    return (desk,) if desk else ()


def _trusted_rooms(world: World) -> tuple[Address, ...]:
    return tuple(address for person in trusted(world) if (address := private_of(world, person)))


def _officers(world: World) -> list[Staff]:
    return [person for person in world.office.staff if is_officer(person, world.office.standard)]


def _alarmed(world: World) -> list[Staff]:
    heads = [person for role in world.office.standard.roles_of("head") for person in world.office.with_role(role)]
    return list(dict.fromkeys([*_officers(world), *heads]))
