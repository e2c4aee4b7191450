"""Who reports a bribe, and the private chats in which such a report is worked on: the group never reads a word of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.citizens import Citizen
from tests.simulation.desk import Desk
from tests.simulation.names import name
from tests.simulation.provider import CHANNEL, Shown
from tests.simulation.reading import has
from workflow.message import Address, Message, Sender
from workflow.office import Staff
from workflow.record import Complaint
from workflow.say import say

if TYPE_CHECKING:
    from tests.simulation.invariants import Seen

BRIBES = (
    "saya dimintai uang 200 ribu oleh oknum di loket waktu mengurus KTP di dekat {name}",
    "ada pungli di loket 2, oknum minta uang pelicin 100 ribu, saksinya Pak {name}",
)
DETAILS = "kemarin jam 10, ada tetangga saya {name} yang melihat"
EVERY, AT = 13, 7
"""Of the citizens that walk all the way every 13th reports a bribe, if they write where it can be asked about."""
ON = ("telegram", "whatsapp")


class Whistleblower(Citizen):
    """Somebody who reports a bribe. Nobody asks who they are."""

    def __post_init__(self) -> None:
        """No papers and no name."""
        super().__post_init__()
        self.story = self.random.choice(BRIBES).format(name=name(self.world.next_name()))
        self.more = [DETAILS.format(name=name(self.world.next_name()))]
        self.in_pieces = self.brings_album = self.brings_early = self.pins = self.corrects = False
        self.has = {}

    def _reply(self, question: str, shown: Shown) -> bool:
        if question != "confidential.details":
            return super()._reply(question, shown)
        if self.more and self.random.random() < 0.6:
            self.tellings.append(self.more.pop())
            self.say(self.tellings[-1])
        else:
            self.more = []
            self.choose(shown, say("choice.enough"), "cukup")
        return True


class Room(Desk):
    """The private chat of one of the staff, where only what nobody else may read is worked on."""

    def __init__(self, desk: Desk, person: Staff) -> None:
        super().__init__(desk.world, desk.office, desk.provider, desk.random)
        self.desk, self.person, self.is_private, self.is_linked = desk, person, True, False
        for shared in ("private", "notes", "answers", "to_citizens", "returned", "asked", "codes", "handed", "plans",
                       "authors", "approvals", "old_presses", "takes_back_of", "taken_back", "takes_back", "numbers",
                       "dues", "refused", "pressed"):  # fmt: skip
            setattr(self, shared, getattr(desk, shared))

    @property
    def address(self) -> Address:
        """Their chat with the bot."""
        return Address(self.office.id, CHANNEL, str(self.person.id))

    def open(self, start: str) -> None:
        """They open the link in their own account."""
        self.provider.tell(
            Message(
                chat=self.address,
                id=self.provider.next_id(),
                sender=Sender(id=str(self.person.id), name=self.person.name),
                at=self.world.agenda.now,
                start=start,
            )
        )

    def notices(self, shown: Shown) -> None:
        """What's confidential is worked on here; everything else they read, and do in the group."""
        if has(shown.text, "desk.private.linked"):
            self.is_linked = True
        elif has(shown.text, "desk.private.link_gone") and not self.is_linked:
            invited = [each for each in self.desk.shown if has(each.text, "desk.post.confidential")]
            self.desk.ask_link(self.person, invited[-1])
        elif self.is_confidential(shown):
            super().notices(shown)

    def is_confidential(self, shown: Shown) -> bool:
        """Whether it's about a report that was shown here as one of that kind."""
        refers = shown.message.refers
        about = refers.complaint if refers is not None else ""
        marked = (each for each in self.shown if each.message.refers and each.message.refers.complaint == about)
        return bool(about) and any(has(each.text, "desk.card.confidential") for each in marked)

    def chat(self) -> None:
        """Nobody is there to talk to."""

    def _named(self, shown: Shown) -> list[Staff]:
        return [each for each in super()._named(shown) if each == self.person]

    def _person(self, staff_id: str) -> Staff:
        return self.person  # whoever is named, nobody else can answer here

    def _officer(self) -> Staff:
        return self.person

    _anybody = _officer

    def _letter_number(self) -> str:
        return self.desk._letter_number()


# --- what must be -----------------------------------------------------------------------------------------------------


def kept(seen: Seen) -> Iterator[str]:
    """Nothing of a confidential report stood in the group; it reached those who may know of it, and nobody else."""
    for complaint in seen.complaints.values():
        if not complaint.confidential:
            continue
        provider = seen.world.providers[complaint.office]
        told = list(_words(complaint, seen))
        lane = complaint.citizen.lane if complaint.citizen else ""
        for shown in provider.chats.get(provider.desk, []):
            about = shown.message.refers is not None and shown.message.refers.complaint == complaint.id
            if about or any(each in shown.text for each in told):
                yield f"of the confidential report of {lane} there stood in the group: {shown.text!r}"
        if any(complaint.code in each for each in provider.threads.values()):
            yield f"the confidential report of {lane} has a topic in the group"
        yield from _readers(complaint, told, seen)


def counted(seen: Seen) -> Iterator[str]:
    """What became of such reports."""
    mine = (each for each in seen.complaints.values() if each.confidential)
    yield from (f"confidential reports {each.closed_as}" for each in mine)


def _words(complaint: Complaint, seen: Seen) -> Iterator[str]:
    """What would give it away: its number, its code, and every word that nobody else has written."""
    yield from (each for each in (complaint.number, f"kode {complaint.code}") if each)
    written = [complaint.statement, *seen.world.desks[complaint.office].answers.get(complaint.code, [])]
    yield from re.findall(r"\b[A-Z]\w+s\b", "\n".join(written))


def _readers(complaint: Complaint, told: list[str], seen: Seen) -> Iterator[str]:
    office, provider = seen.world.offices[complaint.office], seen.world.providers[complaint.office]
    trusted = {str(each.id) for role in office.standard.escalation.confidential_to for each in office.with_role(role)}
    named = {entry.data.get("person", "") for entry in seen.entries[complaint.id]}  # to whom it was given, at any step
    staff = {str(each.id) for each in office.staff}
    read = {
        chat for chat in staff for shown in provider.chats.get(chat, ()) if any(each in shown.text for each in told)
    }
    if not read & trusted:
        yield f"{office.id}: none of those who may know read the confidential report {complaint.code}"
    if read - trusted - named:
        yield f"{office.id}: {sorted(read - trusted - named)} read the confidential report {complaint.code}"
