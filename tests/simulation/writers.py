"""Citizens who write by SMS, where nothing but words goes, and by mail, where everything is asked and given at once."""

from __future__ import annotations

import re

from tests.simulation.citizens import CROSSING, FIELDS, OF_SEVERAL, REASONS, TYPED, Citizen
from tests.simulation.names import name
from tests.simulation.provider import Shown
from tests.simulation.reading import has
from workflow.message import Attachment
from workflow.say import say


class Texter(Citizen):
    """Somebody with a telephone that sends words alone: what is to be seen follows, or there's none."""

    def __post_init__(self) -> None:
        """Nothing to send but words."""
        super().__post_init__()
        self.brings_album = self.brings_early = self.pins = False
        self.types = True
        self.has = dict.fromkeys(self.has, "later")

    def _reply(self, question: str, shown: Shown) -> bool:
        if question.startswith("elsewhere."):
            self.later |= set(self.has)
            self.say("NANTI")
            return True
        return super()._reply(question, shown)

    def _stands_in(self, shown: Shown) -> bool:
        """A segment has no room for a long story: its beginning stands for it."""
        told = "\n".join(self.tellings)
        begun = re.search(r"^Isi: (.*?)(?:\.\.\.)?$", shown.text, re.MULTILINE)
        return super()._stands_in(shown) or (begun is not None and told.startswith(begun[1]))

    def _supply(self, _: Shown) -> None:
        self.say(f"sudah saya usahakan lewat {name(self.world.next_name())}")

    def bring(self) -> None:
        """There's no way to bring it from here."""
        self.ask_status()


class Correspondent(Citizen):
    """Somebody who answers a mail with a mail: all that was asked for, each with its name."""

    def __post_init__(self) -> None:
        """No buttons, no pins, no albums."""
        super().__post_init__()
        self.brings_album = self.brings_early = self.pins = False
        self.types = True

    def _reply(self, question: str, shown: Shown) -> bool:
        if question.startswith("letters."):
            if self.confirmed:
                return False  # it's in: what they sent afterwards was no new report
            return self._wavers() or (not self.vanished and self._answers_all(shown))
        return super()._reply(question, shown)

    def _wavers(self) -> bool:
        """Whether they'd rather leave it: then they say so, or are never seen again."""
        if not self.told or self.fate not in ("cancel", "vanish") or self.random.random() < 0.5:
            return False
        if self.fate == "cancel":
            self.say("batal")
            return True
        self.vanished = True
        self.expect_reminders()
        return False

    def _answers_all(self, shown: Shown) -> bool:
        """One mail with everything that's asked for in theirs."""
        lines, files = list[str](), list[Attachment]()
        now = self.world.agenda.now
        for each in self.office.standard.asked():
            sort = OF_SEVERAL.get(each.id, each.id)
            if now - self.gave.get(sort, self.world.started) < CROSSING:
                continue  # asked before it was known that they had just answered
            if each.id in FIELDS and f"\n{say(f'label.{each.id}').capitalize()}" in shown.text:
                lines.append(self._line(each.id))
            elif has(shown.text, f"letters.file.{each.id}"):
                self._gives(sort, lines, files)
            else:
                continue
            self.gave[sort] = now
        if not lines and not files:
            return False
        self.say("\n".join(lines), attachments=tuple(files))
        return True

    def _line(self, field: str) -> str:
        if field not in self.typed:
            one, two = name(self.world.next_name()), name(self.world.next_name())
            self.typed[field] = FIELDS[field].format(one=one, two=two)
        return f"{say(f'label.{field}').capitalize()}: {self.typed[field]}"

    def _gives(self, sort: str, lines: list[str], files: list[Attachment]) -> None:
        how = self.has.get(sort, "have")
        if how == "have":
            files.append(self._file(sort))
        elif how == "later":
            self.later.add(sort)
            lines.append(f"{say(f'label.{sort}')} NANTI")
        else:
            reason = self.lacking[sort] = self.random.choice(REASONS).format(name=name(self.world.next_name()))
            lines.append(f"{say(f'label.{sort}')} TIDAK ADA, {reason}")

    def _file(self, sort: str) -> Attachment:
        ref = self.photo(sort, dark=self.random.random() < 0.06)
        self.sent.append(sort)
        self.photos.setdefault(sort, []).append(ref)
        return Attachment(kind="photo", ref=ref, unique=ref, name=f"{TYPED[sort]}.jpg")

    def _retake(self, shown: Shown) -> None:
        """A better one alone in a mail, named or as the camera calls it, and often with a word; or the old one will do."""
        if self.random.random() < 0.5:
            self.choose(shown, say("choice.keep"), "pakai")
            return
        sort, ref = self._better_photo(shown)
        named = self.random.choice((TYPED[sort], f"IMG_{self.random.randint(1000, 9999)}"))
        words = self.random.choice(("", "Baik, berikut foto yang lebih jelas."))
        self.say(words, attachments=(Attachment(kind="photo", ref=ref, unique=ref, name=f"{named}.jpg"),))

    def send_photo(self, sort: str, *, caption: str = "", album: str = "", asked: bool = False) -> None:
        """In a mail of its own."""
        self.gave[sort] = self.world.agenda.now
        self.say(caption, attachments=(self._file(sort),))


WRITERS: dict[str, type[Citizen]] = {"sms": Texter, "email": Correspondent}
"""Who isn't like the others, by the channel they write on."""
