"""LANJUT with the code of a report begun elsewhere: this lane asks to go on with it, and what's said then waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from workflow.conversation import Joined, Joining
from workflow.dialogue import asking
from workflow.dialogue.talk import SPOKEN, Talk
from workflow.happening import Carried, Due, Event, JoinAnswered, JoinAsked, Parted
from workflow.heard import hearing, intent
from workflow.message import Address, Message, Presence, Press
from workflow.procedure import telling
from workflow.say import channel_name, masked_address, say
from workflow.world import Decision, Timer

WAITS = timedelta(hours=23)
"""How long a request waits for its answer: a day, less what it takes to say so where nothing goes after 24 hours."""
GUESSES = 5
WITHIN = timedelta(hours=1)
"""After so many wrong codes within this time nothing is looked up for as long again."""
HELD = 10
BELL = "join_unanswered"
WRONG, TOO_OFTEN = "a code that leads nowhere", "codes are guessed: nothing is looked up for an hour"
"""Why nothing was done, for the operator's log."""
_HELD_KEY = "held:"
_NAME_CHARACTERS = 30
_LETTER = msgspec.json.Decoder(Message)
_NUMBER = re.compile(r"\+\d{8,15}")
_SAYS = re.compile("lanjut", re.IGNORECASE)
_REST = re.compile(
    r"[\s:#,]*(?:kode\b[\s:#,]*)?([0-9A-Za-z]{4})(?![0-9A-Za-z-])[\s,.;:-]*(.*)$", re.DOTALL | re.IGNORECASE
)
_ANSWERED_MEANWHILE = ("status", "staff", "help", "privacy", "who", "thanks", "greeting", "repeat", "wait")


class Named(NamedTuple):
    """The code that a LANJUT names, the words it's said in, and what else stands in the message."""

    code: str
    words: str
    rest: str


def named(text: str) -> Named | None:
    """LANJUT with a code, alone or before other words; None for everything else."""
    word, rest = hearing.slash(text)
    said: str | None = rest if word == "resume" else hearing.begins_with(text, "resume")
    match = _REST.match(said) if said is not None and _SAYS.search(text[: len(text) - len(said)]) else None
    codes = hearing.codes_in(match[1] if match[2] else text) if match is not None else ()
    if match is not None and match[1].upper() in codes:
        rest = match[2].strip()
        return Named(match[1].upper(), text[: len(text) - len(rest)].strip() if rest else text, rest)
    codes = hearing.codes_in(text)  # "7K3F lanjut"
    if len(codes) == 1 and len(text.split()) <= 4 and hearing.means(hearing.without_names(text, ""), "resume"):
        return Named(codes[0], text, "")
    return None


# --- asking -----------------------------------------------------------------------------------------------------------


def wanted(talk: Talk, message: Message) -> bool:
    """LANJUT with a code, of this conversation's own or to be asked for. False: it's something else."""
    said = named(message.text)
    if said is None or (said.rest and said.code in own_codes(talk)):
        return False
    talk.heard(replace(message, text=said.words), "")
    if talk.carried is not None or said.code in own_codes(talk):
        resume(talk, message.text)
        return True
    if talk.telling:
        talk.tell("joining.own_first", own=talk.draft.code, code=said.code)
        asking.again(talk)
    elif message.sender.claimed:
        talk.tell("joining.claimed", code=said.code)
    elif _waits(talk):
        talk.tell("joining.too_often")
        talk.reason = TOO_OFTEN
    elif talk.conversation.joining is not None and talk.conversation.joining.code == said.code:
        talk.tell("joining.still_asked", code=said.code)
    else:
        _look_up(talk, message, said)
    return True


def own_codes(talk: Talk) -> set[str]:
    """The codes of what is told here."""
    draft = talk.conversation.draft
    return {each.code for each in talk.complaints()} | ({draft.code} if draft else set())


def _look_up(talk: Talk, message: Message, said: Named) -> None:
    home = talk.world.elsewhere.get(said.code)
    if home is None or home == talk.conversation.address or home.office != talk.world.office.id:
        _wrong(talk, said.code)
        return
    drop(talk)
    own, request = talk.conversation.address, talk.world.supply.id()
    vouched = _is_same_number(own, home)
    joining = Joining(request=request, code=said.code, home=home, at=talk.world.now)
    talk.set(joining=joining, awaiting="", awaiting_for="")
    _hold(talk, replace(message, text=said.words, attachments=(), location=None, contact=None))
    if said.rest or message.attachments or message.location is not None:
        _hold(talk, replace(message, id=f"{message.id}+", text=said.rest))
    asked = JoinAsked(
        chat=home,
        at=talk.world.now,
        by=own,
        request=request,
        code=said.code,
        shown=shown(message),
        vouched=vouched,
    )
    post(talk, home, asked)
    talk.timers.append(_bell(talk, request))
    if not vouched:
        talk.tell("joining.asked", code=said.code)
        talk.raise_to("notice")


def _is_same_number(one: Address, other: Address) -> bool:
    """Two channels of one telephone number; what a number is, is in its spelling."""
    return one.channel != other.channel and one.chat == other.chat and bool(_NUMBER.fullmatch(one.chat))


def _bell(talk: Talk, request: str) -> Timer:
    due_at = talk.world.now + WAITS
    return Timer(
        key=f"join:{request}",
        lane=talk.conversation.address,
        due_at=talk.world.office.quiet_until(due_at) or due_at,
        kind=BELL,
        subject=request,
        rule="23 hours",
    )


def shown(message: Message | Press | Presence) -> str:
    """Who writes, as the other side may see it: the channel, and the end of a number or the name of an account."""
    name = " ".join(message.sender.name.split())[:_NAME_CHARACTERS]
    channel = channel_name(message.chat.channel)
    who = masked_address(message.chat.chat) or (say("joining.account", name=name) if name else "")
    return say("joining.who", channel=channel, who=who) if who else channel


# --- of this conversation's own --------------------------------------------------------------------------------------


def resume(talk: Talk, text: str) -> None:
    """LANJUT: with the code of this person's own report it goes on; without a code the question is repeated."""
    said = named(text)
    codes = (said.code,) if said is not None else hearing.codes_in(text)
    draft = talk.conversation.draft
    if draft is not None and (not codes or draft.code in codes):
        if talk.carried is not None and codes:
            _welcome(talk, draft.code)
        else:
            talk.tell("resumed.here")
        asking.again(talk)
        return
    complaint = next((each for each in talk.complaints() if each.code in codes), None)
    if complaint is not None:
        talk.set(extra={**talk.conversation.extra, "focus": complaint.id})
        if talk.carried is not None:
            _welcome(talk, complaint.code)
        talk.tell("resumed.complaint", name=telling.name_of(complaint))
    elif codes:
        talk.tell("resumed.unknown", code=codes[0])
    else:
        talk.tell("resumed.nothing")


def _welcome(talk: Talk, code: str) -> None:
    """The first words on a lane that speaks for this report from now on."""
    key = "joining.here_same_number" if talk.carried is not None and not talk.foreign else "joining.here"
    talk.tell(key, code=code, home=channel_name(talk.conversation.address.channel))


# --- guesses ----------------------------------------------------------------------------------------------------------


def _waits(talk: Talk) -> bool:
    """Whether too many codes were wrong within an hour, and that hour's rest isn't over."""
    guesses = talk.conversation.guesses
    if len(guesses) < GUESSES or guesses[-1] - guesses[-GUESSES] >= WITHIN:
        return False
    return talk.world.now - guesses[-1] < WITHIN


def _wrong(talk: Talk, code: str) -> None:
    """The same words for a code that never was, has expired or is somebody else's: nothing is learned from them."""
    _count(talk)
    talk.tell("resumed.unknown", code=code)
    talk.reason = WRONG
    if _waits(talk):
        talk.tell("joining.too_often")
        talk.reason = TOO_OFTEN


def _count(talk: Talk) -> None:
    """One more code that led nowhere, or to somebody who said no."""
    talk.set(guesses=(*talk.conversation.guesses, talk.world.now)[-GUESSES:])


# --- while it waits ---------------------------------------------------------------------------------------------------


def meanwhile(talk: Talk, message: Message) -> bool:
    """What's said before the answer is held, to be carried or heard here then. False: it's answered at once."""
    asked = talk.conversation.joining
    if asked is None or talk.telling:
        return False
    bare = not message.attachments and message.location is None
    if bare and (word := hearing.means(message.text, "cancel", "restart", *_ANSWERED_MEANWHILE)):
        if word in ("cancel", "restart"):
            drop(talk)
            talk.tell("joining.cancelled", code=asked.code)
        if word == "cancel":
            talk.heard(message, "")
        return word == "cancel"
    if intent.guess(message.text).intent in ("emergency", "violence_report"):
        return False
    if bare and talk.conversation.offered and message.text.strip(" .)").isdigit():
        return False  # a choice that was offered meanwhile
    if len(_held(talk)) > HELD:
        talk.tell("joining.full", code=asked.code)
        return True
    _hold(talk, message)
    talk.tell("joining.held", code=asked.code)
    talk.wait("joining")
    return True


def _hold(talk: Talk, message: Message) -> None:
    """Keep a message as it came, sealed with what else is private here."""
    number = len(_held(talk))
    words = msgspec.json.encode(message).decode()
    talk.set(private={**talk.conversation.private, f"{_HELD_KEY}{number:02}": words})


def _held(talk: Talk) -> list[str]:
    private = talk.conversation.private
    return [private[name] for name in sorted(private) if name.startswith(_HELD_KEY)]


def _release(talk: Talk) -> list[Message]:
    """What was held, in order; it's kept here no longer."""
    held = [_LETTER.decode(each) for each in _held(talk)]
    private = talk.conversation.private
    talk.set(private={name: words for name, words in private.items() if not name.startswith(_HELD_KEY)})
    return held


def drop(talk: Talk) -> None:
    """The request is withdrawn, and what was held for it isn't carried anywhere."""
    asked = talk.conversation.joining
    if asked is None:
        return
    _release(talk)
    _closed(talk, asked)
    post(talk, asked.home, Parted(chat=asked.home, at=talk.world.now, other=talk.conversation.address))


def _closed(talk: Talk, asked: Joining) -> None:
    talk.unset.append(f"join:{asked.request}")
    talk.set(joining=None)


# --- the answer -------------------------------------------------------------------------------------------------------


def answered(talk: Talk, event: JoinAnswered) -> str:
    """YA there: what was held is carried, and so is all that follows. TIDAK: it's heard here, as what it is."""
    asked, now = talk.conversation.joining, talk.world.now
    if asked is None or asked.request != event.request:
        if event.answer == "yes":
            post(talk, event.home, Parted(chat=event.home, at=now, other=event.chat))
        return "an answer to a request that's no longer made"
    _closed(talk, asked)
    if event.answer != "yes":
        _told_no(talk, event)
        _hear_here(talk)
        return ""
    if talk.telling:
        post(talk, event.home, Parted(chat=event.home, at=now, other=event.chat))
        talk.tell("joining.own_first", own=talk.draft.code, code=event.code)
        _hear_here(talk)
        return ""
    joined = Joined(home=event.home, code=event.code, until=now + SPOKEN, vouched=event.vouched)
    talk.set(joined=joined, awaiting="", awaiting_for="", offered=())
    for message in _release(talk):
        carry(talk, joined, message, now)
    return ""


def _told_no(talk: Talk, event: JoinAnswered) -> None:
    if event.answer == "unknown":
        _wrong(talk, event.code)
        return
    _count(talk)
    talk.tell("joining.refused", code=event.code)
    talk.raise_to("notice")


def unanswered(talk: Talk, event: Due) -> str:
    """Nobody answered in time."""
    asked = talk.conversation.joining
    if asked is None or asked.request != event.subject:
        return "a request that's no longer made"
    talk.set(joining=None)
    post(talk, asked.home, Parted(chat=asked.home, at=talk.world.now, other=talk.conversation.address))
    talk.tell("joining.no_answer", code=asked.code)
    _hear_here(talk)
    talk.raise_to("notice")
    return ""


def _hear_here(talk: Talk) -> None:
    """What was held is heard in this lane, all but the LANJUT itself."""
    own = talk.conversation.address
    kept = _release(talk)[1:]
    if kept:
        talk.tell("joining.anew")
    known = {each.id for each in kept}
    talk.set(recent=tuple(each for each in talk.conversation.recent if each not in known))
    for message in kept:
        post(talk, own, Carried(chat=own, at=talk.world.now, by=own, message=message, marks=_marks(talk, message)))


# --- carrying ---------------------------------------------------------------------------------------------------------


def carry(talk: Talk, joined: Joined, message: Message, at: datetime) -> None:
    """Bring what was held here to the conversation this lane speaks for."""
    own = talk.conversation.address
    marks = _marks(talk, message)
    event = Carried(chat=joined.home, at=at, by=own, message=message, marks=marks, vouched=joined.vouched)
    post(talk, joined.home, event)
    moved = {f"mark:{mark}" for mark, _ in marks}
    talk.set(private={name: words for name, words in talk.conversation.private.items() if name not in moved})


def _marks(talk: Talk, message: Message) -> tuple[tuple[str, str], ...]:
    """What stands behind the marks of a message that waited here."""
    known = ((name.removeprefix("mark:"), digits) for name, digits in talk.conversation.private.items())
    return tuple((mark, digits) for mark, digits in known if "*" in mark and mark in message.text)


def post(talk: Talk, to: Address, event: Event) -> None:
    """Put something into another lane, in this decision's transaction."""
    talk.more = talk.more + Decision(posts=((to, event),))
