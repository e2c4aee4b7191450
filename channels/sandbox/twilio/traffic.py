"""The life of our messages: accepted, tried, sent, delivered, read, or failed, and told at each step."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from channels.sandbox.twilio import templates, webhooks
from channels.sandbox.twilio.model import (
    Bubble,
    Button,
    Chat,
    Media,
    Message,
    Person,
    Place,
    Status,
)
from channels.sandbox.twilio.posting import Posting
from channels.sandbox.twilio.segments import measure
from channels.sandbox.twilio.view import bubble_json

WINDOW = timedelta(hours=24)
_LOOP_GAP = timedelta(seconds=30)
_FINAL: frozenset[Status] = frozenset({"failed", "undelivered", "canceled"})


@dataclass(slots=True)
class Failure:
    """An order: the next `count` messages (to that address) fail with `code` after they were accepted."""

    code: int
    to: str = ""
    status: Literal["failed", "undelivered"] = "failed"
    count: int = 1


@dataclass(slots=True)
class Pace:
    """How long the network takes, and how many answers in a row to one number are a loop (14107)."""

    sent_s: float = 0.0
    delivered_s: float = 0.0
    loop_limit: int | None = None  # Twilio's is 30, each within 30 s of the one before


class Traffic(Posting):
    """What moves. Further attributes: `fetches`, `failures` and `pace`."""

    def __init__(self, now: Callable[[], datetime], *, seed: str = "", pace: Pace | None = None) -> None:
        """Begin with nothing under way."""
        super().__init__(now, seed=seed)
        self.pace = pace or Pace()
        self.fetches: list[Message] = []  # wait for their media to be fetched from us
        self._fetching: list[Message] = []
        self.failures: list[Failure] = []
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0
        self._runs: dict[tuple[str, str], tuple[datetime, int]] = {}

    # Time

    def tick(self) -> None:
        """Do what is due by now."""
        while self._plans and self._plans[0][0] <= self.now():
            heapq.heappop(self._plans)[2]()

    def next_at(self) -> datetime | None:
        """Return when something is due next: a step of a message, or a webhook that waits for its time."""
        post_at = self.posts_next_at()
        return min([*([post_at] if post_at else []), *(at for at, _, _ in self._plans[:1])], default=None)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if seconds <= 0:
            act()
            return
        self._planned += 1
        heapq.heappush(self._plans, (self.now() + timedelta(seconds=seconds), self._planned, act))
        self.wake()

    # Ours, on their way

    def proceed(self, message: Message) -> None:
        """Send an accepted message on; the REST answer has been given by now (unless a fault says otherwise)."""
        if message.status == "accepted":
            self.change(message, "queued")
        self._later(self.pace.sent_s, lambda: self._try_to_send(message))

    def _try_to_send(self, message: Message) -> None:
        code, status = self._failure(message)
        if code:
            self.change(message, status, code)
        elif message.media_urls:
            self.fetches.append(message)
            self.wake()
        else:
            self._send(message)

    def fetched(self, message: Message, files: Sequence[tuple[str, bytes]], code: int = 0) -> None:
        """Go on with a message whose media were fetched (as pairs of type and bytes), or couldn't be (`code`)."""
        self.fetches.remove(message)
        self._fetching.remove(message)
        self.wake()
        if code:
            self.change(message, "failed", code)
            return
        for mime, content in files:
            message.media.append(self.keep_media(message, mime, content))
        self._send(message)

    def take_fetches(self) -> list[Message]:
        """Take the messages whose media are to be fetched now."""
        due = [message for message in self.fetches if message not in self._fetching]
        self._fetching += due
        return due

    def keep_media(self, message: Message, mime: str, content: bytes, *, name: str = "", size_bytes: int = 0) -> Media:
        """Keep a file of a message at Twilio."""
        size = size_bytes or len(content)
        media = Media(self.sid("ME"), message.sid, message.account, mime, content, size, self.now(), name)
        self.media[media.sid] = media
        return media

    def _send(self, message: Message) -> None:
        message.sent_at = self.now()
        self.change(message, "sent")
        self._later(self.pace.delivered_s, lambda: self.reach(message))

    def reach(self, message: Message) -> None:
        """Let a sent message arrive on the phone, if it can be reached now."""
        chat = message.chat
        if chat is None or chat.blocked or not chat.person.online or message.status != "sent":
            return
        text, buttons = _shown(message)
        if chat.line.channel == "sms" and message.media_urls:
            text = " ".join([text, *message.media_urls]).strip()  # MMS becomes a text with a link (guidelines/id/sms)
        size = measure(text)
        message.bubble = self.show(
            chat,
            text=text,
            sid=message.sid,
            media=tuple(message.media) if chat.line.channel == "whatsapp" else (),
            place=message.place,
            buttons=buttons,
            segments=size.count if chat.line.channel == "sms" else 1,
            encoding=size.encoding if chat.line.channel == "sms" else "",
            template=_is_template(message),
        )
        self.change(message, "delivered")

    def fail_later(
        self, code: int, *, to: str = "", status: Literal["failed", "undelivered"] = "failed", count: int = 1
    ) -> None:
        """Order that the next messages are accepted and fail then: their callbacks tell `code`."""
        self.failures.append(Failure(code, to, status, count))

    def _failure(self, message: Message) -> tuple[int, Literal["failed", "undelivered"]]:
        """Return the code with which an accepted message fails, 0 when it goes."""
        for order in self.failures:
            if order.to in {"", message.to}:
                order.count -= 1
                self.failures = [each for each in self.failures if each.count > 0]
                return order.code, order.status
        person = self.person_at(message.to)
        if self._loops(message):
            return 14107, "failed"
        if message.line is None or not message.line.online:
            return 63001, "failed"
        if message.line.channel == "sms":
            return (0, "failed") if person and person.mobile else (30005, "undelivered")
        if person is None or not person.whatsapp:
            return 63024, "failed"
        return self._whatsapp_failure(message), "failed"

    def _whatsapp_failure(self, message: Message) -> int:
        content = message.content
        if content:
            kind, given = templates.pick(content, "whatsapp")
            if set(templates.placeholders(given)) != message.variables.keys():
                return 63028
            blocked = {"paused": 63041, "disabled": 63042}.get(content.approval.status)
            if blocked:
                return blocked
            if len(templates.filled(str(given.get("body") or ""), message.variables)) > templates.BODY_MAX:
                return 63021
            if not templates.fits_buttons(templates.buttons_of(kind, given, message.variables)):
                return 63021
            if content.approval.status == "approved" and kind not in templates.SESSION_ONLY:
                return 0 if templates.is_tidy(message.variables) else 63021
        if not self.window_open(message.chat):
            return 63016
        return 0 if content is None or templates.fits_window(content) else 63021

    def window_open(self, chat: Chat | None) -> bool:
        """Return whether free text may go: for 24 hours after they last wrote."""
        return bool(chat and chat.last_heard_at and self.now() - chat.last_heard_at < WINDOW)

    def _loops(self, message: Message) -> bool:
        limit = self.pace.loop_limit
        if limit is None:
            return False
        pair = (message.from_, message.to)
        last, run = self._runs.get(pair, (message.created_at, 0))
        run = run + 1 if message.created_at - last < _LOOP_GAP else 1
        self._runs[pair] = (message.created_at, run)
        return run > limit

    def change(self, message: Message, status: Status, code: int = 0) -> None:
        """Give a message its next status, show it on the phone and tell us of it."""
        if message.status in _FINAL:
            raise ValueError(f"{message.sid} is {message.status} already")
        message.status, message.error_code, message.updated_at = status, code, self.now()
        message.history.append(status)
        if message.bubble and status in {"delivered", "read"}:
            self.feed.add(self.now(), "status", message.bubble.chat.key, {"id": message.bubble.number, "is": status})
        url = message.callback or (message.line.hooks()[2] if message.line else "")
        if url:  # of the very first status nothing is told: it stands in the answer
            fields = tuple(webhooks.status_fields(message).items())
            self.announce(message.account, "status", message.sid, status, url, fields)

    # On the phone

    def show(  # noqa: PLR0913 - what a bubble may hold
        self,
        chat: Chat,
        *,
        text: str,
        sid: str,
        mine: bool = False,
        kind: str = "text",
        media: tuple[Media, ...] = (),
        place: Place | None = None,
        buttons: tuple[Button, ...] = (),
        reply_to: Bubble | None = None,
        segments: int = 1,
        encoding: str = "",
        template: bool = False,
        automatic: bool = False,
    ) -> Bubble:
        """Put a message onto a person's phone."""
        bubble = Bubble(
            number=len(chat.bubbles) + 1,
            chat=chat,
            at=self.now(),
            mine=mine,
            text=text,
            sid=sid,
            kind=kind,
            media=media,
            place=place,
            buttons=buttons,
            reply_to=reply_to,
            segments=segments,
            encoding=encoding,
            template=template,
            automatic=automatic,
        )
        chat.bubbles.append(bubble)
        if not mine:
            chat.unread.append(bubble)
        self.feed.add(self.now(), "message", chat.key, bubble_json(bubble))
        return bubble

    def read_on(self, chat: Chat) -> None:
        """Mark what stands on the phone as read; the office learns of it if the person lets it."""
        unread, chat.unread = chat.unread, []
        for bubble in unread:
            bubble.status = "read"
            message = self.messages.get(bubble.sid)
            told = chat.line.channel == "whatsapp" and chat.person.read_receipts
            if message and message.status == "delivered" and told:
                self.change(message, "read")

    def arrive(self, person: Person) -> None:
        """Let everything that waited for a phone arrive on it, in order."""
        for message in list(self.messages.values()):
            if message.chat and message.chat.person is person and message.direction != "inbound":
                self.reach(message)

    # Whether anything moves

    @property
    def idle(self) -> bool:
        """Return whether nothing is under way: no webhook (but held ones) and no file."""
        return not self.fetches and self.all_posted()

    def idle_about(self, sid: str) -> bool:
        """Return whether nothing is under way about this one message."""
        waiting = any(message.sid == sid for message in self.fetches)
        return not waiting and all(each.done or each.held for each in self.deliveries if each.sid == sid)


def _is_template(message: Message) -> bool:
    return message.content is not None and message.content.approval.status == "approved"


def _shown(message: Message) -> tuple[str, tuple[Button, ...]]:
    """Return text and buttons as the phone shows them."""
    if message.content is None:
        return message.body, ()
    channel = message.line.channel if message.line else "sms"
    kind, given = templates.pick(message.content, channel)
    buttons = templates.buttons_of(kind, given, message.variables) if channel == "whatsapp" else ()
    return templates.filled(str(given.get("body") or ""), message.variables), buttons
