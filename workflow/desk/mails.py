"""The whole text of a citizen's mails, on request: in a private chat, soon deleted, each look recorded."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.clocks.when import say_moment
from workflow.desk.posting import post
from workflow.desk.private import VIEW_S, check_may_see, link, may_see, viewed
from workflow.happening import Due
from workflow.message import Address, Refers
from workflow.office import Staff
from workflow.procedure.case import Refused, private_of
from workflow.procedure.telling import name_of
from workflow.procedure.wholes import MAIL, MAILS
from workflow.record import Complaint, Entry
from workflow.say import lines, say
from workflow.world import Decision, World

WANTED = "mails_wanted"
"""The kind of a bell that asks for a complaint's mails in a private chat: its record has to be loaded for them."""
NEWEST = 10


def wanted(at: Address, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Somebody asks for them at `at`. Raises `Refused` where they may not see them, or there are none."""
    check_may_see(person, complaint, world)
    if MAILS not in complaint.extra:
        raise Refused("desk.mails.none")
    private = private_of(world, person)
    if private is None:
        return link(at, person, world)
    bell = Due(chat=private, at=world.now, timer="", kind=WANTED, subject=complaint.id)
    return Decision(posts=((private, bell),))


def shown(event: Due, complaint: Complaint, world: World) -> Decision:
    """The mails, newest last, and a line in the record for the look at them."""
    person = next((each for each in world.office.staff if private_of(world, each) == event.chat), None)
    if person is None or not may_see(person, complaint, world):
        return Decision(ignored="nobody here who may see the mails")
    mails = [entry for entry in world.histories.get(complaint.id, ()) if entry.act == MAIL][-NEWEST:]
    zone = world.office.calendar.zone
    sends = []
    for mail in mails:
        head = say("desk.mails.head", number=name_of(complaint), moment=say_moment(mail.at, zone))
        sent = post(world, event.chat, lines(head, mail.text), about=complaint)
        refers, key = Refers(role="document", complaint=complaint.id), _key(complaint, mail, world)
        sends.append(replace(sent, protect=True, delete_after_s=VIEW_S, refers=refers, key=key))
    entry = viewed(complaint, person, {"mails": str(len(mails))}, world)
    return Decision(entries=(entry,), sends=tuple(sends))


def _key(complaint: Complaint, mail: Entry, world: World) -> str:
    """Our name for one look at one mail, by which it's deleted again."""
    return f"mail:{complaint.id}:{mail.data.get('message', '')}:{world.supply.id()}"
