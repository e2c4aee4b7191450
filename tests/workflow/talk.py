"""A citizen's side of a talk, played in memory: what's said goes in, what Aduan answers is compared line by line."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from workflow import identity
from workflow.conversation import Conversation, Draft
from workflow.dialogue import dialogue
from workflow.happening import Due, FileFailed, FileReady
from workflow.message import Address, Attachment, Contact, Limits, Location, Message, Outbound, Press, Refers, Sender
from workflow.office import Office
from workflow.record import Complaint
from workflow.standard import standard
from workflow.world import Decision, Supply, Timer, World

MORNING = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)  # Monday 09.10 WIB


def office(name: str = "kanigaran") -> Office:
    return Office(id=name, standard=standard.shipped()[name], staff=(), desk="-100777")


@dataclass
class Player:
    """One citizen and everything that would be stored about them."""

    office: Office = field(default_factory=office)
    now: datetime = MORNING
    limits: Limits = Limits()
    conversation: Conversation | None = None
    complaints: dict[str, Complaint] = field(default_factory=dict)
    refers: dict[tuple[str, str], Refers] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    sent: list[Outbound] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    wait_for_files: bool = False
    received_at: datetime | None = None  # of what comes next, where it lay for a while
    channel: str = "telegram"

    def __post_init__(self):
        self.ids = (f"f{n:03}" for n in itertools.count(1))
        self.codes = (f"{n}K{chr(65 + n % 20)}F" for n in itertools.cycle(range(2, 10)))
        self.supply = Supply(self.ids, self.codes, (f"t{n}" for n in itertools.count(1)), {})
        self.messages = (str(n) for n in itertools.count(1))
        self.waiting: list[FileReady | FileFailed] = []
        self.last_id = ""

    @property
    def chat(self) -> Address:
        return Address(self.office.id, self.channel, "501")

    @property
    def draft(self) -> Draft:
        assert self.conversation is not None
        assert self.conversation.draft is not None, "no report is being told"
        return self.conversation.draft

    @property
    def telling(self) -> bool:
        return self.conversation is not None and self.conversation.draft is not None

    @property
    def complaint(self) -> Complaint:
        return list(self.complaints.values())[-1]

    # --- what the citizen does

    def say(self, text: str = "", **more) -> list[Outbound]:
        """Write a message; `more` are fields of it."""
        more.setdefault("id", next(self.messages))
        self.last_id = more["id"]
        message = Message(
            chat=self.chat, sender=Sender(id="501", name="Warga"), at=self.now, text=identity.mask(text).text, **more
        )
        return self.feed(message)

    def photo(self, caption: str = "", kind: str = "photo", fate: str = "", **more) -> list[Outbound]:
        """Send a file; `fate` is what its arrival shows: dark, blurred, or why it failed."""
        ref = f"ref-{next(self.messages)}" + (f"-{fate}" if fate else "")
        return self.say(caption, attachments=(Attachment(kind=kind, ref=ref),), **more)

    def album(self, count: int, caption: str = "", name: str = "a1") -> list[Outbound]:
        return [out for n in range(count) for out in self.photo(caption if n == 0 else "", album=name)]

    def press(self, label: str) -> list[Outbound]:
        """Press the newest button with this label."""
        for out in reversed(self.sent):
            for row in out.choices:
                for choice in row:
                    if choice.label == label:
                        return self.push(choice.data)
        labels = [c.label for out in self.sent for row in out.choices for c in row]
        raise AssertionError(f"no button {label!r} among {labels}")

    def push(self, data: str) -> list[Outbound]:
        return self.feed(
            Press(chat=self.chat, id=f"p{next(self.messages)}", sender=Sender(id="501"), at=self.now, data=data)
        )

    # --- what the world does

    def feed(self, event) -> list[Outbound]:
        """Handle an event and the arrivals it causes."""
        before = list(self.sent)
        self._apply(dialogue.advance(event, self.world()))
        if not self.wait_for_files:
            self.arrive()
        return self._since(before)

    def arrive(self) -> list[Outbound]:
        """Let every file on its way arrive, in order."""
        before = list(self.sent)
        while self.waiting:
            self._apply(dialogue.advance(self.waiting.pop(0), self.world()))
        return self._since(before)

    def pass_time(self, **span) -> list[Outbound]:
        """Let time pass; bells ring."""
        before, until = list(self.sent), self.now + timedelta(**span)
        while due := sorted((t for t in self.timers.values() if t.due_at <= until), key=lambda t: t.due_at):
            timer = due[0]
            del self.timers[timer.key]
            self.now = max(self.now, timer.due_at)
            self._apply(
                dialogue.advance(
                    Due(chat=self.chat, at=self.now, timer=timer.key, kind=timer.kind, subject=timer.subject),
                    self.world(),
                )
            )
        self.now = until
        return self._since(before)

    def world(self) -> World:
        return World(
            received_at=self.received_at,
            office=self.office,
            now=self.now,
            supply=self.supply,
            limits=self.limits,
            standards={self.office.standard.version: self.office.standard},
            conversation=self.conversation,
            complaints=dict(self.complaints),
            refers=self.refers,
            by_code={c.code: c.id for c in self.complaints.values()}
            | {c.number: c.id for c in self.complaints.values()},
        )

    def _apply(self, decision: Decision) -> None:
        self.decisions.append(decision)
        if decision.conversation is not None:
            self.conversation = decision.conversation
        for complaint in decision.complaints:
            self.complaints[complaint.id] = complaint
        for key in decision.unset:
            self.timers.pop(key, None)
        for timer in decision.timers:
            if timer.lane == self.chat:
                self.timers[timer.key] = timer
        self.sent = [old for old in self.sent if not (old.key in decision.cancels and self._waits(old))]
        mine = [out for out in decision.sends if out.to == self.chat]
        for out in mine:
            if out.replaces:
                self.sent = [old for old in self.sent if not (old.replaces == out.replaces and self._waits(old))]
            self.sent.append(out)
        for fetch in decision.fetches:
            self.waiting.append(self._arrival(fetch))

    def _since(self, before: list[Outbound]) -> list[Outbound]:
        known = {id(out) for out in before}
        return [out for out in self.sent if id(out) not in known]

    def _waits(self, out: Outbound) -> bool:
        return out.not_before is not None and out.not_before > self.now

    def _arrival(self, fetch):
        fate = fetch.ref.split("-")[2] if fetch.ref.count("-") > 1 else ""
        if fate in ("too_big", "not_allowed", "broken", "gone", "timeout"):
            return FileFailed(chat=self.chat, at=self.now, file=fetch.file, reason=fate)
        kind = {"photo": "photo", "document": "photo", "voice": "voice", "audio": "audio", "video": "video"}[fetch.kind]
        return FileReady(
            chat=self.chat,
            at=self.now,
            file=fetch.file,
            type=kind,
            mime="x/y",
            size_bytes=1,
            sha256=f"sha-{fate or fetch.ref}",
            dark=fate == "dark",
            plain=fate == "plain",
            blurred=fate == "blurred",
        )

    def answer_complaint(self, text: str = "Sudah kami perbaiki.") -> None:
        """As if the office had answered."""
        self.complaints[self.complaint.id] = replace(
            self.complaint,
            answer=text,
            answered_at=self.now,
            closed_at=self.now,
            closed_as="answered",
            version=self.complaint.version + 1,
        )


def said(sent: list[Outbound]) -> str:
    """What was said to the citizen, messages below each other."""
    return "\n\n".join(out.text for out in sent if out.kind != "press" and out.text)


_LINE = re.compile(r"^\s*(warga|aduan):\s?(.*)$")
_ACT = re.compile(r"^\((\w+)([^)]*)\)\s*(.*)$")


def talk(script: str, player: Player | None = None) -> Player:
    """Play a script of `warga:` and `aduan:` lines. A line of Aduan's is a part of what it then says; "-" is silence.

    Buttons are pressed with `warga: [label]`; `(foto)`, `(foto dark)`, `(suara)`, `(pin)`, `(album 3)`, `(stiker)` are sent.
    """
    player = player or Player()
    answered = ""
    for raw in script.strip().splitlines():
        found = _LINE.match(raw)
        if not found:
            continue
        who, text = found[1], found[2].strip()
        if who == "warga":
            answered = said(_do(player, text))
        elif text == "-":
            assert answered == "", f"expected silence, got: {answered}"
        else:
            assert text in answered.replace("\n", " "), f"expected {text!r} in:\n{answered}"
    return player


def _do(player: Player, text: str) -> list[Outbound]:
    if found := re.fullmatch(r"\[(.+)\]", text):
        return player.press(found[1])
    act = _ACT.match(text)
    if not act:
        return player.say(text)
    kind, how, words = act[1], act[2].split(), act[3]
    if kind == "foto":
        return player.photo(words, fate=how[0] if how else "")
    if kind == "file":
        return player.photo(words, kind="document")
    if kind == "suara":
        return player.photo(words, kind="voice")
    if kind == "stiker":
        return player.say(attachments=(Attachment(kind="sticker", ref="s"),))
    if kind == "pin":
        return player.say(words, location=Location(latitude=-7.77, longitude=113.21))
    if kind == "album":
        before = len(player.sent)
        player.album(int(how[0]), words)
        return player.sent[before:] or player.sent[-1:]
    if kind == "kontak":
        return player.say(contact=Contact(phone="+62812", own=how[0] == "sendiri"))
    if kind == "balas":
        return player.say(words, reply_to=how[0])
    raise AssertionError(f"unknown act {kind}")
