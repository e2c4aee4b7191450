"""What a citizen asks about their own data: taken down, put before those who may answer, and never forgotten.

The law gives 3 x 24 hours (UU 27/2022, Pasal 30, 32, 40, 41); the office's number is `data_request_hours`. They are
hours of the calendar: no holiday stops them. Nothing personal enters the group: the card names the wish, the
reports by number and the hour; the words are read in a private chat. What concerns a confidential or withheld report
goes only to those who may know of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from workflow.clocks.when import say_moment
from workflow.conversation import Conversation
from workflow.desk.cards import paired
from workflow.desk.posting import Rows, button, edited, names, post, trusted
from workflow.happening import Due, Event
from workflow.heard import intent
from workflow.message import Address, Outbound, Refers
from workflow.office import Staff
from workflow.privacy import notice
from workflow.privacy.asked import DataRequest, Wish
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import name_of
from workflow.record import Complaint
from workflow.say import lines, listing, say
from workflow.world import Decision, Needs, Timer, World

BUTTON = "dreq"
ROLE = "data_request"
"""What a reply to a question of ours about a request is about; its detail is "act:id"."""
BELL = "request_"
HALF, LAST, END = "half", "last", "due"
BELLS = frozenset(f"{BELL}{name}" for name in (HALF, LAST, END))
BEFORE_END = timedelta(hours=12)
OPEN = "data_requests"
"""`Conversation.extra`: the open requests of this talk, as "wish id moment" with blanks between them."""
ACTS = ("copy", "correct", "erase", "restrict", "refuse")

_WISHES: tuple[Wish, ...] = ("erase", "correct", "restrict", "copy")
_MAY = ("secretary", "head")


def wish_of(text: str) -> Wish:
    """What is wished, by the words; "other" where they don't say."""
    return next((each for each in _WISHES if intent.says(text, f"data_{each}")), "other")


def shown(request: DataRequest) -> str:
    """The request as people know it."""
    return f"DP-{request.id}"


def due_words(request: DataRequest, world: World) -> str:
    """By when it's to be answered."""
    return say_moment(request.due_at, world.office.calendar.zone)


# --- taken down -------------------------------------------------------------------------------------------------------


def known(conversation: Conversation, wish: Wish, now: datetime) -> tuple[str, datetime] | None:
    """The open request of this talk for the same, with its end; None where there's none."""
    for each in conversation.extra.get(OPEN, "").split():
        kind, name, end = each.split("/")
        if kind == wish and (at := datetime.fromisoformat(end)) > now:
            return name, at
    return None


def taken(
    text: str, wish: Wish, conversation: Conversation, complaints: tuple[Complaint, ...], world: World
) -> tuple[DataRequest, Conversation, Decision]:
    """A new request: it as kept, the talk that knows of it, and the card, the bells and the record."""
    asked_at = world.moment
    request = DataRequest(
        id=world.supply.code(),
        office=world.office.id,
        lane=conversation.address,
        asked_at=asked_at,
        due_at=asked_at + timedelta(hours=world.office.standard.escalation.data_request_hours),
        wish=wish,
        words=text,
        complaints=tuple(each.id for each in complaints),
        secret=any(each.confidential or each.withheld for each in complaints)
        or (conversation.draft is not None and (conversation.draft.confidential or conversation.draft.withheld)),
    )
    mark = f"{wish}/{request.id}/{request.due_at.isoformat()}"
    listed = " ".join([*conversation.extra.get(OPEN, "").split(), mark])
    conversation = replace(conversation, extra={**conversation.extra, OPEN: listed})
    done = Decision(requests=(request,), timers=_bells(request, world), sends=_cards(request, world))
    return request, conversation, done


def settled(conversation: Conversation, request: DataRequest) -> Conversation:
    """The talk that waits for this request no more."""
    left = [each for each in conversation.extra.get(OPEN, "").split() if each.split("/")[1] != request.id]
    extra = {name: value for name, value in conversation.extra.items() if name != OPEN}
    return replace(conversation, extra=extra | ({OPEN: " ".join(left)} if left else {}))


# --- who may, and where -----------------------------------------------------------------------------------------------


def may_answer(person: Staff, request: DataRequest, world: World) -> bool:
    """Officers, the secretary and the head; of a secret one those who may know of such reports."""
    if request.secret:
        return person in trusted(world)
    standard = world.office.standard
    heads = (role for kind in _MAY for role in standard.roles_of(kind))
    return is_officer(person, standard) or any(person in world.office.with_role_at(role, world.now) for role in heads)


def rooms(request: DataRequest, world: World) -> tuple[Address, ...]:
    """Where it's spoken of: the group; a secret one only in private chats."""
    if request.secret:
        return tuple(address for person in trusted(world) if (address := private_of(world, person)))
    desk = desk_of(world)
    return (desk,) if desk else ()


# --- the card ---------------------------------------------------------------------------------------------------------


def key(request: DataRequest) -> str:
    """Our name for its card."""
    return f"{BUTTON}:{request.id}"


def _cards(request: DataRequest, world: World) -> tuple[Outbound, ...]:
    text, to = card_text(request, world), rooms(request, world)
    if not to and (desk := desk_of(world)) is not None:  # secret, and none of those who may know can be reached
        text = say("privacy.desk.secret", names=names(trusted(world)))
        linking = ((button(say("desk.button.link"), "link"),),)
        return (post(world, desk, text, people=trusted(world), choices=linking, loud=True),)
    return tuple(post(world, each, text, choices=buttons(request), key=key(request)) for each in to)


def card_text(request: DataRequest, world: World) -> str:
    """What is wished, about which reports and until when; not a word of the citizen's."""
    mine = [world.complaints[each] for each in request.complaints if each in world.complaints]
    about = say("privacy.desk.about", numbers=listing([name_of(each) for each in mine])) if mine else ""
    return lines(
        say("privacy.desk.card", request=shown(request), wish=say(f"privacy.wish.{request.wish}")),
        about,
        say("privacy.desk.until", due=due_words(request, world), time=notice.within(world.office.standard)),
    )


def buttons(request: DataRequest) -> Rows:
    """What may be done; what was asked for comes first."""
    acts = sorted(ACTS, key=lambda act: act != request.wish)
    first, *others = (button(say(f"privacy.button.{act}"), BUTTON, request.id, 0, act) for act in ("read", *acts))
    return (first,), *paired(others)


def repaired(request: DataRequest, world: World, text: str, rows: Rows = ()) -> tuple[Outbound, ...]:
    """The card as it reads from now on, wherever it stands."""
    return tuple(edited(to, key(request), text, rows) for to in rooms(request, world))


# --- time -------------------------------------------------------------------------------------------------------------


def _bells(request: DataRequest, world: World) -> tuple[Timer, ...]:
    """At half time, twelve hours before the end, and at the end; what would come before an earlier one is left out."""
    half = request.asked_at + (request.due_at - request.asked_at) / 2
    lane = desk_of(world) or request.lane
    at = {HALF: half, LAST: max(half, request.due_at - BEFORE_END), END: request.due_at}
    rule = f"{world.office.standard.escalation.data_request_hours} hours from {request.asked_at.isoformat()}"
    return tuple(
        Timer(
            key=f"{BELL}{name}:{request.id}",
            lane=lane,
            due_at=moment,
            kind=f"{BELL}{name}",
            subject=request.id,
            rule=rule,
            standard=world.office.standard.version,
        )
        for name, moment in at.items()
        if name != LAST or moment > half
    )


def silenced(request: DataRequest) -> tuple[str, ...]:
    """The keys of its bells."""
    return tuple(f"{BELL}{name}:{request.id}" for name in (HALF, LAST, END))


def concerns(event: Event) -> bool:
    """Whether it's a bell of a request."""
    return isinstance(event, Due) and event.kind in BELLS


def needs(event: Due) -> Needs:
    """The request the bell is about."""
    return Needs(requests=(event.subject,))


def rang(event: Due, world: World) -> Decision:
    """It isn't answered yet: a new message says so; at the end it goes to those who are told of lateness."""
    request, name = world.requests.get(event.subject), event.kind.removeprefix(BELL)
    if request is None or request.closed_at is not None or name in request.told:
        return Decision(ignored="a bell of a request that's answered")
    fields = {
        "request": shown(request),
        "wish": say(f"privacy.wish.{request.wish}"),
        "due": due_words(request, world),
    }
    people = _late_people(request, world) if name == END else _answerers(request, world)
    text = say(f"privacy.desk.{name}", names=names(people), **fields)
    told = replace(request, told=(*request.told, name))
    more: dict[str, Any] = {"choices": buttons(request), "key": key(request), "refers": Refers(role="list")}
    to = list(rooms(request, world))
    if name == END and not request.secret:
        to += [address for person in people if (address := private_of(world, person)) and address not in to]
    return Decision(
        requests=(told,),
        sends=tuple(post(world, each, text, people=people, loud=name == END, **more) for each in to),
    )


def _answerers(request: DataRequest, world: World) -> tuple[Staff, ...]:
    if request.secret:
        return trusted(world)
    return tuple(person for person in world.office.staff if is_officer(person, world.office.standard))


def _late_people(request: DataRequest, world: World) -> tuple[Staff, ...]:
    """Who is told of lateness; of a secret request only those of them who may know."""
    roles = world.office.standard.escalation.overdue
    found = dict.fromkeys(person for role in roles for person in world.office.with_role_at(role, world.now))
    known_to = trusted(world)
    people = tuple(each for each in found if not request.secret or each in known_to)
    return people or _answerers(request, world)
