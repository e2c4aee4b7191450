"""WhatsApp and SMS: one account at Twilio for an office, played by the demo's strict stand-in, in this process."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from channels.base import Call, Channel, Forged, Ground, Sharing
from channels.http import Answer, Http
from channels.sandbox import cast
from channels.sandbox.twilio import api, cdn, wire
from channels.sandbox.twilio.addresses import bare
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Bubble, Line, Media, Message, Person
from channels.sandbox.twilio.people import CannotActError
from channels.sandbox.twilio.signing import by_token
from channels.sandbox.twilio.webhooks import Delivery
from channels.sandbox.twilio.wire import Request
from channels.settings import Secret, TwilioSettings
from channels.twilio import channels_of
from tests.simulation.wires.base import HAND, PUBLIC_URL, Asked, Hand
from tests.simulation.wires.phones import Phones
from workflow.message import Choice, Enclosure, Inbound, Presence, Press
from workflow.message import Message as Words
from workflow.say import say

if TYPE_CHECKING:
    from tests.simulation.provider import Provider

TOKEN = "token-simulasi"
SECRET = b"simulasi kunci kantor, 32 oktet."
KNOCKS = ("answer_waiting", "status_update", "reminder")
PHOTO = "ref"  # the field of `Asked` that names a citizen's file
WINDOW = timedelta(hours=24, minutes=1)
BLAMELESS = frozenset({21610})
"""Refusals that follow from what people did."""
DRAWN = {"whatsapp": 63012, "sms": 30003}
"""By which code a message fails now and then that was accepted."""
RETURNED = frozenset({"answer", "receipt"})
"""What the program tries again after such a failure."""
TURNED = 0.05
"""How often a status comes after those that followed it."""
_TURNED_S = 90.0
_LATE_S = {"queued": (0.0, 0.3), "sent": (0.1, 1.5), "delivered": (0.3, 6.0), "read": (0.1, 3.0)}
_FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
_FILES = "mms.twiliocdn.com"


@dataclass(frozen=True)
class TwilioAsked(Asked):
    """A request to Twilio, with its bytes."""

    request: Request = field(default_factory=lambda: Request("GET", "/"))
    host: str = ""


def number_of(n: int) -> str:
    """The telephone number of the n-th citizen."""
    return f"+62812{n:08d}"


@dataclass
class TwilioWire:
    """One office's account. `number` tells the offices' lines apart."""

    office: str
    number: int
    now: Callable[[], datetime]
    providers: dict[str, Provider] = field(default_factory=dict)
    heard: dict[str, datetime] = field(
        default_factory=dict
    )  # chat -> when the program was last told of a word of theirs
    segments: Counter[str] = field(default_factory=Counter)  # of SMS, by the direction
    _adapters: tuple[Channel, ...] = ()
    _media: dict[str, str] = field(default_factory=dict)  # Twilio's name of a file -> the citizen's
    _telling: list[Delivery] | None = None  # what an act of a person leads to, while it's carried out
    _hands: dict[str, Hand] = field(default_factory=dict)  # messages that wait for a phone -> the sending they're of

    def __post_init__(self) -> None:
        """Open the account."""
        self.phones = Phones(self.now, f"{self.office}")
        self.phones.tells, self.phones.shows, self.phones.fails = self._tells, self._shows, self._fails
        self.account = self.phones.add_account(TOKEN, sid=f"AC{self.number:032}")
        self.lines: dict[str, Line] = {
            "whatsapp": self.phones.line(self.account, f"whatsapp:+6282200{self.number:06}", *self._hooks()),
            "sms": self.phones.line(self.account, f"+6282300{self.number:06}", *self._hooks()),
        }
        knocks = {name: say(f"knock.{name}", name="{{1}}") for name in KNOCKS}
        self.templates = cast.templates(cast.Lines(self.phones, {self.office: self.lines}), knocks)

    def _hooks(self) -> tuple[str, str]:
        root = f"{PUBLIC_URL}/twilio/{self.office}"
        return f"{root}/message#rc=2&rp=all", f"{root}/status"

    # --- the program's side -------------------------------------------------------------------------------------------

    def adapters(self, http: Http, now: Callable[[], datetime]) -> tuple[Channel, ...]:
        """The real adapter of each line."""
        settings = TwilioSettings(
            account_sid=self.account.sid,
            auth_token=Secret(TOKEN),
            whatsapp=self.lines["whatsapp"].address,
            sms=self.lines["sms"].address,
            templates=self.templates,
        )
        self._adapters = channels_of(self.office, settings, Ground(http, PUBLIC_URL, SECRET, now))
        return self._adapters

    # --- what people do -----------------------------------------------------------------------------------------------

    def payloads(self, provider: Provider, value: Inbound, number: int) -> list[bytes]:
        """The forms that Twilio posts of an act: several of a long SMS, none of a button that's gone, or of a block."""
        self._telling = told = []
        try:
            self._does(provider, self.lines[provider.channel], value)
        except CannotActError:
            return []  # the telephone itself doesn't let them
        finally:
            self._telling = None
            if isinstance(value, Press):
                provider.named[value.id] = told[0].sid if told else ""
        return [_packed(each) for each in told]

    def _does(self, provider: Provider, line: Line, value: Inbound) -> None:
        phones = self.phones
        phones.forget()
        sender = value.sender if isinstance(value, Words | Press | Presence) else None
        person = phones.person(value.chat.chat, sender.name if sender else "")
        if isinstance(value, Presence):
            (phones.person_blocks if value.blocked else phones.person_unblocks)(person, line)
        elif isinstance(value, Press):
            phones.person_presses(self._bubble(value.message_id), value.data)
        elif isinstance(value, Words):
            self._says(provider, person, line, value)

    def _says(self, provider: Provider, person: Person, line: Line, said: Words) -> None:
        phones = self.phones
        if said.location is not None:
            phones.person_pins(person, line, said.location.latitude, said.location.longitude)
        for nth, each in enumerate(said.attachments):
            content, caption = provider.files[each.ref], said.text if nth == 0 else ""
            if each.kind == "voice":
                bubble = phones.person_sends_voice(person, line, content)
            elif each.kind == "document":
                bubble = phones.person_sends_file(person, line, content, name=each.name or "berkas.pdf")
            else:
                bubble = phones.person_sends_photo(person, line, content, caption=caption)
            self._media[bubble.media[0].sid] = each.ref
        if said.text and not said.attachments:
            bubble = phones.person_writes(person, line, said.text)
            self.segments["in"] += bubble.segments if line.channel == "sms" else 0

    def _bubble(self, name: str) -> Bubble:
        found = self.phones.bubbles.get(name)
        if found is None:
            raise CannotActError("no such message")
        return found

    def call(self, provider: Provider, body: bytes) -> Call | None:
        """The call that brings a form, signed as Twilio signs it."""
        place, form = body.split(b"\n", 1)
        address, fields = place.decode(), parse_qsl(form.decode(), keep_blank_values=True)
        path, _, query = address.partition("?")
        if path.endswith("/message"):
            self.heard[bare(dict(fields)["From"])] = self.now()
        signed = by_token(TOKEN, f"{PUBLIC_URL}/{address}", fields)
        return Call(path, {**_FORM, **{name.lower(): value for name, value in signed.items()}}, form, query)

    # --- what the program asks for ------------------------------------------------------------------------------------

    def asked(self, method: str, url: str, data: object, headers: Mapping[str, str]) -> TwilioAsked:
        """A request: of a message, of the lists, of a file, or of something else."""
        parts = urlsplit(url)
        body = data.encode() if isinstance(data, str) else data if isinstance(data, bytes) else b""
        request = Request(method, parts.path, parts.query, {n.lower(): v for n, v in headers.items()}, body)
        fields = dict(parse_qsl(body.decode())) or dict(parse_qsl(parts.query))
        line = fields.get("To", "") or fields.get("From", "")
        channel = "whatsapp" if line.startswith("whatsapp:") else "sms" if line else self._channel_at(parts.path)
        what = "other"
        if method == "POST" and parts.path.endswith("/Messages.json"):
            what = "message"
        elif "DateSent>" in fields:
            what = "poll"
        elif ref := self._ref_at(parts.path):
            what, fields = "file", {PHOTO: ref}
        hand = HAND.get()
        press = hand is not None and hand.parcel.message.kind == "press"
        return TwilioAsked(what, channel, bare(line), press, method, fields, {}, request, parts.netloc)

    def take(self, asked: Asked, hand: Hand | None) -> Answer:
        """What Twilio answers; a message it takes goes its way before anybody reads the answer."""
        assert isinstance(asked, TwilioAsked)
        if asked.what == "file" and asked.fields[PHOTO] in self.providers[asked.channel].lost_files:
            return _answer(wire.refused(TwilioError(20404)))
        outcome = (cdn if asked.host == _FILES else api).handle(self.phones, asked.request)
        assert outcome.answer is not None
        if hand is not None:
            if outcome.message is not None:
                self._goes(asked, outcome.message, hand)
            else:
                self._refuses(asked, outcome.answer, hand)
        return _answer(outcome.answer)

    def busy(self, asked: Asked, retry_s: float) -> Answer:
        """20429, with the time to wait."""
        return _answer(wire.refused(TwilioError(20429, retry_after_s=max(1, int(retry_s)))))

    def holds(self) -> bool:
        """Twilio calls."""
        return False

    def _refuses(self, asked: Asked, answer: wire.Answer, hand: Hand) -> None:
        """That somebody wants no more is nobody's fault; whatever else Twilio refuses, it should never have been sent."""
        code = json.loads(answer.body).get("code", 0)
        hand.outcome = str(code)
        if code not in BLAMELESS:
            self.providers[asked.channel].wrong.append(
                f"{self.office}: Twilio refuses a {hand.parcel.message.kind} to {asked.chat}: {answer.body.decode()}"
            )

    def _goes(self, asked: Asked, message: Message, hand: Hand) -> None:
        """To the telephone, or to nowhere: then a status tells why."""
        provider = self.providers[asked.channel]
        counts = "with=1" not in message.callback
        hand.accepted = hand.accepted or counts
        self._hands[message.sid] = hand
        if asked.channel == "sms":
            self.segments["out"] += message.segments
        self.phones.proceed(message)
        for each in self.phones.take_fetches():
            self.phones.fetched(each, *self._file_of(each, hand))
        if message.status in ("failed", "undelivered") and counts:
            hand.accepted, hand.outcome = False, str(message.error_code)
        if message.status in ("delivered", "failed", "undelivered"):
            del self._hands[message.sid]
        if message.error_code and not self._is_blameless(asked, message):
            provider.wrong.append(
                f"{self.office}: a {hand.parcel.message.kind} to {asked.chat} fails with {message.error_code}: "
                f"{message.body!r} {message.variables}"
            )

    def _is_blameless(self, asked: Asked, message: Message) -> bool:
        """The network fails by itself; the window counts from the last word that the program was told of."""
        if message.error_code in DRAWN.values():
            return True
        heard = self.heard.get(asked.chat)
        return message.error_code == 63016 and heard is not None and self.now() - heard <= WINDOW

    def _file_of(self, message: Message, hand: Hand) -> tuple[list[tuple[str, bytes]], int]:
        """What Twilio fetches from us to send it along: the address has to be one that our own adapter gave out."""
        path, _, token = urlsplit(message.media_urls[0]).path.removeprefix("/").rpartition("/")
        sharing = next(each for each in self._adapters if isinstance(each, Sharing) and each.shares == path)
        try:
            enclosure = sharing.shared(token)
        except Forged:
            return [], 63019
        return ([(hand.parcel.mime, hand.parcel.content)], 0) if enclosure == _bare(hand) else ([], 63019)

    def _ref_at(self, path: str) -> str:
        """The citizen's file behind an address of Twilio's."""
        name = path.rpartition("/")[2]
        link = self.phones.links.get(name)
        return self._media.get(link.media.sid if link else name, "")

    def _channel_at(self, path: str) -> str:
        found = self.phones.messages.get(next((part for part in path.split("/") if part[:2] in ("SM", "MM")), ""))
        return found.line.channel if found is not None and found.line is not None else "whatsapp"

    # --- what happens at Twilio ---------------------------------------------------------------------------------------

    def _tells(self, delivery: Delivery) -> None:
        """A webhook. Those of an act go in its order; those of a status each go their own way."""
        if delivery.of == "message":
            if self._telling is not None:
                self._telling.append(delivery)
            return
        message = self.phones.messages[delivery.sid]
        assert message.line is not None
        provider = self.providers[message.line.channel]
        draw = provider.faults.random
        late_s = draw.uniform(*_LATE_S.get(delivery.status, (0.1, 3.0)))
        if draw.random() < TURNED:
            late_s += draw.uniform(5, _TURNED_S)
        provider.bring(_packed(delivery), bare(message.to), late_s)

    def _shows(self, bubble: Bubble) -> None:
        """It stands on the telephone."""
        hand = self._hands.get(bubble.sid)
        if hand is None:
            return
        media: Media | None = bubble.media[0] if bubble.media else None
        self.providers[bubble.chat.line.channel].show(
            hand,
            chat=bubble.chat.person.number,
            text=bubble.text,
            choices=tuple((Choice(label=each.title, data=each.id),) for each in bubble.buttons),
            content=media.content if media else b"",
            mime=media.mime if media else "",
            message_id=bubble.sid,
        )

    def _fails(self, message: Message) -> int:
        """A code by which a message fails that was accepted: of what the program tries again."""
        hand = self._hands.get(message.sid)
        assert message.line is not None
        provider = self.providers[message.line.channel]
        returns = hand is not None and hand.parcel.message.kind in RETURNED and "with=1" not in message.callback
        return DRAWN[message.line.channel] if returns and provider.faults.strikes("undelivered") else 0


def _packed(delivery: Delivery) -> bytes:
    """A webhook as one value: where it goes, and its form."""
    return delivery.url.removeprefix(f"{PUBLIC_URL}/").encode() + b"\n" + delivery.body


def _answer(answer: wire.Answer) -> Answer:
    headers = {"content-type": answer.content_type, **answer.headers}
    return Answer(answer.status, headers, answer.body)


def _bare(hand: Hand) -> Enclosure | None:
    """What an address of ours says of a file."""
    enclosure = hand.parcel.message.enclosure
    return replace(enclosure, name=enclosure.name[:100]) if enclosure is not None else None
