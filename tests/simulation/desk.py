"""The staff of one office at their desk: they read the cards as they arrived and press or reply, until all is archived.

Sometimes two act at once, sometimes somebody presses twice, on an old card or out of turn, and they chat among
themselves. Some are away for a day, and somebody stands in; some bring an answer themselves.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.simulation.names import name
from tests.simulation.provider import CHANNEL, Provider, Shown
from tests.simulation.reading import codes_in, has, says
from workflow.message import Address, Choice, Message, Outbound, Press, Refers, Sender
from workflow.office import Office, Staff
from workflow.say import say
from workflow.standard.standard import Standard

if TYPE_CHECKING:
    from tests.simulation.world import Simulation

LOOKS_AGAIN = timedelta(minutes=25)
PLAIN = ("deliver", "pass_on", "archive", "accept", "register", "receipt", "verify", "copy", "sign", "number", "back")
PROMPTS = ("enough", "ask", "refuse", "return", "reword", "branch", "hand_over")
TITLES = ("Kasi Pembangunan", "Kasi Trantib")
_HOW_MANY = {"citizen": 0, "officer": 2, "section": 2, "secretary": 1, "head": 1}


def staff_of(office: str, standard: Standard, number: int) -> tuple[Staff, ...]:
    """All whom the standard names: two who deal with citizens, two who do the work, one of every other; one is admin."""
    people: list[Staff] = []
    for role, rules in standard.roles.items():
        for _ in range(_HOW_MANY[rules.kind]):
            n = len(people)
            spoken = f"{role} {office}".replace("_", " ").replace("-", " ").title()
            title = TITLES[sum(each.has_role(role) for each in people)] if rules.kind == "section" else rules.label
            people.append(Staff(id=number + n, name=f"{spoken} {n}", title=title, roles=(role,), admin=n == 0))
    return tuple(people)


@dataclass
class Desk:
    """The group chat of one office and the people in it."""

    world: Simulation
    office: Office
    provider: Provider
    random: random.Random
    private: set[str] = field(default_factory=set)  # what was said among the staff and must stay there
    notes: dict[str, str] = field(default_factory=dict)  # what was written as a note -> the card's key
    answers: dict[str, list[str]] = field(default_factory=dict)  # complaint's code -> texts meant for its citizen
    to_citizens: dict[str, Refers] = field(default_factory=dict)  # what was written for a citizen, and about what
    returned: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)  # complaint's id -> its code, as its cards say
    handed: set[str] = field(default_factory=set)  # codes of answers that somebody began to hand over themselves
    plans: set[str] = field(default_factory=set)  # what was written for a citizen when a deadline came near
    authors: dict[str, str] = field(default_factory=dict)  # what was written in reply to something -> "staff:ID"
    approvals: dict[str, tuple[Shown, Choice]] = field(default_factory=dict)  # code -> the button before the return
    old_presses: dict[str, str] = field(default_factory=dict)  # presses of such buttons, once the draft is another one
    takes_back_of: Counter[str] = field(default_factory=Counter)  # complaint's code -> how often somebody tried to
    taken_back: Counter[str] = field(default_factory=Counter)  # and was told that it's done
    takes_back: dict[str, str] = field(default_factory=dict)  # presses that are to do so -> the code
    numbers: set[str] = field(default_factory=set)  # what was typed as a letter's number
    standing_in: set[tuple[str, str, date]] = field(default_factory=set)  # (person, role, day) as it was said
    dues: dict[str, set[str]] = field(default_factory=dict)  # complaint's code -> its limit, as cards showed it
    agenda_at: int = 0  # the last number in the paper agenda
    refused: set[tuple[str, str]] = field(default_factory=set)  # (message, button) that was refused
    pressed: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_private: bool = False
    _planned: set[tuple[str, str]] = field(default_factory=set)

    @property
    def address(self) -> Address:
        """The group."""
        assert self.office.desk is not None
        return Address(self.office.id, CHANNEL, self.office.desk)

    @property
    def shown(self) -> list[Shown]:
        """What stands in the group."""
        return self.provider.chats.get(self.address.chat, [])

    # --- noticing -----------------------------------------------------------------------------------------------------

    def notices(self, shown: Shown) -> None:
        """A message arrived or changed: whoever it names looks at it, in office hours."""
        draw = self.random
        if (code := _code(shown)) and shown.message.refers is not None:
            self.codes[shown.message.refers.complaint] = code
        over = has(shown.text, "desk.card.answered", "desk.card.answer_set", "desk.card.no_clock")
        if code and not over and (due := says(shown.text, "desk.card.due")):
            self.dues.setdefault(code, set()).add(due["moment"].partition(";")[0])
        if self._invites(shown):
            return
        if has(shown.text, "desk.post.held") and draw.random() < 0.3:
            self._plan(shown.id, "stop", 2, 14, lambda: self._press_if(shown, say("desk.button.stop"), shown.message))
            return
        if (prompt := self._prompt(shown)) and shown.message.mentions:
            person = self._person(shown.message.mentions[0].id)
            self._plan(shown.id, "prompt", 5, 300, lambda: self._answer_prompt(shown, prompt, person))
            return
        if has(shown.text, "desk.prompt.confirm", "desk.prompt.confirm_hand_over") and shown.buttons:
            self._plan(shown.id, "confirm", 5, 200, lambda: self._confirm(shown))
            return
        self._use(shown)
        if shown.button(say("desk.more.by_hand")):
            self._plan(shown.id, "by hand", 5, 60, lambda: self._press_if(shown, say("desk.more.by_hand"), ""))
            return
        if self._is_role(shown, "relay"):
            if draw.random() < 0.35:
                self._plan(shown.id, "relay", 20, 900, lambda: self._answer_relay(shown))
            return
        if has(shown.text, "desk.card.turn") and code:
            people = self._named(shown)
            if people:
                who = people if draw.random() < 0.12 else [draw.choice(people)]
                seconds = draw.uniform(15, 500)
                for person in who:
                    self._look(person, code, seconds)
        if draw.random() < 0.03:
            self._plan(shown.id, "chat", 5, 600, self.chat)

    def _invites(self, shown: Shown) -> bool:
        """Something waits in private: whoever is named asks for the link to their own chat, and opens it."""
        if has(shown.text, "desk.post.confidential"):
            for each in shown.message.mentions:
                self.ask_link(self._person(each.id), shown)
            return True
        link = next((each for each in shown.buttons if "?start=" in each.url), None)
        if link is not None and (person := self._beginning(shown)):
            start = link.url.partition("?start=")[2]
            self._plan(
                shown.id, "opens a link", 5, 15, lambda: self.world.rooms[self.office.id, str(person.id)].open(start)
            )
        return link is not None

    def ask_link(self, person: Staff, shown: Shown) -> None:
        """Whoever has no private chat yet presses the button for one."""

        def press() -> None:
            if not self.world.rooms[self.office.id, str(person.id)].is_linked:
                self._press(person, shown, shown.buttons[0], remembered=False)

        self._plan(shown.id, f"asks for a link {person.id}", 20, 600, press)

    def _beginning(self, shown: Shown) -> Staff | None:
        """Whose name a message begins with."""
        return next((each for each in self.office.staff if shown.text.startswith(each.name)), None)

    def _use(self, shown: Shown) -> None:
        """What somebody may or may not do about a message: write a word before a deadline, take back what they did."""
        draw = self.random
        if self._is_role(shown, "deadline") and shown.message.mentions and draw.random() < 0.5:
            person = self._person(draw.choice(shown.message.mentions).id)
            self._plan(shown.id, "word", 20, 900, lambda: self._word(shown, person))
        if shown.buttons and has(shown.text, "late.desk.planned") and draw.random() < 0.6:
            self._plan(shown.id, "send the word", 5, 120, lambda: self._press_if(shown, say("late.button.respond"), ""))
        if (undo := shown.button(say("desk.button.undo"))) and draw.random() < 0.05:
            self._plan(shown.id, "take back", 10, 700, lambda: self._take_back(shown, undo))

    def _is_role(self, shown: Shown, role: str) -> bool:
        refers = shown.message.refers
        return refers is not None and refers.role == role

    def told(self, message: Outbound) -> None:
        """The answer to a press: what was refused isn't pressed again."""
        if message.alert and message.press in self.pressed:
            self.refused.add(self.pressed[message.press])
        if not message.alert and (code := self.takes_back.pop(message.press, "")):
            self.taken_back[code] += 1
        if not message.alert and message.press in self.old_presses:
            code = self.old_presses[message.press]
            self.world.problems.append(f"{self.office.id}: an old button of {code} was taken: {message.text!r}")

    def _take_back(self, shown: Shown, undo: Choice) -> None:
        """Whoever did it thinks better of it: in time, too late, or after somebody else has gone on."""
        person = self._beginning(shown)
        refers = shown.message.refers
        if person is not None and refers is not None and refers.complaint in self.codes:
            press = self._press(person, shown, undo, remembered=False)
            self.takes_back[press] = code = self.codes[refers.complaint]
            self.takes_back_of[code] += 1

    def _prompt(self, shown: Shown) -> str:
        if has(shown.text, "duty.ask.why"):
            return "why"
        return next((act for act in PROMPTS if has(shown.text, f"desk.prompt.{act}")), "")

    def _named(self, shown: Shown) -> list[Staff]:
        return [person for person in self.office.staff if person.name in _turn_line(shown.text)]

    def _person(self, staff_id: str) -> Staff:
        person = self.office.staff_by_id(staff_id)
        assert person is not None
        return person

    def _look(self, person: Staff, code: str, seconds: float) -> None:
        key = (str(person.id), code)
        if key in self._planned:
            return
        self._planned.add(key)

        def work() -> None:
            self._planned.discard(key)
            if self.work(person, code):
                self._look(person, code, LOOKS_AGAIN.total_seconds())

        self._plan(code, f"look {person.id}", seconds, seconds, work)

    def _plan(self, about: str, what: str, low_s: float, high_s: float, act: object) -> None:
        """Somebody of the staff will do something, when the office is open."""
        at = self.world.agenda.now + timedelta(seconds=self.random.uniform(low_s, high_s))
        if high_s > 15 and not self.office.is_open(at):
            at = self.office.calendar.next_opening(at) + timedelta(seconds=self.random.uniform(0, 1800))

        async def happen() -> None:
            act()  # type: ignore[operator]

        self.world.agenda.at(at, f"{self.office.id} desk: {what} {about}", happen)

    # --- coming and going ---------------------------------------------------------------------------------------------

    def open_up(self) -> None:
        """While complaints come in, and in the days after, somebody is away for a day."""
        for n in range(self.random.choice((1, 2, 2))):
            most_s = self.random.choice((self.world.size * 300, 2 * 86_400))
            self._plan(str(n), "is away", 60, max(3600, most_s), self._is_away)

    def _is_away(self) -> None:
        """Somebody says so; where nobody else has their role the admin names a stand-in, mostly."""
        draw, (admin, *others) = self.random, self.office.staff
        alone = [each for each in others if len(self.office.with_role(each.roles[0])) == 1]
        person = draw.choice(alone if draw.random() < 0.8 else others)
        late = draw.randint(0, 1)
        days = ("hari ini", "besok")[late]
        reason = f"rapat di {name(self.world.next_name())}"
        self.private.add(reason)
        self._write(person, f"/absen {days} {reason}")
        role = person.roles[0]
        if person not in alone or draw.random() < 0.15:
            return
        stand_in = draw.choice([each for each in self.office.staff if each is not person])
        day = self.office.calendar.local_date(self.world.agenda.now) + timedelta(days=late)
        self.standing_in.add((f"staff:{stand_in.id}", role, day))
        self._write(admin, f"/plh {role} {days}", about=stand_in)

    # --- working ------------------------------------------------------------------------------------------------------

    def card(self, code: str) -> Shown | None:
        """The newest card of a complaint; older copies may stand about with buttons that no longer hold."""
        there = (each for each in reversed(self.shown) if not each.deleted)
        cards = (each for each in there if _code(each) == code and has(each.text, "desk.card.step"))
        return next(cards, None)

    def work(self, person: Staff, code: str) -> bool:
        """Do what the card asks of this person. True: look again later whether it went on."""
        card = self.card(code)
        if card is None or not card.buttons or person.name not in _turn_line(card.text):
            return False
        if (act := self._choose(person, card, code)) is None:
            return True
        if isinstance(act, Choice):
            if self.random.random() < 0.05:  # somebody else meddles, and is refused
                self._press(self._anybody(), card, act, remembered=False)
            self._press(person, card, act)
            if self.random.random() < 0.1:
                self._press(person, card, act)
        return True

    def _choose(self, person: Staff, card: Shown, code: str) -> Choice | None:
        """What to press; None: something was written instead, or it's better to wait."""
        draw = self.random
        if has(card.text, "desk.card.waiting") and draw.random() < 0.7:
            return None
        if draw.random() < 0.06:
            self._reply(person, card, f". {self._note(card)}")
        if button := self._by_hand(card, code):
            return button
        if button := self._one_of(card, "deliver_yes", "complete") or self._enough(card, code):
            return button
        people = [each for each in card.buttons if each.data.startswith(("d:dispose:", "d:ask_staff:"))]
        if people := [each for each in people if (card.id, each.data) not in self.refused]:
            return draw.choice(people)
        if button := self._judged(person, card, code):
            return button
        if button := self._one_of(card, "report", "draft_own") or self._starting(card, "desk.button.draft"):
            return button
        if self._asks_words(card):
            self._reply(person, card, self._words(code))
            return None
        if has(card.text, "desk.card.do_number"):
            self._reply(person, card, self._letter_number())
            return None
        ways = [each for each in card.buttons if each.data.startswith("d:branch:")]
        if ways and draw.random() < 0.3 and (way := self._open(card, ways[0].label)):
            return way
        return self._one_of(card, *PLAIN)

    def _one_of(self, card: Shown, *keys: str) -> Choice | None:
        return next((button for key in keys if (button := self._open(card, say(f"desk.button.{key}")))), None)

    def _by_hand(self, card: Shown, code: str) -> Choice | None:
        """Now and then somebody brings the answer themselves, which stands in the card's further menu."""
        brings = code in self.handed or self.random.random() < 0.08
        if not brings or not self._one_of(card, "deliver_yes", "deliver"):
            return None
        self.handed.add(code)
        return self._one_of(card, "more")

    def _enough(self, card: Shown, code: str) -> Choice | None:
        """The file is enough as it is, or the citizen is asked for more, once."""
        enough, ask = self._one_of(card, "enough"), self._one_of(card, "ask")
        if enough and ask and code not in self.asked and self.random.random() < 0.4:
            self.asked.add(code)
            return ask
        return enough

    def _judged(self, person: Staff, card: Shown, code: str) -> Choice | None:
        """A draft is approved, or goes back once."""
        approve, back = self._one_of(card, "approve", "paraf"), self._one_of(card, "return")
        if approve and back and code not in self.returned and self.random.random() < 0.25:
            self.returned.add(code)
            self.approvals[code] = card, approve
            return back
        if approve and code in self.approvals and self.random.random() < 0.7:
            self._press_old(person, code, approve)
        return approve

    def _press_old(self, person: Staff, code: str, now: Choice) -> None:
        """Their phone still shows the card of before the return, and they press its button first."""
        card, then = self.approvals.pop(code)
        if then.data != now.data:
            self.old_presses[self._press(person, card, then, remembered=False)] = code

    def _asks_words(self, card: Shown) -> bool:
        return has(
            card.text,
            "desk.card.do_report",
            "desk.card.do_report_as_answer",
            "desk.card.do_draft",
            "desk.card.do_draft_own",
            "desk.card.correction",
        )

    def _open(self, card: Shown, label: str) -> Choice | None:
        button = card.button(label)
        return None if button is None or (card.id, button.data) in self.refused else button

    def _starting(self, card: Shown, key: str) -> Choice | None:
        start = say(key, role="").strip()
        found = next((each for each in card.buttons if each.label.startswith(start)), None)
        return found and self._open(card, found.label)

    def _press_if(self, shown: Shown, label: str, _: object) -> None:
        button = shown.button(label)
        if button is not None:
            self._press(self._officer(), shown, button)

    def _confirm(self, shown: Shown) -> None:
        button = next((each for each in shown.buttons if each.data.endswith(":ya")), None)
        refers = shown.message.refers
        if button is not None and refers is not None and refers.person:
            self._press(self._person(refers.person), shown, button)

    def _press(self, person: Staff, shown: Shown, button: Choice, *, remembered: bool = True) -> str:
        press_id = f"{self.office.id}-p{self.provider.next_id()}"
        if remembered:
            self.pressed[press_id] = (shown.id, button.data)
        self.provider.tell(
            Press(
                chat=self.address,
                id=press_id,
                sender=Sender(id=str(person.id), name=person.name),
                at=self.world.agenda.now,
                data=button.data,
                message_id=shown.id,
                private=self.is_private,
                thread=shown.thread,
            )
        )
        return press_id

    # --- writing ------------------------------------------------------------------------------------------------------

    def _reply(self, person: Staff, shown: Shown, text: str) -> None:
        self.authors[text.removeprefix(". ")] = f"staff:{person.id}"
        self._write(person, text, reply_to=shown.id, thread=shown.thread)

    def _write(
        self, person: Staff, text: str, *, reply_to: str = "", thread: str = "", about: Staff | None = None
    ) -> None:
        """Write in the group; `about`: as a reply to something that this person said there."""
        theirs = Sender(id=str(about.id), name=about.name) if about else None
        self.provider.tell(
            Message(
                chat=self.address,
                id=self.provider.next_id(),
                sender=Sender(id=str(person.id), name=person.name),
                at=self.world.agenda.now,
                private=self.is_private,
                text=text,
                reply_to=reply_to or (self.provider.next_id() if about else ""),
                replied_to=theirs,
                thread=thread,
            )
        )

    def chat(self) -> None:
        """Talk among the staff, in the group or in a complaint's topic: nobody else's business."""
        text = f"rahasia kantor {name(self.world.next_name())}"
        self.private.add(text)
        thread = self.random.choice([*self.provider.threads, ""])
        self._write(self.random.choice(self.office.staff), text, thread=thread)

    def _note(self, card: Shown) -> str:
        text = f"catatan dalam {name(self.world.next_name())}"
        self.private.add(text)
        self.notes[text] = card.key
        return text

    def _letter_number(self) -> str:
        """The next one in the paper agenda, where other letters stand as well; now and then it's misread."""
        if self.random.random() < 0.2:
            self.agenda_at += self.random.randint(1, 3)
        if self.random.random() < 0.85 or not self.agenda_at:
            self.agenda_at += 1
        text = f"300/{self.agenda_at:03}/KDK/2026"
        self.numbers.add(text)
        return text

    def _words(self, code: str) -> str:
        text = f"Sudah kami tangani bersama tim {name(self.world.next_name())}."
        self.answers.setdefault(code, []).append(text)
        return text

    def _answer_prompt(self, shown: Shown, prompt: str, person: Staff) -> None:
        word = name(self.world.next_name())
        text = f"alasan {word}"
        if prompt == "ask":
            text = f"Mohon keterangan tambahan tentang {word}."
            self._means(text, shown)
        elif prompt == "branch":
            assert shown.message.refers is not None
            text = self._words(self.codes[shown.message.refers.complaint])
        elif prompt == "hand_over":
            text = f"diterima Ibu {word} di loket"
            self.private.add(text)
        else:
            self.private.add(text)
        self._reply(person, shown, text)

    def _word(self, shown: Shown, person: Staff) -> None:
        """A deadline comes near or has passed, and a word for the citizen is wanted."""
        text = f"kami selesaikan bersama regu {name(self.world.next_name())}"
        self._means(text, shown)
        self.plans.add(text)
        self._reply(person, shown, text)

    def _means(self, text: str, shown: Shown) -> None:
        """Words for the citizen whom a message is about."""
        assert shown.message.refers is not None
        self.to_citizens[text] = shown.message.refers

    def _answer_relay(self, shown: Shown) -> None:
        """A petugas answers a citizen's words; a section head who isn't asked only thinks so."""
        text = f"Terima kasih, {name(self.world.next_name())} kami periksa."
        self._means(text, shown)
        self._reply(self._officer(), shown, text)

    def _officer(self) -> Staff:
        """Somebody who deals with citizens."""
        return self.random.choice(self.office.with_role("petugas"))

    def _anybody(self) -> Staff:
        return self.random.choice(self.office.staff)


def _code(shown: Shown) -> str:
    """The short code in a card's first line."""
    first = shown.text.splitlines()[0] if shown.text else ""
    if found := codes_in(first):
        return found[0]
    return (says(first, "desk.card.unnumbered") or {}).get("code", "")


def _turn_line(text: str) -> str:
    start = say("desk.card.turn", who="")
    return next((line for line in text.splitlines() if line.startswith(start)), "")
