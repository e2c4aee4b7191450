"""The request to write again: where free words may go only for a while after the citizen's last, an answer waits.

One request goes out for each stretch of silence, and once more if an answer waits where it spoke of mere news. When
they write, what waits follows by itself (the shell lets it go), and the stretch is over.
"""

from __future__ import annotations

from msgspec.structs import replace

from workflow.conversation import Conversation, Knock
from workflow.happening import Delivery
from workflow.heard import hearing
from workflow.message import Address, Message, Outbound, Press, address_of
from workflow.procedure.telling import name_of
from workflow.record import Complaint
from workflow.say import channel_name, say
from workflow.world import Decision, World

SAY, REMIND, KNOCK, SMS = "say", "remind", "knock", "sms"
"""How the keys of staff's replies, reminders, requests to write again and their stand-ins by SMS begin."""
REQUEST = "dreq"
"""How the keys of answers to what a citizen asked about their own data begin."""

_WEIGHT = ("reminder", "status_update", "answer_waiting")
_IN_A_LANE = 2  # colons in a lane's name
_LEFT = ("accepted", "sent", "delivered", "read", "uncertain")


# --- news -------------------------------------------------------------------------------------------------------------


def home_of(event: Delivery) -> Address | None:
    """For news of a stand-in sent to another address: the address whose messages wait."""
    word, _, rest = event.key.partition(":")
    lane = rest.partition(":")[2] if word == SMS else ""
    return address_of(lane) if lane.count(":") >= _IN_A_LANE and lane != event.chat.lane else None


def after(
    event: Delivery, complaint: Complaint | None, conversation: Conversation, world: World
) -> tuple[Conversation, Decision]:
    """The talk after this news, and what is sent or stopped because of it."""
    word, knock = event.key.partition(":")[0], conversation.knock
    if word in (KNOCK, SMS):
        return _answered_for(event, conversation, world)
    if event.state == "held":
        return _waits(event, complaint, conversation, world)
    if knock is None or event.key not in knock.held:
        return conversation, Decision()
    held = tuple(key for key in knock.held if key != event.key)
    if held or knock.left:
        return replace(conversation, knock=replace(knock, held=held)), Decision()
    return replace(conversation, knock=None), Decision(cancels=(knock.key,))  # nothing waits, and nobody was asked yet


def _waits(
    event: Delivery, complaint: Complaint | None, conversation: Conversation, world: World
) -> tuple[Conversation, Decision]:
    """A message waits: the citizen is asked to write, unless they were, or wrote since it was held back."""
    if conversation.heard_at is not None and conversation.heard_at >= event.at:
        return conversation, Decision()
    if conversation.joined is not None:
        return conversation, Decision()  # a lane that speaks for another one: its words are answered over there
    template, knock = _template(event), conversation.knock
    if knock is not None and _WEIGHT.index(knock.template) >= _WEIGHT.index(template):
        held = tuple(dict.fromkeys((*knock.held, event.key)))
        return replace(conversation, knock=replace(knock, held=held)), Decision()
    fresh = Knock(
        key=f"{KNOCK}:{world.supply.id()}",
        at=world.now,
        template=template,
        name=_name(complaint, conversation),
        about=complaint.id if complaint else "",
        held=(*(knock.held if knock else ()), event.key),
        left=knock is not None and knock.left,
    )
    asks = Outbound(
        to=event.chat,
        kind="knock",
        template=template,
        words=(fresh.name,),
        text=say(f"knock.{template}", name=fresh.name),
        key=fresh.key,
        replaces=KNOCK,
        about=fresh.about or event.chat.lane,
        label=fresh.name if complaint else "",
        not_before=world.office.quiet_until(world.now),
        priority=1,
    )
    return replace(conversation, knock=fresh), Decision(sends=(asks,))


def _template(event: Delivery) -> str:
    word = event.key.partition(":")[0]
    if word == REMIND:
        return "reminder"
    return "answer_waiting" if word == SAY or event.kind == "answer" else "status_update"


def _name(complaint: Complaint | None, conversation: Conversation) -> str:
    """What it's about, as it stands after "laporan"."""
    if complaint is not None:
        return name_of(complaint)
    draft = conversation.draft
    return say("telling.unnumbered", code=draft.code) if draft else say("knock.yours")


def _answered_for(event: Delivery, conversation: Conversation, world: World) -> tuple[Conversation, Decision]:
    """What became of the request itself; where it couldn't go, a text message says so if the office allows that."""
    knock = conversation.knock
    name = event.key.split(":")[1] if ":" in event.key else ""
    if knock is None or knock.key != f"{KNOCK}:{name}":
        return conversation, Decision()
    by_sms = event.key.startswith(f"{SMS}:")
    if event.state == "failed":
        sms = None if by_sms else _stand_in(event.chat, knock, world)
        state = "by_sms" if sms else "unasked"
        return replace(conversation, knock=replace(knock, state=state)), Decision(sends=(sms,) if sms else ())
    if by_sms:
        return replace(conversation, knock=replace(knock, left=True)), Decision()
    asked = event.state in ("sent", "delivered", "read")
    left = knock.left or event.state in _LEFT
    state = "asked" if asked and knock.state == "asking" else knock.state
    return replace(conversation, knock=replace(knock, state=state, left=left)), Decision()


def _stand_in(chat: Address, knock: Knock, world: World) -> Outbound | None:
    """A text message to the same number, where the office lets a channel stand in for this one."""
    way = next((each for each in world.ways if each.limits.stands_in_for == chat.channel), None)
    if way is None or not (chat.chat.startswith("+") and chat.chat[1:].isdecimal()):
        return None
    return Outbound(
        to=Address(chat.office, way.channel, chat.chat),
        kind="notice",
        text=say("knock.stand_in", name=knock.name, channel=channel_name(chat.channel)),
        key=f"{SMS}:{knock.key.removeprefix(f'{KNOCK}:')}:{chat.lane}",
        about=knock.about or chat.lane,
        not_before=world.office.quiet_until(world.now),
        priority=1,
    )


# --- they write again -------------------------------------------------------------------------------------------------


def is_answer(event: Message | Press, knock: Knock) -> bool:
    """Whether it's nothing but the answer to the request: OK, YA, BACA, BUKA, or the template's own button."""
    if not knock.left:
        return False
    if isinstance(event, Press):
        return not event.data.startswith(("c:", "d:"))
    beside = event.attachments or event.location or event.contact or event.unsupported or event.edited
    return not beside and bool(hearing.means(event.text, "read_on"))
