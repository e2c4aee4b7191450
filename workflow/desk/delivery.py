"""What became of our messages: marks on replies, cards and the record; who is told when one doesn't get through.

Signed isn't sent, sent isn't delivered. News may come in any order and more than once; a mark only ever moves on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from workflow.conversation import Conversation, Knock
from workflow.desk import knocking, more
from workflow.desk.buttons import held_key, stop_button
from workflow.desk.knocking import KNOCK, REMIND, REQUEST, SAY, SMS
from workflow.desk.posting import Rows, button, edited, post, rooms
from workflow.happening import Delivery
from workflow.message import Address, Outbound, Refers
from workflow.office import DESK_CHANNEL
from workflow.procedure.case import desk_of
from workflow.procedure.reach import ANSWER_KEY, HELD, OUT, OUT_AT, WHY
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import name_of, shortened
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, channel_name, lines, listing, say
from workflow.world import Decision, World

MARKS = 40
"""Of so many messages of one talk it's remembered what became of them."""
WHY_CHARACTERS = 120

_RANKS = {"uncertain": 1, "accepted": 1, "held": 1, "sent": 2, "failed": 3, "cancelled": 3, "delivered": 4, "read": 5}
_WATCHED = ("answer", "enclosure", SAY, REMIND, KNOCK, SMS, REQUEST)
_ALWAYS = ("answer", "receipt", "question", "knock")
_OWN = (SAY, REMIND, KNOCK, SMS, REQUEST)


def concerns(event: Delivery) -> bool:
    """Whether the news is about a complaint, or about a message that somebody waits for."""
    return bool(event.about) or event.key.partition(":")[0] in _OWN


def delivered(event: Delivery, world: World) -> Decision:
    """One piece of news: the marks, the record, the request to write again, and the alarm where nothing got through."""
    if event.chat == desk_of(world):
        return Decision(ignored="delivery news of the desk's own messages")
    if (home := knocking.home_of(event)) is not None:
        return Decision(posts=((home, replace(event, chat=home)),))
    complaint = world.complaints.get(event.about)
    word = event.key.partition(":")[0]
    if complaint is None and word not in _OWN:
        return Decision(ignored="delivery news of no complaint")
    before = world.conversation or Conversation(address=event.chat)
    if not _is_news(before, event):
        return Decision(ignored="older than what is known of that message")
    after = _remembered(before, event)
    after, asked = knocking.after(event, complaint, after, world)
    decision = Decision(sends=(*_replies(event, before.knock, after.knock, world), *asked.sends), cancels=asked.cancels)
    changed = _complaints(event, complaint, after.knock, world)
    about = next((each for each in changed if each.id == event.about), complaint)
    if about is not None and (word == SAY or event.kind in _ALWAYS or event.state in ("failed", "uncertain", "held")):
        decision += Decision(entries=(_news(about, event, world),))
    if event.state == "failed" and word not in (SAY, KNOCK, SMS) and complaint is not None:
        decision += Decision(sends=_failed(event, about or complaint, world))
    if _nobody_knows(before.knock, after.knock) and after.knock is not None:
        decision += Decision(sends=_unasked(event, after.knock, world))
    if after != before:
        decision += Decision(conversation=replace(after, version=before.version + 1))
    return decision + Decision(complaints=changed)


# --- what is remembered -----------------------------------------------------------------------------------------------


def _is_news(conversation: Conversation, event: Delivery) -> bool:
    """A late `sent` after a `read` is none, nor is a second `failed`. What waits may go back and forth: by its time."""
    state, _, at = conversation.marks.get(event.key, "").partition(" ")
    if not state:
        return True
    before, now = _RANKS[state], _RANKS[event.state]
    if before == now == _RANKS["held"]:
        return state != event.state and event.at >= datetime.fromisoformat(at)
    return now > before


def _remembered(conversation: Conversation, event: Delivery) -> Conversation:
    """The talk with this news in it; of ordinary messages only trouble is remembered, and what follows it."""
    if event.state == "failed":
        conversation = replace(conversation, bounced=True)
    elif event.state in ("delivered", "read") and conversation.bounced:
        conversation = replace(conversation, bounced=False)
    key = event.key
    trouble = event.state in ("held", "failed", "uncertain")
    if not key or not (trouble or key in conversation.marks or key.partition(":")[0] in _WATCHED):
        return conversation
    kept = [(name, mark) for name, mark in conversation.marks.items() if name != key][1 - MARKS :]
    return replace(conversation, marks=dict([*kept, (key, f"{event.state} {event.at.isoformat()}")]))


def _complaints(event: Delivery, about: Complaint | None, after: Knock | None, world: World) -> tuple[Complaint, ...]:
    """The complaints whose card reads otherwise now: the one it's about, and all that wait with it."""
    changed = []
    for complaint in {each.id: each for each in (*world.complaints.values(), *((about,) if about else ()))}.values():
        changes: dict[str, Any] = {}
        extra = dict(complaint.extra)
        if about is not None and complaint.id == about.id:
            changes = _answer(complaint, event, extra)
            _message(event, extra)
        waits = extra.get(HELD) or changes.get("delivery", complaint.delivery) == "held"
        if waits and after is not None and (complaint.citizen == event.chat or complaint is about):
            extra["knock"] = after.state
        if extra != complaint.extra:
            changes["extra"] = extra
        if changes:
            changed.append(replace(complaint, version=complaint.version + 1, **changes))
    return tuple(changed)


def _answer(complaint: Complaint, event: Delivery, extra: dict[str, str]) -> dict[str, Any]:
    """The mark of the office's answer; an earlier answer's late news changes nothing."""
    current = extra.get(ANSWER_KEY, event.key) == event.key
    if event.key.partition(":")[0] != "answer" or complaint.answered_at is None or not current:
        return {}
    if event.state in OUT and OUT_AT not in extra:
        extra[OUT_AT] = event.at.isoformat()
    if event.state == "failed":
        extra[WHY] = why(event)
    return {"delivery": event.state} if complaint.delivery != event.state else {}


def _message(event: Delivery, extra: dict[str, str]) -> None:
    """Which messages beside the answer wait until the citizen writes again."""
    if event.key.partition(":")[0] in ("answer", *_OWN):
        return
    held = [key for key in extra.get(HELD, "").split() if key != event.key]
    if event.state == "held":
        held.append(event.key)
    extra.pop(HELD, None)
    if held:
        extra[HELD] = " ".join(held[-MARKS:])


def _news(complaint: Complaint, event: Delivery, world: World) -> Entry:
    return Entry(
        complaint=complaint.id,
        at=world.now,
        act="delivery",
        by="system",
        step=complaint.step,
        data={"key": event.key, "state": event.state, "kind": event.kind}
        | ({"reason": event.reason} if event.reason else {}),
        version=complaint.version,
    )


# --- what the desk sees -----------------------------------------------------------------------------------------------


def _replies(event: Delivery, before: Knock | None, after: Knock | None, world: World) -> list[Outbound]:
    """The visible mark under a reply of the staff, and under all that wait for the same answer."""
    shown = []
    if event.key.startswith(f"{SAY}:") and event.state != "cancelled":
        shown.append(_mark(event.key, _mark_words(event, after, world), event, world))
    if after is not None and before is not None and after.state != before.state:
        others = [key for key in after.held if key.startswith(f"{SAY}:") and key != event.key]
        words = lines(say("desk.delivery.say_held", how=how_held(after.state, event.chat, world)))
        shown += [_mark(key, words, replace(event, state="held"), world) for key in others]
    return shown


def _mark(key: str, words: str, event: Delivery, world: World) -> Outbound:
    """What a reply's mark says from now on; while it waits it can still be stopped."""
    chat, _, message = key.removeprefix(f"{SAY}:").rpartition(":")
    to = Address(world.office.id, DESK_CHANNEL, chat)
    choices = ((stop_button(message),),) if event.state == "held" else ()
    return edited(to, held_key("held", chat, message), words, choices)


def _mark_words(event: Delivery, knock: Knock | None, world: World) -> str:
    if event.state == "held":
        how = how_held(knock.state if knock else "asking", event.chat, world)
        return say("desk.delivery.say_held", how=how)
    said = say(f"desk.delivery.say_{event.state}", channel=channel_name(event.chat.channel), why=why(event))
    return lines(said, next_step("", event.chat, world) if event.state == "failed" else "")


def how_held(state: str, chat: Address, world: World) -> str:
    """Why a message waits and whether the citizen knows: "24 jam lewat; warga sudah diminta membalas OK"."""
    return say(f"desk.held.{state}", hours=world.limits_at(chat).window_h)


def why(event: Delivery) -> str:
    """Why a message didn't get through, in the staff's language; in the provider's where nothing else is known."""
    try:
        return say(f"desk.why.{event.fact}")
    except UnknownWords:
        return shortened(event.reason, WHY_CHARACTERS) or say("desk.why.unknown")


def next_step(code: str, chat: Address, world: World) -> str:
    """What the staff can do now: telephone, paper, and the channels on which the citizen can go on."""
    others = [f"{channel_name(way.channel)} {way.reach}" for way in world.ways if way.channel != chat.channel]
    if not others or not code:
        return say("desk.delivery.next")
    return say("desk.delivery.next_ways", ways=listing(others), code=code)


def _failed(event: Delivery, complaint: Complaint, world: World) -> tuple[Outbound, ...]:
    key = "answer_failed" if event.kind == "answer" else "failed"
    text = say(
        f"desk.delivery.{key}",
        number=name_of(complaint),
        channel=channel_name(event.chat.channel),
        why=why(event),
        next=next_step(complaint.code, event.chat, world),
    )
    row = next(each for each in more.MORE if each.act == more.BY_HAND)
    choices: Rows = ()
    if event.kind == "answer" and row.fits(complaint, None, world):
        choices = ((button(say(row.label), row.act, complaint.code, complaint.version),),)
    return _alarm(text, complaint, world, choices)


def _nobody_knows(before: Knock | None, after: Knock | None) -> bool:
    """Whether it was just learned that the citizen can't be told that something waits."""
    return after is not None and after.state == "unasked" and (before is None or before.state != "unasked")


def _unasked(event: Delivery, knock: Knock, world: World) -> tuple[Outbound, ...]:
    complaint = world.complaints.get(knock.about)
    text = say(
        "desk.delivery.unasked",
        number=knock.name,
        hours=world.limits_at(event.chat).window_h,
        why=why(event),
        next=next_step(complaint.code if complaint else "", event.chat, world),
    )
    return _alarm(text, complaint, world)


def _alarm(text: str, complaint: Complaint | None, world: World, choices: Rows = ()) -> tuple[Outbound, ...]:
    """A new message, since an edited card notifies nobody; the officers are named in it."""
    standard = world.standard_of(complaint.standard) if complaint else world.office.standard
    confidential = complaint is not None and complaint.confidential
    officers = [] if confidential else [person for person in world.office.staff if is_officer(person, standard)]
    refers = Refers(role="handover")
    if complaint is not None:
        refers = Refers(role="handover", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    to = rooms(complaint, world)
    about = complaint
    return tuple(post(world, each, text, about=about, people=officers, refers=refers, choices=choices) for each in to)
