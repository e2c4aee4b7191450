"""The books at the desk: /register and /rekap, and the recap that comes by itself on a month's first working day."""

from __future__ import annotations

import msgspec

from workflow.books import period as periods
from workflow.books.period import Period
from workflow.desk.posting import post, said_back
from workflow.happening import Due, Event, FileFailed, FileReady
from workflow.message import Address, Enclosure, Message, Outbound
from workflow.office import Staff
from workflow.procedure.case import desk_of
from workflow.say import say
from workflow.world import PRESS, Decision, Fetch, Needs, Timer, World

MONTHLY = "monthly_recap"
MAY_ASK = frozenset({"officer", "secretary", "head"})
"""The kinds of roles that may have the books."""
_MARK = ".book-"


def concerns(event: Event) -> bool:
    """Whether it's the bell of a monthly recap, or news of a book that was drawn."""
    if isinstance(event, Due):
        return event.kind == MONTHLY
    return isinstance(event, FileReady | FileFailed) and _MARK in event.file


def needs(_: Event) -> Needs:
    """Nothing: the press reads the store itself."""
    return Needs()


def handle(event: Event, world: World) -> Decision:
    """What becomes of it."""
    if isinstance(event, Due):
        return _monthly(world)
    if isinstance(event, FileFailed):
        return Decision(sends=(post(world, event.chat, say("books.desk.failed")),))
    return Decision(ignored="a book was drawn")


# --- asked for --------------------------------------------------------------------------------------------------------


def register(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/register [month|year]`: the names are in it in a private chat alone; a year comes as a workbook."""
    period = _period(message, words, person, world)
    if isinstance(period, Decision):
        return period
    names = message.private
    name = world.office.standard.prints.labels.get("buku_register") or say("books.name.register")
    text = say("books.desk.register", name=name[:1].upper() + name[1:], period=period.words())
    notes = [] if names else [say("books.desk.names_in_private")]
    is_short = (period.last - period.first).days <= periods.MONTH_DAYS
    shapes = ("pdf", "xlsx") if is_short else ("xlsx",)
    return _drawn("register", shapes, period, message.chat, "\n".join([text, *notes]), world, names=names)


def recap(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/rekap [month|year]`: the picture and the workbook."""
    period = _period(message, words, person, world)
    if isinstance(period, Decision):
        return period
    return _drawn("recap", ("png", "xlsx"), period, message.chat, say("books.desk.recap", period=period.words()), world)


def _period(message: Message, words: str, person: Staff, world: World) -> Period | Decision:
    """What's asked for, or why it isn't given."""
    if not may_ask(person, world):
        return said_back(world, message.chat, message.id, "books.desk.not_yours")
    today = world.office.calendar.local_date(world.now)
    period = periods.read(words, today)
    if period is None:
        return said_back(world, message.chat, message.id, "books.desk.period_how")
    if period.first > today:
        return said_back(world, message.chat, message.id, "books.desk.future", period=period.words())
    return period


def may_ask(person: Staff, world: World) -> bool:
    """Whether the books are for this person, by a role they hold or stand in for."""
    standard = world.office.standard
    roles = (role for kind in MAY_ASK for role in standard.roles_of(kind))
    return any(person.id == each.id for role in roles for each in world.office.with_role_at(role, world.now))


# --- by itself --------------------------------------------------------------------------------------------------------


def recap_timer(world: World) -> tuple[Timer, ...]:
    """The bell of the next recap: at the opening of a month's first working day; () for an office without a desk."""
    desk, calendar = desk_of(world), world.office.calendar
    if desk is None:
        return ()
    first = calendar.local_date(world.now).replace(day=1)
    opens = calendar.opening(next(calendar.working_days_from(first)))
    if opens <= world.now:
        first = periods.month(first.year, first.month).following
        opens = calendar.opening(next(calendar.working_days_from(first)))
    subject = periods.month_before(first).slug()
    return (Timer(key=f"recap:{world.office.id}:{subject}", lane=desk, due_at=opens, kind=MONTHLY, subject=subject),)


def _monthly(world: World) -> Decision:
    """The month that's over, once. Of several that went by unseen the last one is told; the others can be asked for."""
    desk, following = desk_of(world), Decision(timers=recap_timer(world))
    if desk is None:
        return following
    period = periods.month_before(world.office.calendar.local_date(world.now))
    text = say("books.desk.recap_first", period=period.words())
    return following + _drawn("recap", ("png", "xlsx"), period, desk, text, world)


def _drawn(
    book: str, shapes: tuple[str, ...], period: Period, to: Address, text: str, world: World, *, names: bool = False
) -> Decision:
    """Ask the press for each shape of a book; the messages that enclose them leave as soon as they're drawn."""
    fetches: list[Fetch] = []
    sends: list[Outbound] = []
    for index, shape in enumerate(shapes):
        file = f"{world.supply.id()}{_MARK}{book}"
        wanted = {
            "book": book,
            "office": world.office.id,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "shape": shape,
            "names": names,
        }
        fetches.append(
            Fetch(file=file, lane=to, ref=msgspec.json.encode(wanted).decode(), kind="document", source=PRESS)
        )
        enclosure = Enclosure(
            file=file,
            shown_as="photo" if shape == "png" else "document",
            name=say(f"books.desk.file_{book}", period=period.slug()),
        )
        message = post(world, to, text if index == 0 else "", enclosure=enclosure, protect=names)
        sends.append(message)
    return Decision(fetches=tuple(fetches), sends=tuple(sends))
