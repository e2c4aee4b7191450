"""A lane that speaks for another one: what's said on it is carried there, in order, and answered where it was said."""

from __future__ import annotations

from dataclasses import replace as changed

from msgspec.structs import replace

from workflow.conversation import Conversation, Joined, Voice
from workflow.desk import knocking
from workflow.dialogue import asking, beginning, letting_in
from workflow.dialogue.joining import named
from workflow.dialogue.talk import SPOKEN, Talk, mark_of
from workflow.happening import Carried, Event, Parted
from workflow.heard import hearing
from workflow.heard.intent import guess
from workflow.message import Address, Message, Presence, Press
from workflow.say import channel_name
from workflow.world import Decision, World

Said = Message | Press | Presence

# --- away from here ---------------------------------------------------------------------------------------------------


def passed_on(event: Event, world: World) -> Decision | None:
    """Carry what's said on a lane that speaks for another one; None where it's heard here."""
    here = world.conversation
    if here is None or here.joined is None or here.joined.home.office != world.office.id:
        return None
    said = _goes_on(event, here, here.joined)
    if said is None or _is_over(said, here.joined, world) or _is_own(said, here, here.joined, world):
        return None
    joined, knock = here.joined, here.knock
    vouched = joined.vouched and (event.vouched if isinstance(event, Carried) else True)
    carried = Carried(
        chat=joined.home,
        at=event.at if isinstance(event, Carried) else world.received_at or world.now,
        by=here.address,
        message=said,
        vouched=vouched,
    )
    until = None if joined.until is None else world.now + SPOKEN
    after = replace(here, joined=replace(joined, until=until), version=here.version + 1)
    if isinstance(said, Presence):
        after = replace(after, blocked=said.blocked)
    else:  # they write: whatever waits for them here follows by itself
        heard_at = world.now if world.limits_at(here.address).window_h else here.heard_at
        after = replace(after, knock=None, bounced=False, heard_at=heard_at)
    cancels = (knock.key,) if knock is not None and after.knock is None else ()
    hushed = isinstance(said, Message) and guess(said.text).intent == "violence_report"
    return Decision(conversation=after, posts=((joined.home, carried),), cancels=cancels, hushed=hushed)


def _goes_on(event: Event, here: Conversation, joined: Joined) -> Said | None:
    """What of an event may be carried: things people said in private, and those that came here to be carried on."""
    if isinstance(event, Carried):
        voice = here.voice(event.by)
        onward = voice is not None and (joined.until is None or voice.for_good) and joined.home != event.by
        return event.message if onward else None
    if isinstance(event, Message):
        return event if event.private and not event.sender.claimed else None
    return event if isinstance(event, Press | Presence) else None


def _is_over(said: Said, joined: Joined, world: World) -> bool:
    """Too long a silence, MULAI BARU, or a LANJUT with another code."""
    if joined.until is None or isinstance(said, Presence):
        return False
    if joined.until <= world.now:
        return True
    if not isinstance(said, Message) or said.edited:
        return False
    other = named(said.text)
    return (other is not None and other.code != joined.code) or _wants_own(said)


def _wants_own(said: Message) -> bool:
    word, _ = hearing.slash(said.text)
    return word == "restart" or bool(hearing.means(said.text, "restart"))


def _is_own(said: Said, here: Conversation, joined: Joined, world: World) -> bool:
    """About this lane's own: a report by its code, number or button, a reply about it, or the OK it was asked for."""
    if isinstance(said, Presence):
        return False
    if here.knock is not None and knocking.is_answer(said, here.knock):
        return True
    if joined.until is None:
        return False
    own = {each for each in here.complaints if each in world.complaints}
    names = {name for each in own for name in (each, world.complaints[each].code, world.complaints[each].number)}
    if isinstance(said, Press):
        return bool(names & set(said.data.split(":")))
    refers = world.refers.get((said.chat.chat, said.reply_to)) if said.reply_to else None
    if refers is not None and refers.complaint in own:
        return True
    if said.edited and any(each.message == said.id for each in here.sayings):
        return True
    prefix = world.office.standard.office.ticket_prefix
    return bool(names & {*hearing.codes_in(said.text), *hearing.numbers_in(said.text, prefix)})


def left(event: Event, world: World) -> tuple[World, Decision, str]:
    """The world after this lane ceased to speak for another one because of what's said, and the code it was for.

    The same world, and "", where it goes on.
    """
    here = world.conversation
    joined = here.joined if here is not None else None
    said = _goes_on(event, here, joined) if here is not None and joined is not None else None
    if here is None or joined is None or said is None or not _is_over(said, joined, world):
        return world, Decision(), ""
    alone = replace(here, joined=None, version=here.version + 1)
    parted = Parted(chat=joined.home, at=world.now, other=here.address)
    decision = Decision(conversation=alone, posts=((joined.home, parted),))
    return changed(world, conversation=alone), decision, joined.code


# --- to here ----------------------------------------------------------------------------------------------------------


def said_here(event: Carried) -> Said:
    """What was carried, with its id marked by where it was said: ids are a provider's own, and chats count alike."""
    said = event.message
    if isinstance(said, Presence):
        return said
    return replace(said, id=f"{mark_of(said.chat)}:{said.id}")


def taken(event: Carried, world: World) -> Talk | None:
    """A talk about to answer what was carried here; None where its lane doesn't speak for this one any more."""
    here = world.conversation or Conversation(address=event.chat)
    voice = here.voice(event.by)
    if voice is None:
        return None
    at = event.message.chat
    voices = here.voices
    if here.voice(at) is None:  # a further id of the account that speaks here
        voices = (*voices, Voice(lane=at, code=voice.code, vouched=event.vouched, for_good=voice.for_good))
    now_at = changed(world, received_at=event.at)
    talk = Talk(event=said_here(event), world=now_at, conversation=replace(here, voices=voices), carried=event)
    talk.set(speaks_at=at)
    return talk


def returned(event: Carried, world: World) -> Decision:
    """Back to where it was said, to be heard there: the lanes had parted meanwhile."""
    parted = Parted(chat=event.by, at=world.now, other=event.chat)
    again = replace(event, chat=event.by, by=event.message.chat)
    return Decision(posts=((event.by, parted), (event.by, again)), ignored="a lane that was parted meanwhile")


def presence(talk: Talk, event: Presence) -> str:
    """Blocked where they wrote last: they're answered here again."""
    if event.blocked:
        talk.set(speaks_at=None)
    return ""


def ended(talk: Talk, before: Conversation | None, reason: str) -> Decision:
    """What becomes of what was carried; a report that would begin here begins where it was said instead."""
    carried = talk.carried
    assert carried is not None
    voice = talk.conversation.voice(carried.by)
    was_telling = before is not None and before.draft is not None
    if talk.telling and not was_telling and voice is not None and not voice.for_good:
        return _begins_there(talk, carried, before)
    told = any(each.to == talk.conversation.address for each in talk.more.sends)
    if told and not talk.paragraphs and talk.to != talk.conversation.address:
        talk.tell("joining.told_home", home=channel_name(talk.conversation.address.channel))
    return talk.decision(reason)


def _begins_there(talk: Talk, carried: Carried, before: Conversation | None) -> Decision:
    """A new report belongs to whoever writes it, and its answer to the channel it's written on."""
    here = before or Conversation(address=carried.chat)
    parted = Parted(chat=carried.by, at=talk.world.now, other=carried.chat, why="begin")
    mine = said_here(replace(carried, message=_as_message(carried.message)))
    prefix = mine.id.partition(":")[0] if isinstance(mine, Message) else ""
    gone = tuple(each for each in here.papers if not each.complaint and each.message.startswith(f"{prefix}:"))
    voices = tuple(each for each in here.voices if each.lane not in (carried.by, carried.message.chat))
    after = replace(
        here,
        papers=tuple(each for each in here.papers if each not in gone),
        voices=voices,
        speaks_at=None,
        awaiting="",
        awaiting_for="",
        offered=(),
        version=here.version + 1,
    )
    story = _story(talk, carried)
    again = replace(carried, chat=carried.by, by=carried.message.chat, message=story) if story else None
    parted = replace(parted, why="" if again else "begin", files=len(gone))
    posts: list[tuple[Address, Event]] = [(carried.by, parted)]
    posts += [(carried.by, again)] if again else []
    return Decision(
        conversation=after,
        posts=tuple(posts),
        erased=tuple(each.file for each in gone),
        sends=talk.pressed(),
    )


def _as_message(said: Said) -> Message:
    return said if isinstance(said, Message) else Message(chat=said.chat, id="", sender=said.sender, at=said.at)


def _story(talk: Talk, carried: Carried) -> Message | None:
    """The message that begins the report: this one, or an earlier one whose words were held back until now."""
    said, told = carried.message, talk.draft.statement
    if isinstance(said, Message) and all(part in said.text for part in told):
        return said
    if not told or isinstance(said, Presence):
        return None
    more = _as_message(said)
    if not any(part in more.text for part in told):  # it only chose: nothing beside the words belongs to them
        more = replace(more, attachments=(), location=None)
    return replace(more, id=f"{said.id}+", text="\n".join(told))


def parted(talk: Talk, event: Parted) -> str:
    """The other side says that it's over. Returns why nothing changes, or ""."""
    joined = talk.conversation.joined
    if joined is not None and joined.home == event.other:
        if joined.until is None:
            return "two ids of one account aren't parted"
        talk.set(joined=None)
        if event.why == "stopped":
            talk.tell("joining.ended", code=joined.code)
            talk.raise_to("notice")
    if event.why == "begin" and not talk.telling:
        beginning.empty(talk)
        if event.files:
            talk.tell("joining.files_again", n=event.files)
        asking.go_on(talk)
    if joined is not None and joined.home == event.other:
        return ""
    asked = talk.conversation.requests
    letting_in.part(talk, (event.other.lane,))
    if asked and talk.conversation.requests != asked:
        letting_in.put(talk)
    return ""
