"""Plays `tests/dialogues/*.txt`: talks between citizens, Aduan and the desk that an official can read and correct.

A transcript begins with `key: value` lines (office, clock, staff, forum), then goes on in lines of the form
`who: what`. What people do is input; lines of `aduan`, `meja`, `pribadi NAME` and `tombol` are what must come of it.
`ADUAN_ACCEPT=1` writes what came instead of comparing (then read it aloud before committing it).

    office: kedopok                    in the head: a shipped office, or a file of tests/offices
    channel: sms                       in the head: what `warga` writes on (telegram, whatsapp, sms, email)
    way: whatsapp | 0811-0000-1111     in the head: how else the office can be written to

    warga: halo                        the citizen writes (`warga2` is another one)
    warga (wa): halo                   the same person on another channel: wa, sms, surel, telegram; what goes there
                                       is shown as `aduan (wa)`
    warga: [YA]                        presses a button of that name; without buttons choices are numbered: `warga: 1`
    warga (surel): subjek | isi        a mail, with lines `(lampiran ktp.jpg)` for what is attached
    warga: (foto) ini ktp saya         sends a photo; also (foto gelap), (foto polos), (foto sama), (file), (suara), (pin LAT LON), (stiker),
                                       (kontak sendiri), (kontak lain), (album 3), (jajak pendapat), (ubah) new words
    warga (tidak terbukti): isi        a mail of which nothing proves that it's theirs
    Siti: halo                         a member of staff writes in the group
    Siti (balas: snippet): teks        replies to the newest message there that contains the snippet
    Siti (kepada Budi): /plh           replies to a message of a colleague
    Siti (pribadi): teks               writes in their private chat with the bot; `(pribadi, balas: ...)` too
    >> 10 menit | 2 jam | 2026-11-24 08:00   time passes
    >> kabar: delivered | snippet      the provider's news of the newest message to a citizen that contains the snippet:
                                       sent, delivered, read, or `failed FACT`
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from channels.email.compose import subject
from channels.text import numbered
from channels.twilio.gsm7 import fold
from tests.bench import Arrival, Bench
from tests.limits import LIMITS
from workflow.message import Address, Attachment, Contact, Location, Message, Outbound, Press, Sender
from workflow.office import Office, Staff
from workflow.standard import standard
from workflow.standard.standard import Standard
from workflow.world import Way

DESK = "-100777"
CHANNELS = {"telegram": "telegram", "wa": "whatsapp", "sms": "sms", "surel": "email"}
BUTTONS = ("telegram",)
"""Where choices are buttons everywhere; on WhatsApp they're buttons only once an office has templates for them."""

_HEAD = re.compile(r"^(office|clock|staff|forum|channel|way):\s*(.*)$")
_LINE = re.compile(r"^([A-Za-z0-9' ]+?)(?: \(([^)]*)\))?: ?(.*)$", re.DOTALL)
_OURS = ("aduan", "meja", "pribadi", "tombol")
_KIND = re.compile(r"^\(([^)]*)\)\s*(.*)$", re.DOTALL)


@dataclass
class Line:
    """One line of a transcript, with its continuation lines."""

    who: str
    how: str
    text: str
    raw: list[str] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether it says what must come, rather than what somebody does."""
        return self.who.split(" ")[0] in _OURS and not self.how.startswith("pribadi")


def parse(text: str) -> tuple[dict[str, list[str]], list[str], list[Line]]:
    """Head values, the leading comments and the lines."""
    head: dict[str, list[str]] = {}
    comments: list[str] = []
    lines: list[Line] = []
    for raw in text.splitlines():
        if raw.startswith("#"):
            comments.append(raw)
        elif raw.startswith("  ") and lines:
            lines[-1].text += "\n" + raw[2:]
        elif not raw.strip():
            continue
        elif raw.startswith(">>"):
            lines.append(Line(">>", "", raw[2:].strip()))
        elif not lines and (found := _HEAD.match(raw)):
            head.setdefault(found[1], []).append(found[2])
        elif found := _LINE.match(raw):
            lines.append(Line(found[1], found[2] or "", found[3]))
        else:
            raise ValueError(f"not a line of a transcript: {raw!r}")
    return head, comments, lines


class Play:
    """One transcript being played."""

    def __init__(self, head: dict[str, list[str]]) -> None:
        rules = _standard(head["office"][0])
        office_id = rules.id
        self.staff = {}
        people = []
        for n, line in enumerate(head.get("staff", []), start=1):
            name, title, roles = (part.strip() for part in line.split("|"))
            person = Staff(id=str(900 + n), name=name, title=title, roles=tuple(roles.split()))
            people.append(person)
            self.staff[name.split()[0]] = person
        self.office = Office(id=office_id, standard=rules, staff=tuple(people), desk=DESK)
        zone = ZoneInfo(rules.office.timezone)
        self.zone = zone
        self.bench = Bench(self.office, datetime.fromisoformat(head["clock"][0]).replace(tzinfo=zone))
        self.bench.forum = head.get("forum", ["no"])[0] == "yes"
        self.channel = head.get("channel", ["telegram"])[0]
        ways = ([part.strip() for part in line.split("|")] for line in head.get("way", []))
        self.bench.ways = tuple(Way(channel=name, reach=reach, limits=LIMITS[name]) for name, reach in ways)
        self.subjects: dict[str, str] = {}
        self.ids = itertools.count(1)
        self.last_message: dict[str, str] = {}

    def chat_of(self, who: str, how: str = "") -> Address:
        """A citizen's own chat, on the channel they write on now."""
        number = who.removeprefix("warga")
        channel = CHANNELS.get(how.split(",", maxsplit=1)[0].strip(), self.channel)
        chats = {"telegram": str(500 + int(number or 1)), "email": f"warga{number}@contoh.id"}
        return Address(self.office.id, channel, chats.get(channel, f"+6281200000{500 + int(number or 1)}"))

    def act(self, line: Line) -> list[Outbound]:
        """Do what the line says; what was sent because of it."""
        if line.text.startswith("kabar: ") and line.who == ">>":
            what, _, snippet = line.text.removeprefix("kabar: ").partition(" | ")
            state, _, fact = what.strip().partition(" ")
            return self.bench.news(state, snippet, fact)
        if line.who == ">>":
            return self.bench.pass_time(self._until(line.text))
        if line.who.startswith("warga"):
            chat = self.chat_of(line.who, line.how)
            claimed = "tidak terbukti" in line.how
            return self._say(chat, Sender(id=chat.chat, name="Warga", claimed=claimed), line)
        person = self.staff[line.who]
        sender = Sender(id=person.id, name=person.name, anonymous="anonim" in line.how)
        chat = Address(self.office.id, "telegram", person.id if "pribadi" in line.how else DESK)
        return self._say(chat, sender, line)

    def _until(self, text: str) -> datetime:
        amount, _, unit = text.partition(" ")
        spans = {"detik": 1, "menit": 60, "jam": 3600, "hari": 86400}
        if unit in spans:
            return self.bench.now + timedelta(seconds=int(amount) * spans[unit])
        return datetime.fromisoformat(text).replace(tzinfo=self.zone)

    def _say(self, address: Address, sender: Sender, line: Line) -> list[Outbound]:
        chat = address.chat
        private = chat != DESK
        if (found := re.fullmatch(r"\[(.+)\]", line.text)) and not line.how.startswith("balas"):
            posted, data = self.bench.button(chat, found[1])
            if data.startswith("https://t.me/"):
                message = Message(chat=Address(self.office.id, "telegram", sender.id), id=str(next(self.ids)), sender=sender,
                                  at=self.bench.now, text=f"/start {data.split('start=')[1]}", start=data.split("start=")[1])  # fmt: skip
                return self.bench.feed(message)
            press = Press(chat=address, id=f"p{next(self.ids)}", sender=sender, at=self.bench.now, data=data,
                          message_id=posted.id, private=private)  # fmt: skip
            return self.bench.feed(press)
        reply_to = ""
        if found := re.search(r"balas: (.*)$", line.how):
            reply_to = self.bench.find(chat, found[1]).id
        found = re.search(r"kepada (\w+)", line.how)
        colleague = self.staff[found[1]] if found else None
        whose = Sender(id=colleague.id, name=colleague.name) if colleague else None
        base = Message(chat=address, id=str(next(self.ids)), sender=sender, at=self.bench.now, private=private,
                       text=line.text, reply_to=reply_to, replied_to=whose)  # fmt: skip
        sent: list[Outbound] = []
        for message in self._shaped(base):
            self.last_message[chat] = message.id
            sent += self.bench.feed(message)
        return sent + self._settle(sent)

    def _settle(self, _: list[Outbound]) -> list[Outbound]:
        """Debounced acknowledgements leave within two seconds; a reader sees them at once."""
        return self.bench.pass_s(2)

    def _shaped(self, base: Message) -> Iterator[Message]:
        found = _KIND.match(base.text)
        if base.chat.channel == "email":
            yield self._mail(base)
            return
        if not found or not found[1]:
            yield base
            return
        words, text = found[1].split(), found[2]
        make = msgspec.structs.replace
        kind = words[0]
        if kind in ("foto", "file", "suara", "stiker"):
            yield make(base, text=text, attachments=(self._attachment(kind, words[1:]),))
        elif kind == "album":  # only Telegram says which photos were sent together
            album = f"a{base.id}" if base.chat.channel == "telegram" else ""
            for n in range(int(words[1])):
                yield make(base, id=str(next(self.ids)), text=text if n == 0 else "", album=album,
                           attachments=(self._attachment("foto", []),))  # fmt: skip
        elif kind == "pin":
            yield make(base, text=text, location=Location(latitude=float(words[1]), longitude=float(words[2])))
        elif kind == "kontak":
            yield make(
                base, text=text, contact=Contact(phone="+6281200000000", name="Warga", own=words[1] == "sendiri")
            )
        elif kind == "ubah":
            yield make(base, id=self.last_message[base.chat.chat], text=text, edited=True)
        elif kind == "terusan":
            yield make(base, text=text, forwarded="Grup RT")
        elif kind == "start":
            yield make(base, text="/start", start=text)
        else:
            yield make(base, text="", unsupported=" ".join(words))

    def _mail(self, base: Message) -> Message:
        """A mail: its words with the subject of a new matter above them, and what's attached."""
        about, _, body = base.text.partition(" | ") if " | " in base.text else ("", "", base.text)
        names = re.findall(r"\(lampiran ([^)]+)\)", body)
        words = re.sub(r"\n?\(lampiran [^)]+\)", "", body).strip()
        if about:
            self.subjects[base.chat.lane] = about
        files = tuple(self._attached(name) for name in names)
        return msgspec.structs.replace(base, text="\n".join(part for part in (about, words) if part), attachments=files)

    def _attached(self, name: str) -> Attachment:
        ref = f"f{next(self.ids)}"
        picture = name.lower().endswith((".jpg", ".jpeg", ".png", ".heic"))
        self.bench.arrivals[ref] = Arrival(type="photo" if picture else "pdf")
        return Attachment(kind="photo" if picture else "document", ref=ref, unique=ref, name=name)

    def _attachment(self, kind: str, flaws: list[str]) -> Attachment:
        ref = f"f{next(self.ids)}"
        flaw = {"gelap": "dark", "kabur": "blurred", "polos": "plain"}.get(flaws[0] if flaws else "", "")
        same_as = next(reversed(self.bench.arrivals), "") if flaws[:1] == ["sama"] else ""
        shape = {
            "foto": ("photo", "photo"),
            "file": ("document", "photo"),
            "suara": ("voice", "voice"),
            "stiker": ("sticker", "other"),
        }[kind]
        self.bench.arrivals[ref] = Arrival(type=shape[1], flaw=flaw, same_as=same_as)
        return Attachment(kind=shape[0], ref=ref, unique=ref, seconds=12 if kind == "suara" else 0)  # type: ignore[arg-type]

    def render(self, sent: list[Outbound]) -> list[str]:
        """What was sent, as lines of a transcript. Repairs of a card that only take its buttons away are left out."""
        out: list[str] = []
        for message in sent:
            who = self._audience(message)
            if message.kind == "press":
                if message.text:
                    out.append(f"tombol: {message.text}")
            elif message.kind in ("delete", "topic"):
                continue
            elif message.kind == "edit":
                if who == "meja" and message.text:
                    out.append(self._shown("meja (diperbarui)", message))
                elif message.text:
                    out.append(self._shown(f"{who} (diperbarui)", message))
            else:
                out.append(self._shown(who, message))
        return out

    def _audience(self, message: Outbound) -> str:
        chat = message.to.chat
        if chat == DESK:
            return "meja"
        for short, person in self.staff.items():
            if person.id == chat:
                return f"pribadi {short}"
        own = next(short for short, name in CHANNELS.items() if name == message.to.channel)
        number = chat.removesuffix("@contoh.id").removeprefix("warga") or "1"
        number = str(int(number) if len(number) < 3 else int(number[-3:]) - 500)
        how = "" if message.to.channel == self.channel else f" ({own})"
        return ("aduan" if number == "1" else f"aduan warga{number}") + how

    def _shown(self, who: str, message: Outbound) -> str:
        if message.to.channel in BUTTONS:
            return _shown(who, message)
        listed = numbered(choice for row in message.choices for choice in row)
        text = "\n\n".join(part for part in (message.text, listed) if part)
        if message.to.channel == "sms":
            text = fold(text)
        if message.to.channel == "email":
            text = f"(perihal: {subject(self.subjects.get(message.to.lane, ''), message.label)})\n{text}"
        return _shown(who, msgspec.structs.replace(message, text=text, choices=()))


def _shown(who: str, message: Outbound) -> str:
    text = message.text
    if message.enclosure:
        text = f"(berkas: {message.enclosure.shown_as}) {text}".rstrip()
    if message.location:
        text = f"(peta) {message.location.latitude}, {message.location.longitude} {text}".strip()
    rows = ["".join(f"[{choice.label}]" for choice in row).replace("][", "] [") for row in message.choices]
    body = "\n".join([text, *rows])
    silent = ""
    return f"{who}{silent}: " + body.replace("\n", "\n  ")


def _standard(name: str) -> Standard:
    """A shipped standard by its id, or one of tests/offices by its file."""
    if not name.endswith(".toml"):
        return standard.shipped()[name]
    path = Path(__file__).parent / "offices" / name
    return standard.load(path.read_text("utf-8"), place=name)


def play(path: Path) -> None:
    """Play a transcript and compare; with ADUAN_ACCEPT=1 write what came."""
    text = path.read_text("utf-8")
    head, comments, lines = parse(text)
    game = Play(head)
    result: list[str] = list(comments) + [f"{key}: {value}" for key, values in head.items() for value in values]
    for line in lines:
        if line.ours:
            continue
        how = f" ({line.how})" if line.how else ""
        result += [
            "",
            f">> {line.text}" if line.who == ">>" else f"{line.who}{how}: " + line.text.replace("\n", "\n  "),
        ]
        try:
            result += game.render(game.act(line))
        except AssertionError as problem:
            raise AssertionError(
                f"{path.name}: at {line.who}: {line.text}\n{problem}\n" + "\n".join(result)
            ) from problem
    written = "\n".join(result) + "\n"
    if os.environ.get("ADUAN_ACCEPT"):
        path.write_text(written, "utf-8")
        return
    assert written.splitlines() == text.splitlines(), f"{path.name} reads otherwise now; see the difference above"
