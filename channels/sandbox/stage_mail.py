"""What a visitor does in the citizens' mail programs: new mails, answers, and the files that came with others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from channels.sandbox.mail import Attached, Client, MailWorld, Person
from channels.sandbox.mail.seen import Seen, kept_json
from channels.sandbox.samples import Sample
from channels.sandbox.stage_acts import Acts, OfficeStage
from channels.sandbox.stage_bodies import Mail, StageError
from channels.sandbox.telegram.model import User

DOMAIN = "warga.example"  # reserved for examples (RFC 2606)
_CLIENTS: tuple[Client, ...] = get_args(Client)
_MIMES = {"jpg": "image/jpeg", "webp": "image/webp", "ogg": "audio/ogg"}


@dataclass(slots=True)
class Letters:
    """The offices' mailboxes by office, and the citizens' by their account numbers, in one world."""

    world: MailWorld
    offices: Mapping[str, str]
    people: dict[int, Person] = field(default_factory=dict)

    def join(self, user: User) -> None:
        """Give a citizen a mailbox; each writes with another program."""
        name = f"{user.first_name} {user.last_name}".strip()
        address = f"{_local(name) or user.id}@{DOMAIN}"
        if address in self.world.people:
            address = f"{_local(name)}.{user.id}@{DOMAIN}"
        client = _CLIENTS[len(self.people) % len(_CLIENTS)]
        self.people[user.id] = self.world.add(Person(address, name, client=client, shown=True))

    def office_json(self, office: OfficeStage) -> dict[str, Any]:
        """Return an office's address, for the page."""
        return {"mail": self.offices[office.id]} if office.id in self.offices else {}

    def person_json(self, user: User) -> dict[str, Any]:
        """Return a citizen's address, for the page."""
        person = self.people.get(user.id)
        return {"mail": person.address} if person else {}

    def boxes_json(self) -> dict[str, Any]:
        """Return everybody's mails by address, oldest first."""
        return {
            person.address: [kept_json(place, kept) for place, kept in enumerate(person.box)]
            for person in self.people.values()
        }

    def mail(self, who: int, place: int) -> Seen:
        """Return a mail of somebody's."""
        person = self.people.get(who)
        if person is None or not 0 <= place < len(person.box):
            raise StageError(404, "gone", f"{who} has no mail {place}")
        return person.box[place].mail

    def attached(self, who: int, place: int, number: int) -> Attached:
        """Return a file of a mail."""
        files = self.mail(who, place).attached
        if not 0 <= number < len(files):
            raise StageError(404, "gone", f"mail {place} has no file {number}")
        return files[number]


@dataclass(slots=True)
class MailActs:
    """The acts of citizens in their mail programs."""

    letters: Letters
    acts: Acts

    async def write(self, body: Mail) -> None:
        """Send a new mail, or an answer to one of the office's."""
        person = self.letters.people.get(body.who)
        address = self.letters.offices.get(self.acts.office(body.office).id)
        if person is None or address is None:
            raise StageError(404, "unknown", f"{body.who} can't write to {body.office} by mail")
        answers = None if body.answers is None else self.letters.mail(body.who, body.answers)
        if answers is None and not (body.subject or body.text):
            raise StageError(400, "invalid", "an empty mail")
        files = [_attached(self.acts.sample(name, "photo", "voice", "sticker")) for name in body.samples]
        subject = " ".join(body.subject.split())
        to = answers.answer_to if answers is not None and not answers.mine else address
        await self.letters.world.person_mails(
            person, body.text, to=to, subject="" if answers else subject, attached=files, answers=answers
        )


def _attached(sample: Sample) -> Attached:
    return Attached(sample.file, _MIMES[sample.file.rpartition(".")[2]], sample.content)


def _local(name: str) -> str:
    """A name as the part before the @: "Ni Luh Ayu" is ni.luh.ayu."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall("[a-z0-9]+", plain))[:40]
