"""A desk on the bench: a complaint is opened as by the citizen's YA, and staff press, reply and write by name."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import msgspec

from tests.bench import Bench, Posted
from tests.workflow.desk_people import CITIZEN, DESK, citizen, draft, moment, office
from workflow.conversation import Conversation
from workflow.desk.desk import show
from workflow.message import Address, Attachment, Message, Outbound, Press, Sender
from workflow.office import Staff
from workflow.procedure.complaint import Complaint, open_from


@dataclass
class Scene:
    """One office's desk with one complaint of one citizen."""

    name: str
    at: str = "2026-11-23 09:12"
    without: tuple[str, ...] = ()
    changes: dict = field(default_factory=dict)  # fields of the draft
    channel: str = "telegram"  # where the citizen wrote
    chat: str = CITIZEN
    bench: Bench = field(init=False)
    ids: itertools.count = field(default_factory=itertools.count)
    sent: list[Outbound] = field(default_factory=list)

    def __post_init__(self) -> None:
        place = office(self.name)
        self.bench = Bench(place, moment(place, self.at))
        for person in place.staff:
            self.bench.linked.update(self.changes.get("linked", {}) and {str(person.id): str(person.id)})
        if self.changes.get("empty"):
            return
        told = msgspec.structs.replace(
            draft(place, without=self.without),
            **{k: v for k, v in self.changes.items() if k not in ("linked", "empty")},
        )
        world = self.bench.world_for(Press(chat=self.group, id="x", sender=Sender(id="0"), at=self.bench.now, data="-"))
        opened = open_from(told, citizen(place, self.home), world)
        shown = show({}, opened.complaints, opened, world)
        before = len(self.bench.sent)
        self.bench.heard[self.home.lane] = self.bench.now
        self.bench._apply(None, opened + shown)
        self.sent = self.bench.sent[before:]
        if self.channel != "telegram":
            self.bench.conversations[self.home.lane] = Conversation(
                address=self.home, complaints=tuple(each.id for each in opened.complaints)
            )

    # --- who and where ------------------------------------------------------------------------------------------------

    @property
    def group(self) -> Address:
        return Address(self.name, "telegram", DESK)

    @property
    def home(self) -> Address:
        """Where the citizen writes."""
        return Address(self.name, self.channel, self.chat)

    @property
    def talk(self) -> Conversation:
        return self.bench.conversations[self.home.lane]

    @property
    def complaint(self) -> Complaint:
        return next(iter(self.bench.complaints.values()))

    def who(self, name: str) -> Staff:
        """By the beginning of the name: "Petugas Satu", "Kasi Dua"."""
        return next(person for person in self.bench.office.staff if person.name.startswith(name))

    # --- what they do -------------------------------------------------------------------------------------------------

    def citizen(self, text: str, **more) -> list[Outbound]:
        """The citizen writes; `claimed=True` where nothing proves that it's them."""
        sender = Sender(id=self.chat, name="Warga", claimed=more.pop("claimed", False))
        more.setdefault("id", f"c{next(self.ids)}")
        at = more.pop("at", self.home)
        self.sent = self.bench.feed(Message(chat=at, sender=sender, at=self.bench.now, text=text, **more))
        self.sent += self.bench.pass_s(2)
        return self.sent

    def answer(self, wait_h: float = 0) -> list[Outbound]:
        """Kanigaran's steps to the answer, which leaves so many hours later."""
        for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
            self.press(who, label)
        self.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
        self.press("Kasi Satu", "Kirim laporan")
        self.bench.pass_s(wait_h * 3600)
        self.press("Petugas Satu", "Kirim")
        return self.press("Petugas Satu", "Ya, kirim")

    def news(self, state: str, snippet: str = "", **more) -> list[Outbound]:
        """The provider's news of the newest message to the citizen that contains the snippet."""
        self.sent = self.bench.news(state, snippet, **more)
        return self.sent

    def press(self, name: str, label: str, *, private: bool = False, data: str = "") -> list[Outbound]:
        """Press the newest button of that label."""
        chat = str(self.who(name).id) if private else DESK
        posted, found = self.bench.button(chat, label) if not data else (self.bench.posted[-1], data)
        return self.press_data(str(self.who(name).id), found, posted, chat)

    def press_data(self, user: str, data: str, posted: Posted, chat: str = DESK, **sender) -> list[Outbound]:
        press = Press(chat=Address(self.name, "telegram", chat), id=f"p{next(self.ids)}",
                      sender=Sender(id=user, **sender), at=self.bench.now, data=data, message_id=posted.id,
                      private=chat != DESK)  # fmt: skip
        self.sent = self.bench.feed(press)
        answers = [each for each in self.sent if each.kind == "press"]
        assert [each.press for each in answers] == [press.id], "every press gets exactly one answer"
        return self.sent

    def reply(self, name: str, snippet: str, text: str, *, private: bool = False, **more) -> list[Outbound]:
        """Reply to the newest message that contains the snippet."""
        chat = str(self.who(name).id) if private else DESK
        return self.say(name, text, reply_to=self.bench.find(chat, snippet).id, private=private, **more)

    def say(self, name: str, text: str, *, private: bool = False, user: str = "", anonymous: bool = False, **more):
        """Write in the group or in private."""
        user = user or str(self.who(name).id)
        chat = user if private else DESK
        files = tuple(Attachment(kind="photo", ref=f"r{n}") for n in range(more.pop("files", 0)))
        attachments = more.pop("attachments", files)
        message = Message(chat=Address(self.name, "telegram", chat), id=f"m{next(self.ids)}", text=text,
                          sender=Sender(id=user, name=name, anonymous=anonymous), at=self.bench.now, private=private,
                          attachments=attachments, **more)  # fmt: skip
        self.sent = self.bench.feed(message)
        return self.sent

    def wait_s(self, seconds: float) -> list[Outbound]:
        self.sent = self.bench.pass_s(seconds)
        return self.sent

    # --- what came of it ----------------------------------------------------------------------------------------------

    def alert(self) -> str:
        """What the presser was shown."""
        return next(each.text for each in self.sent if each.kind == "press")

    def to_citizen(self) -> list[str]:
        return [each.text for each in self.sent if each.to.chat == self.chat]

    def in_group(self) -> list[str]:
        return [each.text for each in self.sent if each.to.chat == DESK and each.kind == "card"]

    def card(self) -> str:
        """The card as it stands in the group now."""
        key = f"card:{self.complaint.id}:{self.complaint.card}"
        return next(each for each in reversed(self.bench.posted) if each.message.key == key).text

    def labels(self, chat: str = DESK) -> list[str]:
        key = f"card:{self.complaint.id}:{self.complaint.card}" + ("" if chat == DESK else f":{chat}")
        posted = next(each for each in reversed(self.bench.posted) if each.message.key == key)
        return [choice.label for row in posted.message.choices for choice in row]

    def acts(self) -> list[str]:
        return [entry.act for entry in self.bench.entries]
