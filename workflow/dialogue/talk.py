"""One event being answered in a citizen's talk: what was understood, what is said back, what becomes of the talk."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from workflow.conversation import Conversation, Draft, Paper, Saying
from workflow.happening import Carried, Event, FileFailed, FileReady, GistTyped
from workflow.message import Address, Attachment, Choice, Kind, Limits, Message, Outbound, Press
from workflow.procedure import wholes
from workflow.record import Complaint
from workflow.say import say, say_for, worded
from workflow.standard.standard import Standard
from workflow.words import texts
from workflow.world import Decision, Fetch, Timer, World

DEBOUNCE = timedelta(seconds=2)
"""How long an acknowledgement waits for further items of the same album or the next line of a story."""

PARTING = "\n\n\n"
SPOKEN = timedelta(days=7)
"""How long a lane speaks for another one after the last word said there."""
RECENT = 60
OUTSIDE = 200
OUTSIDE_REPORTS = frozenset({"violence_report"})
"""What never becomes part of a report, whatever else is being told."""
_RANK: tuple[Kind, ...] = ("ack", "notice", "question", "summary", "answer", "receipt")

Rows = tuple[tuple[Choice, ...], ...]


@dataclass(slots=True)
class Talk:
    """Everything one event does to a talk. What is said goes out as one message, paragraph by paragraph."""

    event: Event  # what was carried here stands for itself, its id marked by where it was said
    world: World
    conversation: Conversation
    carried: Carried | None = None  # it was said on another lane that speaks for this one
    kind: Kind = "ack"
    paragraphs: list[str] = field(default_factory=list)
    rows: Rows = ()
    named: Rows = ()  # choices that the words themselves name: nothing stands under them
    late: bool = False  # the reply waits a moment, and gives way to a later one of the same word
    word: str = ""
    name: str = ""  # our name for the reply, where news of it is waited for
    apart: bool = False  # the reply knows nothing of what exists, and changes nothing of it
    more: Decision = field(default_factory=Decision)
    arriving: list[tuple[str, Attachment]] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    unset: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    press: str | None = None  # what the button's presser is shown; None when no button was pressed
    summary: int = 0  # the number of the summary that's being shown
    wait_for_files: bool = False
    offers: tuple[str, ...] | None = None  # what a typed number chooses, where that isn't what stands in the reply
    asks_to_join: bool = False  # the reply ends in the question whether another lane may go on
    reason: str = ""  # why nothing was done, for the operator

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The report being told; only where there is one."""
        assert self.conversation.draft is not None
        return self.conversation.draft

    @property
    def telling(self) -> bool:
        """Whether a report is being told."""
        return self.conversation.draft is not None

    @property
    def standard(self) -> Standard:
        """The standard the draft began with; today's without one."""
        draft = self.conversation.draft
        return self.world.standard_of(draft.standard) if draft else self.world.office.standard

    @property
    def limits(self) -> Limits:
        """What can be carried to where this is answered."""
        return self.world.limits_at(self.to)

    @property
    def to(self) -> Address:
        """Where this is answered: where they wrote or, for what they wait for, where they wrote last."""
        if isinstance(self.event, Message | Press):
            return self.event.chat
        return speaking(self.event, self.conversation, self.world.now, self.world.conversation)

    @property
    def answers_to(self) -> Address:
        """Where the receipt and the answer of a report go that's confirmed now: home, or another id of that account."""
        voice = self.conversation.voice(self.carried.by) if self.carried is not None else None
        return self.to if voice is not None and voice.for_good else self.conversation.address

    @property
    def foreign(self) -> bool:
        """Whether somebody else may read the answer: nothing personal stands in it."""
        if self.carried is not None:
            return not self.carried.vouched
        voice = self.conversation.voice(self.to)
        return self.to != self.conversation.address and not (voice is not None and voice.vouched)

    def complaints(self) -> tuple[Complaint, ...]:
        """The registered complaints of this citizen, oldest first."""
        known = self.world.complaints
        return tuple(known[each] for each in self.conversation.complaints if each in known)

    # --- changes ------------------------------------------------------------------------------------------------------

    def set(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of a conversation
        """Change the conversation."""
        self.conversation = replace(self.conversation, **changes)

    def edit(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of a draft
        """Change the draft."""
        if changes.get("asked"):
            changes.setdefault("asked_at", self.world.now + DEBOUNCE if self.late else self.world.now)
        self.conversation = replace(self.conversation, draft=replace(self.draft, **changes))

    def await_(self, what: str, about: str = "") -> None:
        """From now on the draft waits for this."""
        self.edit(awaiting=what, awaiting_for=about)

    def heard(self, message: Message, filed_as: str, text: str | None = None) -> None:
        """Keep the citizen's words, where they were filed; what the desk must not read stays out of the report."""
        words = message.text if text is None else text
        if not words:
            return
        saying = Saying(message=message.id, at=message.at, text=words, filed_as=filed_as, whole=wholes.of(message))
        if self.conversation.draft is not None and filed_as not in OUTSIDE_REPORTS:
            self.edit(sayings=wholes.bounded((*self.draft.sayings, saying)))
        else:
            self.set(sayings=wholes.bounded((*self.conversation.sayings, saying)[-OUTSIDE:]))

    def change_paper(self, file: str, **changes: Any) -> None:  # noqa: ANN401 - the fields of a paper
        """Change one file of the draft or of the conversation."""
        if self.conversation.draft is not None:
            self.edit(papers=_changed(self.draft.papers, file, changes))
        self.set(papers=_changed(self.conversation.papers, file, changes))

    def paper(self, file: str) -> Paper | None:
        """A file of the draft or of the conversation."""
        mine = self.conversation.draft.papers if self.conversation.draft else ()
        return next((paper for paper in (*mine, *self.conversation.papers) if paper.file == file), None)

    # --- what is said -------------------------------------------------------------------------------------------------

    def tell(self, key: str, **fields: object) -> None:
        """Say a sentence of the office, in the channel's own wording where there is one."""
        self.tell_text(self.words(key, **fields))

    def words(self, key: str, **fields: object) -> str:
        """A sentence in the wording of the channel on which this is answered."""
        return say_for(self.limits, key, **fields)

    def tell_text(self, text: str) -> None:
        """Say words that are there already."""
        if text:
            self.paragraphs.append(text)

    def ask(self, key: str, *rows: tuple[Choice, ...], **fields: object) -> None:
        """Ask something, with choices. A wording of the channel's own names them itself, in `{choices}` if at all."""
        own = worded(key, self.limits)
        labels = [each.label for row in rows for each in row]
        numbered = "; ".join(say("choice.numbered", n=n, label=label) for n, label in enumerate(labels, 1))
        self.tell_text(say(own, choices=numbered, **fields))
        self.rows = () if self.limits.short or own != key else rows
        self.named = rows if "{choices}" in texts()[own] else ()
        self.raise_to("question")

    def raise_to(self, kind: Kind) -> None:
        """The message is at least of this kind."""
        if _RANK.index(kind) > _RANK.index(self.kind):
            self.kind = kind

    def wait(self, word: str) -> None:
        """Let the reply wait a moment; a later one of the same word takes its place."""
        self.late, self.word = True, word

    def decision(self, ignored: str = "") -> Decision:
        """All of it."""
        cancels = self._overtaken()
        sends = [*self._as_one_mail(self._reply()), *self.pressed()]
        fetches = tuple(self._fetch(file, attachment) for file, attachment in self.arriving)
        if self.conversation != (self.world.conversation or Conversation(address=self.conversation.address)):
            self.set(version=self.conversation.version + 1)
            changed: Conversation | None = self.conversation
        else:
            changed = None
        own = Decision(
            conversation=changed,
            sends=tuple(sends),
            fetches=fetches,
            timers=tuple(self.timers),
            unset=tuple(self.unset),
            erased=tuple(self.erased),
            forgotten=tuple(self.forgotten),
            cancels=cancels,
            ignored=ignored or self.reason,
        )
        return self._recorded() + own

    def _recorded(self) -> Decision:
        """What the report's procedure decided; the record of what the citizen did says where, if it wasn't at home."""
        if self.to == self.conversation.address:
            return replace_conversation(self.more, None)
        via = {"via": self.to.channel}
        entries = (replace(each, data=each.data | via) if each.by == "citizen" else each for each in self.more.entries)
        return changed(self.more, conversation=None, entries=tuple(entries))

    def _overtaken(self) -> tuple[str, ...]:
        """The key of a reply that still waits when a newer one is ready: it gives way, so no old question comes last.

        What it had to say is said first, its question apart.
        """
        held = self.conversation.extra
        answers = self.paragraphs or any(each.to in (self.to, self.conversation.address) for each in self.more.sends)
        if not answers or self.apart or "held_key" not in held:
            return ()
        waits = self.world.now.isoformat() < held["held_until"]
        if waits and self.paragraphs:
            before = [part for part in held["held_text"].split(PARTING) if part]
            self.paragraphs = [*before, *(part for part in self.paragraphs if part not in before)]
        self.set(extra={name: value for name, value in held.items() if not name.startswith("held_")})
        return (held["held_key"],) if waits else ()

    def _reply(self) -> list[Outbound]:
        if not self.paragraphs:
            return []
        if self.limits.short:
            self.rows = ()
        if not self.apart:
            self._offered()
        key = self.word
        if self.kind == "summary" and self.conversation.draft:
            key = f"summary:{self.draft.code}:{self.summary}"
        key = self.name or key
        if self.late:
            self._hold_back(key)
        return [
            Outbound(
                to=self.to,
                kind=self.kind,
                text=("\n" if self.limits.short else "\n\n").join(self.paragraphs),
                choices=self.rows,
                key=key,
                label=self._label(),
                replaces=self.word,
                not_before=self.world.now + DEBOUNCE if self.late else None,
                priority=1,
            )
        ]

    def _as_one_mail(self, reply: list[Outbound]) -> list[Outbound]:
        """A mail is answered by one mail: what the procedure has to tell stands in it, below the reply."""
        if self.limits.one_thing_at_a_time or not reply:
            return reply
        told = [each for each in self.more.sends if each.to == self.to and each.kind in _RANK and not each.enclosure]
        if not told or any(each.not_before for each in (*reply, *told)):
            return reply
        self.more = changed(self.more, sends=tuple(each for each in self.more.sends if each not in told))
        parts = [*reply, *told]
        kind = max((each.kind for each in parts), key=_RANK.index)
        choices = next((each.choices for each in parts if each.choices), ())
        return [replace(told[-1], kind=kind, text="\n\n".join(each.text for each in parts), choices=choices)]

    def _offered(self) -> None:
        """What a typed number or a bare YA will answer from now on: the question of this reply."""
        offered = tuple(choice.data for row in self.rows or self.named for choice in row if choice.data)
        self.set(offered=offered if self.offers is None else self.offers)
        if not self.asks_to_join and self.conversation.requests:
            self.set(requests=tuple(replace(each, latest=False) for each in self.conversation.requests))

    def _label(self) -> str:
        """What the reply is about, by its number or code: the report being told, what was just done, or the newest."""
        if self.apart:
            return ""
        if self.conversation.draft is not None:
            return self.draft.code
        about = self.more.complaints or self.complaints()
        return about[-1].number or about[-1].code if about else ""

    def _hold_back(self, key: str) -> None:
        """Remember what waits and until when, for a newer reply that takes its place."""
        until = (self.world.now + DEBOUNCE).isoformat()
        said = PARTING.join(self.paragraphs[:-1])
        self.set(extra={**self.conversation.extra, "held_key": key, "held_until": until, "held_text": said})

    @property
    def waits_until(self) -> datetime | None:
        """Until when the last reply waits for a newer one; None: it doesn't."""
        until = self.conversation.extra.get("held_until")
        return datetime.fromisoformat(until) if until else None

    def take_back(self, paragraph: str) -> None:
        """What a waiting reply was to say isn't so any more."""
        said = self.conversation.extra.get("held_text", "").split(PARTING)
        kept = PARTING.join(each for each in said if each != paragraph)
        self.set(extra={**self.conversation.extra, "held_text": kept})

    def pressed(self) -> tuple[Outbound, ...]:
        """The answer to a button; the wait for it ends in any case."""
        if not isinstance(self.event, Press):
            return ()
        text, press = self.press or "", self.event.id
        if self.carried is not None and isinstance(self.carried.message, Press):
            press = self.carried.message.id
        return (Outbound(to=self.to, kind="press", text=text, press=press, alert=bool(text), priority=0),)

    def _fetch(self, file: str, attachment: Attachment) -> Fetch:
        paper = self.paper(file)
        code = self.conversation.draft.code if self.conversation.draft else ""
        if paper is not None and paper.complaint in self.world.complaints:
            code = self.world.complaints[paper.complaint].code
        return Fetch(
            file=file,
            lane=self.conversation.address,
            ref=attachment.ref,
            kind=attachment.kind,
            size_bytes=attachment.size_bytes,
            keyring=code,
            source=self.to.channel if self.carried is not None else "",
        )


def begin(event: Event, world: World) -> Talk:
    """A talk that's about to answer an event."""
    return Talk(event=event, world=world, conversation=world.conversation or Conversation(address=event.chat))


def speaking(event: Event, conversation: Conversation, now: datetime, before: Conversation | None = None) -> Address:
    """Where a conversation is spoken to about something that happened; `before` is how it was then, its files too.

    What they wait for goes to where they wrote last, all else only there if it's surely the same person who reads it.
    Who was let in for one report waits for what they sent for it themselves.
    """
    at, home = conversation.speaks_at, conversation.address
    voice = conversation.voice(at) if at is not None else None
    if at is None or voice is None or conversation.last_at is None or now - conversation.last_at > SPOKEN:
        return home
    if voice.vouched:
        return at
    draft = conversation.draft
    others = draft is not None and draft.code != voice.code
    return home if others or not _sent_from(at, event, before or conversation) else at


def _sent_from(lane: Address, event: Event, conversation: Conversation) -> bool:
    """Whether it's about a file that was sent on this lane, and carried here."""
    if not isinstance(event, FileReady | FileFailed | GistTyped):
        return False
    known = (*(conversation.draft.papers if conversation.draft else ()), *conversation.papers)
    return any(each.file == event.file and each.message.startswith(f"{mark_of(lane)}:") for each in known)


def mark_of(lane: Address) -> str:
    """How the ids of messages begin that were said on another lane and carried: ids are a provider's own."""
    return f"{lane.channel}-{zlib.crc32(lane.lane.encode()):08x}"


def choice(key: str, data: str, **fields: object) -> Choice:
    """A button of the citizen's: the label stands in the words."""
    return Choice(label=say(key, **fields), data=f"c:{data}")


def replace_conversation(decision: Decision, conversation: Conversation | None) -> Decision:
    """The same decision with another conversation."""
    return changed(decision, conversation=conversation)


def _changed(papers: tuple[Paper, ...], file: str, changes: dict[str, Any]) -> tuple[Paper, ...]:
    return tuple(replace(paper, **changes) if paper.file == file else paper for paper in papers)
