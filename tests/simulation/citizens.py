"""A citizen: what they mean to say, how they go about it, and what they expect to come of it.

They know nothing of the program: they read what arrived in their chat, and answer its last question by typing or by a
button; sometimes late, twice, or something else than was asked.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.dates import awake
from tests.simulation.names import name
from tests.simulation.provider import Provider, Shown
from tests.simulation.reading import has, number_in, question_in, says
from workflow.message import Address, Attachment, Choice, Location, Message, Press, Sender
from workflow.office import Office
from workflow.say import say

if TYPE_CHECKING:
    from tests.simulation.world import Simulation

STORIES = (
    "jalan berlubang di depan toko {name} RT 5, sudah seminggu belum diperbaiki",
    "lampu jalan di dekat warung {name} RT 5 mati total, gelap sekali kalau malam",
    "sampah menumpuk di samping pasar {name} RT 5 sudah tiga hari tidak diangkut",
    "saluran air di depan toko {name} RT 5 mampet dan bau sekali",
    "trotoar di depan sekolah {name} RT 5 rusak parah, anak-anak sering jatuh",
    "jembatan kecil di dekat balai {name} RT 5 sudah rusak dan berlubang",
)
MORE = ("sudah dua kali warga {name} menegur", "di seberangnya juga ada yang rusak, dekat bengkel {name}")
REASONS = ("rumah saya kebakaran waktu di {name}", "masih dipegang saudara di {name}")
GREETINGS = ("halo", "permisi min", "assalamualaikum", "selamat pagi")
FIELDS = {
    "name": "{one} {two}",
    "address": "Dusun {one} nomor 12, Desa {two}",
    "loss": "waktu dan uang kira-kira 200 ribu di {one}",
    "remedy_requested": "mohon segera diperbaiki sampai ke {one}",
}
"""What is asked to be typed, and how they answer it."""
CAPTIONS = {"ktp": ("ini ktp saya", "KTP"), "kk": ("kk", "ini kk nya"), "location_photo": ("foto lokasi", "lokasinya")}
OF_SEVERAL = {"identity": "ktp"}
"""Where any of several documents will do, which one they have."""
_SHOWN = ("document", "place_photo")
TYPED = {"ktp": "ktp", "kk": "kk", "location_photo": "lokasi"}
KNOCKS = ("knock.answer_waiting", "knock.status_update", "knock.reminder")
"""What reaches them where nothing else may, once they were silent for a day."""
FAILED_LATER = ("30003", "63012")
"""What a telephone's network says of a message that it had taken."""
CROSSING = timedelta(seconds=90)
REPLY_WITHIN = timedelta(minutes=20)
PATIENCE = timedelta(minutes=40)
"""So long after its hour a reminder may come: what they said last was late, a process died, a provider refused."""


@dataclass
class Citizen:
    """One person with one phone."""

    world: Simulation
    office: Office
    provider: Provider
    chat: str
    random: random.Random
    tellings: list[str] = field(default_factory=list)  # what the complaint's statement must be in the end
    photos: dict[str, list[str]] = field(default_factory=dict)  # sort -> refs that must stand in it, newest last
    later: set[str] = field(default_factory=set)
    lacking: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # what was asked to be typed -> their words
    place: Location | None = None
    confirmed: bool = False
    cancelled: bool = False
    withdrawn: bool = False
    vanished: bool = False
    number: str = ""

    def __post_init__(self) -> None:
        """Draw a character."""
        draw = self.random
        self.account = name(self.world.next_name())
        self.story = draw.choice(STORIES).format(name=name(self.world.next_name()))
        self.more = [draw.choice(MORE).format(name=name(self.world.next_name()))] if draw.random() < 0.4 else []
        self.in_pieces = bool(self.more) and draw.random() < 0.75
        self.greets = draw.random() < 0.3
        self.salam = draw.random() < 0.15
        self.corrects = draw.random() < 0.15
        self.pins = draw.random() < 0.15
        self.asks_status = draw.random() < 0.25
        self.thanks = draw.random() < 0.3
        self.taps_twice = draw.random() < 0.2
        self.types = draw.random() < 0.5
        self.fate = draw.choices(("finish", "cancel", "vanish", "withdraw"), (84, 5, 6, 5))[0]
        self.falls_silent = draw.random() < 0.08
        self.adds = draw.random() < 0.15
        self.unhappy = draw.random() < 0.12
        self.unsatisfied = 0  # how often they said so
        asked = [OF_SEVERAL.get(each.id, each.id) for each in self.office.standard.asked() if each.kind in _SHOWN]
        self.has = {sort: draw.choices(("have", "later", "none"), (84, 9, 7))[0] for sort in asked}
        self.brings_album = len(asked) > 1 and draw.random() < 0.2
        self.brings_early = bool(asked) and not self.brings_album and draw.random() < 0.15
        self.types |= self.in_pieces or self.brings_early  # a press may overtake what was written just before it
        self.unnamed: list[str] = []  # sorts of photos sent without a word, in order
        self.sent: list[str] = []  # sorts of all photos, in order
        self.read = 0
        self.turn = 0
        self.since: datetime | None = None  # unanswered since
        self.told = False
        self.step = 0
        self.gave_up: set[str] = set()
        self.questions: list[str] = []
        self.last_spoke: datetime | None = None
        self.silent_since: datetime | None = None
        self.reminded = False
        self.resting_until = self.world.agenda.now
        self.gave: dict[str, datetime] = {}  # when they last gave what was asked for
        self.brought: dict[str, datetime] = {}  # what followed after registration, and when

    @property
    def address(self) -> Address:
        """Their chat."""
        return Address(self.office.id, self.provider.channel, self.chat)

    @property
    def lines(self) -> list[tuple[Provider, str]]:
        """Where they read and write."""
        return [(self.provider, self.chat)]

    @property
    def addresses(self) -> list[Address]:
        """Each of those as the program knows it."""
        return [Address(self.office.id, provider.channel, chat) for provider, chat in self.lines]

    @property
    def here(self) -> Address:
        """Where they write now."""
        return self.address

    @property
    def phone(self) -> Provider:
        """What they write with now."""
        return next(provider for provider, _ in self.lines if provider.channel == self.here.channel)

    @property
    def shown(self) -> list[Shown]:
        """What stands in their chat."""
        return self.provider.chats.get(self.chat, [])

    # --- doing --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first message."""
        if self.greets:
            self.say(self.random.choice(GREETINGS))
        elif self.brings_album:
            self.send_album()
        else:
            self.tell_story()
        self.expect_reply()

    def say(self, text: str, **more: object) -> str:
        """Write."""
        message_id = self.phone.next_id()
        message = Message(
            chat=self.here,
            id=message_id,
            sender=Sender(id=self.here.chat, name=self.account),
            at=self.world.agenda.now,
            text=text,
            **more,  # type: ignore[arg-type]
        )
        self.last_spoke, self.silent_since = self.world.agenda.now, None
        self.world.sayings[text] = self
        self.phone.tell(message)
        return message_id

    def press(self, shown: Shown, choice: Choice) -> None:
        """Press a button, some people twice."""
        for _ in range(2 if self.taps_twice else 1):
            press = Press(
                chat=self.here,
                id=f"{self.office.id}-p{self.phone.next_id()}",
                sender=Sender(id=self.here.chat, name=self.account),
                at=self.world.agenda.now,
                data=choice.data,
                message_id=shown.id,
            )
            self.last_spoke, self.silent_since = self.world.agenda.now, None
            self.phone.tell(press)

    def choose(self, shown: Shown, label: str, typed: str) -> None:
        """Press the button, or write what it says."""
        button = shown.button(label)
        if button is None or self.types:
            self.say(typed)
        else:
            self.press(shown, button)

    def tell_story(self) -> None:
        """The statement."""
        self.told = True
        self.tellings.append(self.story)
        self.say(("assalamualaikum, " if self.salam else "") + self.story)
        if self.in_pieces:
            text = self.more.pop()
            self.tellings.append(text)
            self.say(text)
        if self.brings_early:
            self.brings_early = False
            sort = self.random.choice([sort for sort, how in self.has.items() if how == "have"] or [""])
            if sort:
                self.send_photo(sort, caption=self.random.choice(CAPTIONS[sort]))

    def photo(self, sort: str, *, dark: bool = False) -> str:
        """A photo on the phone; returns its ref."""
        ref = f"{self.here.chat}-{sort}-{self.phone.next_id()}"
        self.phone.files[ref] = f"{'dark ' if dark else ''}photo:{self.office.id}:{self.chat}:{sort}:{ref}".encode()
        return ref

    def send_photo(self, sort: str, *, caption: str = "", album: str = "", asked: bool = False) -> None:
        """One photo, named or not; now and then it can't be downloaded, or is too dark."""
        self.gave[sort] = self.world.agenda.now
        self.sent.append(sort)
        ref = self.photo(sort, dark=self.random.random() < 0.06)
        if self.random.random() < 0.03:
            self.phone.lost_files.add(ref)
        elif not caption and not asked:
            self.unnamed.append(sort)
        if ref not in self.phone.lost_files:
            self.photos.setdefault(sort, []).append(ref)
        self.say(caption, attachments=(Attachment(kind="photo", ref=ref, unique=ref),), album=album)

    def send_album(self) -> None:
        """All that's there at once, without a word."""
        self.brings_album = False
        album = f"album-{self.provider.next_id()}"
        for sort, how in self.has.items():
            if how == "have":
                self.send_photo(sort, album=album)

    def send_pin(self) -> None:
        """A place on the map."""
        self.pins = False
        self.place = Location(latitude=-7.77 - int(self.chat[-5:]) / 1e5, longitude=113.21)
        self.say("", location=self.place)

    # --- reading ------------------------------------------------------------------------------------------------------

    def notices(self, shown: Shown) -> None:
        """Something arrived: after a while it's read and answered."""
        self.since = None
        if self.vanished:
            return
        self.turn += 1
        turn, draw = self.turn, self.random
        think_s = draw.uniform(2, 40) if draw.random() < 0.8 else draw.uniform(60, 1500)
        if self.falls_silent and self.told and not self.confirmed:
            self.falls_silent = False
            self.resting_until = self.world.agenda.now + timedelta(days=draw.uniform(1, 5))
            self.expect_reminders()
        at = max(self.world.agenda.now + timedelta(seconds=think_s), self.resting_until)

        async def answer() -> None:
            if turn == self.turn:
                self.answer()

        self.world.agenda.at(at, f"{self.office.id}/{self.chat} answers", answer)

    def answer(self) -> None:
        """Read what's new, newest first, and answer the first question in it."""
        new = self.shown[self.read :]
        self.read = len(self.shown)
        for shown in reversed(new):
            if shown.deleted or self._is_repeated(shown):
                continue
            if self.office.standard.office.ticket_prefix and (found := self._number_in(shown)):
                self.number = found
            question = question_in(shown.text)
            if question and self.reply(question, shown):
                return
        self.afterwards()

    def _number_in(self, shown: Shown) -> str:
        return number_in(shown.text, self.office.standard.office.ticket_prefix)

    def _is_repeated(self, shown: Shown) -> bool:
        """A message that says it's a repetition of one they have read."""
        mark = self.provider.again_mark
        if not shown.text.endswith(mark):
            return False
        plain = shown.text.removesuffix(mark)
        earlier = self.shown[: self.shown.index(shown)]
        return any(each.text.removesuffix(mark) == plain for each in earlier)

    def reply(self, question: str, shown: Shown) -> bool:
        """Answer a question; False: it needs no answer of theirs."""
        self.questions.append(question)
        answered = self._reply(question, shown)
        if answered:
            self.expect_reply()
        return answered

    def expect_reply(self) -> None:
        """From now on something must come back; whoever is left without an answer for long is a failure."""
        self.since = since = self.world.agenda.now

        async def look() -> None:
            if self.since == since and not self._was_undelivered():
                self.world.unanswered(self)

        self.world.agenda.at(since + REPLY_WITHIN, f"{self.office.id}/{self.chat} wonders", look)

    def _was_undelivered(self) -> bool:
        """Whether something for them was taken and failed on its way: it comes again minutes or hours later."""
        mine = (each for provider, chat in self.lines for each in provider.attempts if each.chat == chat)
        return any(each.outcome in FAILED_LATER for each in mine)

    def expect_reminders(self) -> None:
        """They fall silent over an unfinished report: it's kept, and they hear so at its hours."""
        if not self.reminded:
            self._expect("remind", timedelta(hours=self.office.standard.asking.remind_hours))
        if self.vanished:
            days = self.office.standard.asking.draft_days
            self._expect("forget.soon", timedelta(days=days - self.office.standard.asking.warn_days))
            self._expect("forget.done", timedelta(days=days))

    def _expect(self, key: str, after: timedelta) -> None:
        """A message that's to come so long after they were last heard of, and not at night."""
        silent = self.silent_since = self.world.agenda.now
        by = awake(self.office.id, silent + after) + PATIENCE

        async def look() -> None:
            if self.silent_since != silent or self.confirmed or self.cancelled:
                return
            keys = (key, *KNOCKS) if self.provider.limits.window_h else (key,)
            if not any(each.at > silent and has(each.text, *keys) for each in self.shown):
                self.world.problems.append(f"{self.address.lane} was never reminded ({key}), silent since {silent}")
            self.reminded |= key == "remind"

        self.world.agenda.at(by, f"{self.office.id}/{self.chat} still hears nothing", look)

    def _reply(self, question: str, shown: Shown) -> bool:
        if self.fate == "vanish" and self.told and self.random.random() < 0.5:
            self.vanished = True
            self.expect_reminders()
            return False
        wavers = self.fate == "cancel" and self.told and question.startswith(("ask.", "summary.text", "summary.sign"))
        if wavers and self.random.random() < 0.5:
            self.say("batal")
            return True
        if question.startswith("ask.") and question != "ask.statement":
            return self._asked_for(question.removeprefix("ask."), shown)
        how = HOW.get(question)
        return how is not None and getattr(self, how.__name__)(shown) is not False

    def _tell(self, _: Shown) -> bool:
        if self.told:
            return False
        self.tell_story()
        return True

    def _why(self, _: Shown) -> bool:
        sort = next(iter(self.gave_up), "")
        if not sort:
            return False  # a second press asked again what they have just answered
        reason = self.random.choice(REASONS).format(name=name(self.world.next_name()))
        self.gave_up.discard(sort)
        self.lacking[sort] = reason
        self.say(reason)
        return True

    def _rather_cancel(self, shown: Shown) -> None:
        self.choose(shown, say("choice.cancel"), "batal")

    def _cancel(self, shown: Shown) -> None:
        self.cancelled = True
        self.choose(shown, say("choice.cancel_yes"), "ya")

    def _withdraw(self, shown: Shown) -> None:
        self.withdrawn = True
        self.choose(shown, say("choice.withdraw"), "ya")

    def _is_addition(self, shown: Shown) -> None:
        button = next((each for each in shown.buttons if not each.data.endswith(":new")), None)
        if button is None:
            self.say("1")
        else:
            self.press(shown, button)

    def _asked_for(self, sort: str, shown: Shown) -> bool:
        now = self.world.agenda.now
        crossed = now - self.gave.get(sort, self.world.started) < CROSSING
        if crossed and not has(shown.text, "failed.gone", "failed.timeout"):
            return False  # asked before it was known that they had just answered
        if sort in FIELDS:
            return self._type(sort)
        sort = OF_SEVERAL.get(sort, sort)
        if self.more and self.random.random() < 0.5:
            text = self.more.pop()
            self.tellings.append(text)
            self.say(text)
            return True
        if self.pins and self.random.random() < 0.5:
            self.send_pin()
            return True
        how = self.has.get(sort, "have")
        self.gave[sort] = now
        if how == "have":
            named = self.random.random() < 0.4
            self.send_photo(sort, caption=self.random.choice(CAPTIONS[sort]) if named else "", asked=True)
        elif how == "later":
            self.later.add(sort)
            self.choose(shown, say("choice.later"), "nanti")
        else:
            self.gave_up = {sort}
            self.choose(shown, say("choice.none"), "tidak ada")
        return True

    def _type(self, sort: str) -> bool:
        self.gave[sort] = self.world.agenda.now
        if sort not in self.typed:
            one, two = name(self.world.next_name()), name(self.world.next_name())
            self.typed[sort] = FIELDS[sort].format(one=one, two=two)
        self.say(self.typed[sort])
        return True

    def _sort(self, shown: Shown) -> bool:
        """Say which photo is which, in the order they were sent."""
        fields = says(shown.text, "sorting.many")
        count = int(fields["last"]) if fields and fields["last"].isdecimal() else 1
        unnamed = self.unnamed if len(self.unnamed) >= count else self.sent[-count:]  # asked again about them all
        sorts, self.unnamed = unnamed[:count], self.unnamed[count:]
        if not sorts and count == 1:
            sorts = self.sent[-1:]  # the question can only mean the last one
        if not sorts:
            return False
        if shown.buttons and (count == 1 or not self.types):
            for row, sort in enumerate(sorts):
                button = next(
                    (
                        each
                        for each in (shown.choices[row] if count > 1 else shown.buttons)
                        if each.data.endswith(f":{sort}")
                    ),
                    None,
                )
                if button is not None:
                    self.press(shown, button)
        elif count == 1:
            self.say(TYPED[sorts[0]])
        else:
            self.say(" ".join(f"{n} {TYPED[sort]}" for n, sort in enumerate(sorts, 1)))
        return True

    def _name_file(self, _: Shown) -> None:
        """What the file is that they sent last."""
        self.say(TYPED[self.sent[-1]])

    def _stands_in(self, shown: Shown) -> bool:
        """Whether a summary holds all they have told."""
        return all(text in shown.text for text in self.tellings)

    def _summary(self, shown: Shown) -> bool:
        if not self.told or self.number or not self._stands_in(shown):
            return False  # it's in already, or they see that what they wrote last isn't in it yet
        if self.confirmed:
            self.choose(shown, say("choice.yes_right"), "ya")  # the summary was renewed while they said YA
            return True
        if self.corrects:
            self.corrects = False
            self.tellings = [text.replace("RT 5", "RT 3") for text in self.tellings]
            self.say("eh salah, RT 3")
            return True
        if self.pins:
            self.send_pin()
            return True
        if self.more:
            text = self.more.pop()
            self.tellings.append(text)
            self.say(text)
            return True
        self.confirmed = True
        self._agree(shown)
        return True

    def _agree(self, shown: Shown) -> None:
        """YA; where the summary is to be signed, the full name or another word of assent."""
        if not has(shown.text, "summary.sign"):
            self.choose(shown, say("choice.yes_right"), self.random.choice(("ya", "YA", "iya betul")))
        elif self.random.random() < 0.5:
            self.say(self.typed.get("name", "setuju"))
        else:
            self.choose(shown, say("choice.sign"), self.random.choice(("setuju", "SETUJU")))

    def _better_photo(self, shown: Shown) -> tuple[str, str]:
        """The photo that was asked for anew: what it's of, and its ref."""
        what = (says(shown.text, "retake.dark") or {}).get("what", "")
        sort = next((sort for sort in self.has if say(f"label.{sort}").removeprefix("foto ") == what), "")
        ref = self.photo(sort)
        self.sent.append(sort)
        self.photos[sort] = [ref]
        return sort, ref

    def _retake(self, shown: Shown) -> None:
        if self.random.random() < 0.5:
            self.choose(shown, say("choice.keep"), "pakai")
            return
        _, ref = self._better_photo(shown)
        self.say("", attachments=(Attachment(kind="photo", ref=ref, unique=ref),))

    def _supply(self, _: Shown) -> None:
        """What the office asked for: the paper that was to come later, or words."""
        sort = next(iter(sorted(self.later)), "")
        if sort and self.has[sort] == "later":
            self.has[sort] = "came"
            self.brought[sort] = self.world.agenda.now
            self.send_photo(sort, caption=self.random.choice(CAPTIONS[sort]), asked=True)
        else:
            self.say(f"sudah saya usahakan lewat {name(self.world.next_name())}")

    def _open(self, _: Shown) -> None:
        """Something waits for them: they have to write first."""
        self.say("OK")

    def _satisfied(self, shown: Shown) -> bool:
        if self.unhappy:
            self.unhappy = False
            self.unsatisfied += 1
            self.choose(shown, say("telling.satisfied_no"), self.random.choice(("belum", "BELUM", "blm pak")))
            return True
        if self.random.random() < 0.4:
            self.choose(shown, say("telling.satisfied_yes"), "sudah")
            return True
        if self.thanks:
            self.say("terima kasih")
            return True
        return False

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def _still_lacks(self, _: Shown) -> None:
        """What is still lacking."""
        self.say(f"masih sama saja di dekat {name(self.world.next_name())}")

    def afterwards(self) -> None:
        """Once the complaint is in: ask how it stands, bring what was to follow, add something, take it back."""
        if not self.confirmed or not self.number:
            return
        if self.fate == "withdraw":
            self.fate = "finish"
            self._later(self.withdraw)
        elif self.asks_status:
            self.asks_status = False
            self._later(self.ask_status)
        elif self.adds:
            self.adds = False
            self._later(self.add)
        elif any(how == "later" for how in self.has.values()) and self.random.random() < 0.5:
            self._later(self.bring)

    def _later(self, what: object) -> None:
        async def act() -> None:
            over = self.withdrawn or any(has(shown.text, "telling.answer", "telling.handed") for shown in self.shown)
            if not over or what == self.ask_status:
                what()  # type: ignore[operator]
                self.expect_reply()

        self.world.agenda.after(self.random.uniform(20, 3000), f"{self.office.id}/{self.chat} comes back", act)

    def withdraw(self) -> None:
        """BATAL after registration."""
        self.say("batal")

    def ask_status(self) -> None:
        """STATUS, with or without the number."""
        self.say(self.random.choice(("status", f"STATUS {self.number}")))

    def add(self) -> None:
        """A further word about it."""
        text = f"tambahan {self.number}: di sana juga dekat gudang {name(self.world.next_name())}"
        self.say(text)

    def bring(self) -> None:
        """A paper that was to follow."""
        sort = next((sort for sort, how in self.has.items() if how == "later"), "")
        if sort:
            self.has[sort] = "came"
            self.brought[sort] = self.world.agenda.now
            self.send_photo(sort, caption=self.random.choice(CAPTIONS[sort]), asked=True)
        else:
            self.ask_status()

    # --- what must be -------------------------------------------------------------------------------------------------

    def digests(self) -> dict[str, set[str]]:
        """The sha256 of every photo they mean to have given, by what it is."""
        providers = [provider for provider, _ in self.lines]
        had = {
            sort: [ref for ref in refs if not any(each.is_hopeless(ref) for each in providers)]
            for sort, refs in self.photos.items()
        }
        files = {ref: content for each in providers for ref, content in each.files.items()}
        return {sort: {hashlib.sha256(files[ref]).hexdigest() for ref in refs} for sort, refs in had.items() if refs}


HOW: dict[str, Callable[[Citizen, Shown], bool | None]] = {
    "ask.statement": Citizen._tell,
    "greeting.what": Citizen._tell,
    "restart.done": Citizen._tell,
    "none.why": Citizen._why,
    "sorting.one": Citizen._sort,
    "sorting.many": Citizen._sort,
    "summary.text": Citizen._summary,
    "summary.sign": Citizen._summary,
    "summary.which": Citizen._rather_cancel,
    "cancel.ask": Citizen._cancel,
    "retake.dark": Citizen._retake,
    "retake.blurred": Citizen._retake,
    "withdraw.ask": Citizen._withdraw,
    "addition.ask": Citizen._is_addition,
    "telling.ask": Citizen._supply,
    "telling.satisfied_question": Citizen._satisfied,
    "sorting.file_one": Citizen._name_file,
    "satisfied.why": Citizen._still_lacks,
    "unclear.ask": Citizen._tell,
    **dict.fromkeys(KNOCKS, Citizen._open),
}
"""How a question is answered; False: this one needs no answer of theirs."""
