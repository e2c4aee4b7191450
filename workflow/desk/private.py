"""What happens in a staff member's own chat only: linking it, looking at documents, typing a citizen's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from msgspec.structs import replace

from workflow import numbers
from workflow.clocks.when import say_short_date
from workflow.conversation import Paper
from workflow.desk.posting import Rows, answered, button, post, refused
from workflow.happening import Due
from workflow.identity import shown
from workflow.message import Address, Choice, Enclosure, Message, Outbound, Press, Refers
from workflow.office import Staff
from workflow.procedure import capacity, secrecy
from workflow.procedure.case import Refused, private_of
from workflow.procedure.progress import is_voice
from workflow.procedure.rights import has_turn, is_officer
from workflow.procedure.telling import capital, name_of, sort_name
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, lines, say
from workflow.standard.standard import Standard
from workflow.world import Decision, Link, World

LINK_LASTS = timedelta(minutes=10)
VIEW_S = 600
"""How long a document stays in a private chat (design: "deleted after a while")."""
TOKEN_PREFIX = "staff-"  # noqa: S105 - how our links are told from other deep links
_MARK = "mark:"
DOCUMENTS = 20
CARDS = 20
CARD_WANTED = "card_wanted"
"""The kind of a bell that asks for a complaint's card in a private chat that was linked after the card was posted."""


_SHOWN_AS: dict[str, Literal["photo", "document", "voice"]] = {"photo": "photo", "voice": "voice", "audio": "voice"}


# --- linking ----------------------------------------------------------------------------------------------------------


def link(to: Address, person: Staff, world: World) -> Decision:
    """A one-time link for this person, shown where they asked for it; it's of no use to anybody else."""
    if not world.bot_name:
        return Decision(sends=(post(world, to, say("desk.private.link_no_name"), people=(person,)),))
    token = TOKEN_PREFIX + world.supply.token()
    url = f"https://t.me/{world.bot_name}?start={token}"
    shown = post(
        world,
        to,
        say("desk.private.link_here", name=person.name),
        people=(person,),
        choices=((Choice(label=say("desk.button.open_link"), url=url),),),
        delete_after_s=int(LINK_LASTS.total_seconds()),
    )
    return Decision(links=(Link(token=token, staff=str(person.id), until=world.now + LINK_LASTS),), sends=(shown,))


def is_link(message: Message, world: World) -> bool:
    """Whether a private message opens one of our links, valid or not."""
    return message.private and (message.start.startswith(TOKEN_PREFIX) or message.start in world.tokens)


def linked(message: Message, world: World) -> Decision:
    """The private chat is theirs from now on, if the link was made for the account that opens it."""
    owner = world.tokens.get(message.start)
    person = world.office.at_work(message.sender.id)
    if owner is None:
        return Decision(sends=(post(world, message.chat, say("desk.private.link_gone")),))
    if person is None or str(person.id) != owner:
        return Decision(sends=(post(world, message.chat, say("desk.private.link_other")),))
    text = say("desk.private.linked", name=person.name)
    waiting = [each for answer in world.found for each in answer if has_turn(person, each, world)]
    return Decision(
        posts=tuple(
            (message.chat, Due(chat=message.chat, at=world.now, timer="", kind=CARD_WANTED, subject=each.id))
            for each in waiting[:CARDS]
        ),
        linked=((str(person.id), message.chat.chat),),
        used_tokens=(message.start,),
        sends=(post(world, message.chat, text),),
    )


# --- documents --------------------------------------------------------------------------------------------------------


def send_documents(press: Press, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Files and personal data into the private chat of who may see them: stamped, not to be forwarded, soon deleted."""
    check_may_see(person, complaint, world)
    private = private_of(world, person)
    if private is None:
        return refused(press, "desk.refused.link_first") + link(press.chat, person, world)
    papers = [(n, paper) for n, paper in enumerate(complaint.papers) if paper.state == "ready"][:DOCUMENTS]
    sends = [_document(n, paper, complaint, person, private, world) for n, paper in papers]
    sends.append(_personal(complaint, person, private, world))
    entry = viewed(complaint, person, {"files": " ".join(paper.file for _, paper in papers)}, world)
    return Decision(entries=(entry,), sends=(answered(press, "desk.done.sent_private"), *sends))


def check_may_see(person: Staff, complaint: Complaint, world: World) -> None:
    """Raises `Refused` for who may not see a complaint's files and whose it is."""
    if complaint.withheld and person not in world.office.may_know(world.now):
        raise Refused("withheld.refused", roles=secrecy.roles(world.office.standard))
    if not may_see(person, complaint, world):
        raise Refused("desk.refused.not_officer")


def may_see(person: Staff, complaint: Complaint, world: World) -> bool:
    """Officers and whose turn it is; of a confidential report only those it concerns.

    Whose complaint it is that asked for secrecy, only those see whom the office trusts with confidential reports.
    """
    if complaint.withheld:
        return person in world.office.may_know(world.now)
    officer = is_officer(person, world.standard_of(complaint.standard)) and not complaint.confidential
    return officer or has_turn(person, complaint, world)


def viewed(complaint: Complaint, person: Staff, what: Mapping[str, str], world: World) -> Entry:
    """The line in the record for a look at what isn't for the group."""
    return Entry(
        complaint=complaint.id,
        at=world.now,
        act="viewed",
        by=f"staff:{person.id}",
        name=capacity.name_of(person, world.office, world.now),
        step=complaint.step,
        data=dict(what) | capacity.on_duty_data(person, world.office, world.now),
        version=complaint.version,
    )


def _document(n: int, paper: Paper, complaint: Complaint, person: Staff, to: Address, world: World) -> Outbound:
    standard = world.standard_of(complaint.standard)
    day = world.office.calendar.local_date(world.now)
    stamp = say(
        "desk.private.stamp",
        number=name_of(complaint),
        office=standard.office.name,
        date=say_short_date(day),
        name=person.name,
    )
    sort = sort_name(paper.sort) if paper.sort else say("desk.private.nameless")
    text = say("desk.private.document", number=name_of(complaint), sort=sort or paper.sort)
    settled = paper.sort and (paper.confirmed or is_voice(paper))
    sent = post(world, to, text, about=complaint, choices=() if settled else _labels(n, complaint, standard))
    return replace(
        sent,
        enclosure=Enclosure(file=paper.file, shown_as=_SHOWN_AS.get(paper.type, "document"), stamp=stamp, name=sort),
        protect=True,
        delete_after_s=VIEW_S,
        refers=Refers(role="document", complaint=complaint.id, detail=paper.file),
    )


def _labels(n: int, complaint: Complaint, standard: Standard) -> Rows:
    """What a nameless file may be: the papers that this office asks for, each with a button."""
    sorts: list[str] = []
    for asked in standard.asked():
        if asked.kind in ("document", "place_photo"):
            sorts += [*(asked.options or (asked.id,)), *asked.optional_documents]
    sorts = list(dict.fromkeys([*sorts, "supporting"]))
    buttons = [
        button(capital(sort_name(sort)), "label", complaint.code, complaint.version, f"{n}:{sort}") for sort in sorts
    ]
    return tuple((each,) for each in buttons)


def _personal(complaint: Complaint, person: Staff, to: Address, world: World) -> Outbound:
    """What the citizen gave about themselves, and the place to type name and address as on the card."""
    fields = [
        say("desk.private.personal_field", name=capital(_field(name)), text=text)
        for name, text in complaint.private.items()
        if name not in numbers.SEALED_KEYS and not name.startswith(_MARK)
    ]
    fields += _numbers(complaint)
    body = "\n".join(fields) or say("desk.private.personal_none")
    text = lines(
        say("desk.private.personal", number=name_of(complaint), fields=body),
        say("desk.prompt.identify", number=name_of(complaint)),
        say("desk.private.gone_in", minutes=VIEW_S // 60),
    )
    sent = post(world, to, text, about=complaint)
    refers = Refers(role="prompt", complaint=complaint.id, detail="identify", person=str(person.id))
    return replace(sent, protect=True, delete_after_s=VIEW_S, refers=refers)


def _numbers(complaint: Complaint) -> list[str]:
    """The numbers a complaint holds, masked as everywhere."""
    private = complaint.private
    known = {kind: private[kind] for kind in numbers.KINDS if private.get(kind)}
    said = [
        say("identity.field", what=capital(say(f"identity.{kind}")), shown=shown(digits))
        for kind, digits in known.items()
    ]
    held = {private[name] for name in numbers.SEALED_KEYS if name in private}
    others = {digits for name, digits in private.items() if name.startswith(_MARK)} - held
    return [*said, *(say("identity.other", shown=shown(each)) for each in sorted(others))]


def _field(name: str) -> str:
    try:
        return say(f"desk.private.{name}")
    except UnknownWords:
        return sort_name(name)
