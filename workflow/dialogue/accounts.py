"""Two ids of one account, as a provider shows them: one conversation is kept, whichever of them a message carries."""

from __future__ import annotations

from dataclasses import replace as changed

from msgspec.structs import replace

from workflow.conversation import Conversation, Joined, Voice
from workflow.dialogue.joining import post
from workflow.dialogue.talk import Talk
from workflow.happening import Event, SameAccount, WrittenDown
from workflow.message import Address, Message, Press
from workflow.world import Decision, World


def others(event: Event) -> tuple[Address, ...]:
    """The lanes under which the sender of this may also be known."""
    if not isinstance(event, Message | Press) or not event.private or event.sender.claimed:
        return ()
    here = event.chat
    found = (Address(here.office, here.channel, each) for each in event.sender.also)
    return tuple(each for each in found if each != here)


def known(event: Event, world: World) -> tuple[World, Decision]:
    """The world with what an event shows of its sender's further ids, and what their lanes have to be told.

    The lane that has a report being told keeps the conversation, else this one; two such reports are both told to
    their end before.
    """
    decision = Decision()
    for other in others(event):
        here = world.conversation or Conversation(address=event.chat)
        if here.joined is not None and here.joined.until is None:
            break
        after, told = _met(here, other, world.others.get(other.lane), world)
        if after != here:
            after = replace(after, version=here.version + 1)
            decision += Decision(conversation=after)
            world = changed(world, conversation=after)
        if told is not None:
            decision += Decision(posts=((told.chat, told),))
    return world, decision


def _met(
    here: Conversation, other: Address, there: Conversation | None, world: World
) -> tuple[Conversation, SameAccount | None]:
    own, joined = here.address, there.joined if there is not None else None
    for_good = joined.home if joined is not None and joined.until is None else None
    voice = Voice(lane=other, vouched=True, for_good=True)
    if for_good == own:
        return (here, None) if here.voice(other) else (replace(here, voices=(*here.voices, voice)), None)
    kept_there = for_good is not None or (there is not None and _has_more(there, here))
    if not kept_there:
        known_here = here if here.voice(other) else replace(here, voices=(*here.voices, voice))
        return known_here, SameAccount(chat=other, at=world.now, other=own, home=own)
    if here.draft or here.voices or here.requests or here.joined or here.joining:
        return here, None  # it has a life of its own: later, when that's done
    home = for_good or other
    told = SameAccount(chat=home, at=world.now, other=own, home=home, complaints=here.complaints)
    return replace(here, joined=Joined(home=home, vouched=True)), told


def _has_more(there: Conversation, here: Conversation) -> bool:
    """Whether the other lane has what this one hasn't: a report being told, or the only complaints."""
    return there.draft is not None or bool(there.complaints and not here.complaints and here.draft is None)


def told(talk: Talk, event: SameAccount) -> str:
    """The other lane says so. Returns why nothing changes, or ""."""
    here, other = talk.conversation, event.other
    if event.home == here.address:
        voices = tuple(each for each in here.voices if each.lane != other)
        complaints = tuple(dict.fromkeys((*event.complaints, *here.complaints)))
        talk.set(voices=(*voices, Voice(lane=other, vouched=True, for_good=True)), complaints=complaints)
        return ""
    if here.draft or here.joining or here.joined:
        return "a lane that has a life of its own"
    if here.voice(other) is not None and here.address < other:
        return "both said it at once: this lane is the first"
    talk.set(joined=Joined(home=other, vouched=True), voices=tuple(each for each in here.voices if each.lane != other))
    post(talk, other, replace(event, chat=other, other=here.address, complaints=here.complaints))
    return ""


def given(talk: Talk, event: WrittenDown) -> str:
    """A complaint that a clerk wrote down is this lane's, or isn't after all. Returns why nothing changes, or ""."""
    if not event.theirs:
        talk.set(complaints=tuple(each for each in talk.conversation.complaints if each != event.complaint))
        return ""
    if event.complaint in talk.conversation.complaints:
        return "this lane's already"
    talk.set(complaints=(*talk.conversation.complaints, event.complaint))
    return ""
