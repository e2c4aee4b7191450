"""What people do with their phones: write, send files and pins, press, read, block; we're told as Twilio would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Unpack

from channels.sandbox.twilio import webhooks
from channels.sandbox.twilio.addresses import bare
from channels.sandbox.twilio.model import Bubble, Button, Chat, Line, Message, Person, Place
from channels.sandbox.twilio.segments import measure
from channels.sandbox.twilio.traffic import Traffic

if TYPE_CHECKING:
    from channels.sandbox.twilio.webhooks import Delivery

# twilio.com/docs/api/errors/23002 and support article 31560110671259; the whole message, in any case.
STOP_WORDS = frozenset({"STOP", "STOPALL", "CANCEL", "END", "QUIT", "UNSUBSCRIBE", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
_SMS_MAX = 1600
_CONTACT = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=CELL;waid={digits}:{number}\r\nEND:VCARD\r\n"
_AUTOMATIC = {
    "STOP": "Unsubscribed. Reply START to subscribe again.",
    "START": "Subscribed.",
    "HELP": "Reply STOP to end.",
}


class CannotActError(ValueError):
    """A person tried what their phone wouldn't let them do."""


class How(TypedDict, total=False):
    """What may be said about any message. All keys may be left out.

    reply_to: the message quoted;  forwarded: it was forwarded from elsewhere;  extra: further webhook fields, or other
    values of those there are (as of a Twilio of tomorrow, or of a forger who has the key)
    """

    reply_to: Bubble | None
    forwarded: bool
    extra: Mapping[str, str]


class PersonActs(Traffic):
    """Acts of people. Each returns what then stands on their phone; `bubble.sid` is its MessageSid."""

    def person_writes(self, person: Person, line: Line, text: str, **how: Unpack[How]) -> Bubble:
        """Write a text. On SMS what's longer than Twilio takes leaves in several; the first is returned."""
        if not text.strip():
            raise CannotActError("an empty message can't be sent")
        length = _SMS_MAX if line.channel == "sms" else len(text)
        pieces = [text[start : start + length] for start in range(0, len(text), length)]
        first, *_ = [self._post(person, line, "text", piece, **how) for piece in pieces]
        if line.channel == "sms" or (line.service and line.service.advanced_opt_out):
            self._heed(first.chat, text, first)
        return first

    def person_sends_photo(
        self,
        person: Person,
        line: Line,
        content: bytes,
        *,
        caption: str = "",
        mime: str = "image/jpeg",
        size_bytes: int = 0,
        **how: Unpack[How],
    ) -> Bubble:
        """Send a photo. `size_bytes` may claim more than there is, to play a huge one cheaply."""
        return self._post(person, line, "image", caption, (mime, content, "", size_bytes), **how)

    def person_sends_album(
        self, person: Person, line: Line, photos: Sequence[bytes], *, caption: str = "", **how: Unpack[How]
    ) -> list[Bubble]:
        """Send several photos at once: each is a message and a webhook of its own, and all go side by side."""
        captions = [caption, *[""] * (len(photos) - 1)]
        return [
            self.person_sends_photo(person, line, content, caption=words, **how)
            for content, words in zip(photos, captions, strict=True)
        ]

    def person_sends_file(
        self,
        person: Person,
        line: Line,
        content: bytes,
        *,
        name: str,
        mime: str = "application/pdf",
        caption: str = "",
        **how: Unpack[How],
    ) -> Bubble:
        """Send a document. Without a caption its name stands in Body (unverified)."""
        return self._post(person, line, "document", caption or name, (mime, content, name, 0), **how)

    def person_sends_voice(
        self, person: Person, line: Line, content: bytes, *, mime: str = "audio/ogg", **how: Unpack[How]
    ) -> Bubble:
        """Send a voice note."""
        return self._post(person, line, "audio", "", (mime, content, "", 0), **how)

    def person_sends_video(self, person: Person, line: Line, content: bytes, **how: Unpack[How]) -> Bubble:
        """Send a video."""
        return self._post(person, line, "video", "", ("video/mp4", content, "", 0), **how)

    def person_sends_sticker(self, person: Person, line: Line, content: bytes, **how: Unpack[How]) -> Bubble:
        """Send a sticker."""
        return self._post(person, line, "sticker", "", ("image/webp", content, "", 0), **how)

    def person_sends_contact(
        self, person: Person, line: Line, *, name: str = "", number: str = "", **how: Unpack[How]
    ) -> Bubble:
        """Share a contact card, one's own when nothing else is said."""
        number = number or person.number
        card = _CONTACT.format(name=name or person.name, number=number, digits=number.removeprefix("+"))
        return self._post(person, line, "contacts", "", ("text/vcard", card.encode(), "", 0), **how)

    def person_pins(
        self,
        person: Person,
        line: Line,
        latitude: float,
        longitude: float,
        *,
        address: str = "",
        label: str = "",
        **how: Unpack[How],
    ) -> Bubble:
        """Send a position; `address` and `label` only come with a saved place."""
        return self._post(person, line, "location", "", None, Place(latitude, longitude, address, label), **how)

    def person_sends_unsupported(self, person: Person, line: Line, **how: Unpack[How]) -> Bubble:
        """Send what WhatsApp doesn't pass on: a poll, a photo to be seen once, a changed message."""
        return self._post(person, line, "unsupported", "", **how)

    def person_presses(self, bubble: Bubble, button: str, **how: Unpack[How]) -> Bubble:
        """Press a button, or choose an item of a list, by its label or its id."""
        found = next((each for each in bubble.buttons if button in {each.title, each.id}), None)
        if found is None or (bubble.pressed and found.kind == "reply"):
            raise CannotActError(f"there's no button {button!r} to be pressed any more")
        bubble.pressed = found.id
        fields = webhooks.press_fields(found, by_template=bubble.template)
        extra = {**fields, **how.get("extra", {})}
        how["extra"] = extra
        how.setdefault("reply_to", bubble)
        return self._press(bubble, found, how)

    def person_reads(self, person: Person, line: Line) -> None:
        """Open the chat: what stands there is read."""
        self.read_on(self.chat(person, line))

    def person_blocks(self, person: Person, line: Line) -> None:
        """Block the line: nothing arrives any more, and nobody is told."""
        self._block(self.chat(person, line), blocked=True)

    def person_unblocks(self, person: Person, line: Line) -> None:
        """Take the block back; what was sent meanwhile stays away."""
        self._block(self.chat(person, line), blocked=False)

    def person_goes_offline(self, person: Person) -> None:
        """Switch the phone off: messages are sent, and not delivered."""
        person.online = False

    def person_comes_online(self, person: Person) -> None:
        """Switch the phone on: what waited arrives."""
        person.online = True
        self.arrive(person)

    def person_changes_number(self, person: Person, number: str, scoped_id: str = "") -> None:
        """Move to another number: with it comes another business-scoped id."""
        person.number, person.scoped_id = number, scoped_id

    # Inside

    def _press(self, bubble: Bubble, button: Button, how: How) -> Bubble:
        self.feed.add(self.now(), "pressed", bubble.chat.key, {"id": bubble.number, "button": button.id})
        return self._post(bubble.chat.person, bubble.chat.line, "interactive", button.title, **how)

    def _block(self, chat: Chat, *, blocked: bool) -> None:
        chat.blocked = blocked
        self.feed.add(self.now(), "blocked", chat.key, {"blocked": blocked})

    def _post(
        self,
        person: Person,
        line: Line,
        kind: str,
        text: str,
        file: tuple[str, bytes, str, int] | None = None,
        place: Place | None = None,
        **how: Unpack[How],
    ) -> Bubble:
        chat = self._open(person, line, kind)
        size = measure(text)
        segments = size.count if line.channel == "sms" else 1
        message = Message(
            sid=self.sid("MM" if file else "SM"),
            account=line.account,
            direction="inbound",
            from_=person.address_on(line.channel),
            to=line.address,
            body=text,
            status="received",
            created_at=self.now(),
            line=line,
            chat=chat,
            service=line.service,
            sent_at=self.now(),
            updated_at=self.now(),
            segments=segments,
            place=place,
        )
        self.messages[message.sid] = message
        if file:
            mime, content, name, size_bytes = file
            message.media.append(self.keep_media(message, mime, content, name=name, size_bytes=size_bytes))
        bubble = self.show(
            chat,
            text=text,
            sid=message.sid,
            mine=True,
            kind=kind,
            media=tuple(message.media),
            place=place,
            reply_to=how.get("reply_to"),
            segments=segments,
            encoding=size.encoding if line.channel == "sms" else "",
        )
        message.bubble = bubble
        chat.last_heard_at = self.now()
        if line.channel == "whatsapp":
            self.read_on(chat)  # who writes has the chat open
        self._tell(person, message, bubble, how)
        return bubble

    def _open(self, person: Person, line: Line, kind: str) -> Chat:
        chat = self.chat(person, line)
        if chat.blocked:
            raise CannotActError(f"{person.name} has blocked {line.address}")
        if line.channel == "sms":
            if not line.receives:
                raise CannotActError(f"nobody can answer the sender id {line.address}")
            if kind not in {"text", "image", "document"} or not person.mobile:
                raise CannotActError(f"an SMS can't carry {kind}")
        elif not person.whatsapp:
            raise CannotActError(f"{person.name} has no WhatsApp")
        if not person.online:
            raise CannotActError(f"the phone of {person.name} is off")
        return chat

    def _tell(self, person: Person, message: Message, bubble: Bubble, how: How) -> Delivery | None:
        line = bubble.chat.line
        url, fallback_url, _ = line.hooks()
        if not url or not line.online:
            return None
        further: dict[str, str] = {}
        if how.get("forwarded"):
            further |= {"Forwarded": "true", "FrequentlyForwarded": "false"}
        elif line.channel == "whatsapp" and bubble.reply_to:
            further |= {"Forwarded": "false", "FrequentlyForwarded": "false"}
        word = _opt_word(bubble.text)
        if word and line.service and line.service.advanced_opt_out:
            further["OptOutType"] = word
        urls = [self.public_media_url(media) for media in message.media]
        fields = webhooks.message_fields(message, person, bubble, urls, {**further, **how.get("extra", {})})
        account, listed = message.account, tuple(fields.items())
        return self.announce(account, "message", message.sid, "received", url, listed, fallback_url=fallback_url)

    # Opting out

    def _heed(self, chat: Chat, text: str, bubble: Bubble) -> None:
        """Do what Twilio does by itself with the reserved words on a number; WhatsApp only with Advanced Opt-Out."""
        word = _opt_word(text)
        if not word or not bare(chat.line.address).startswith("+"):
            return
        chats = [self.chat(chat.person, line) for line in chat.line.service.lines] if chat.line.service else [chat]
        for each in chats:
            each.stopped = {"STOP": True, "START": False}.get(word, each.stopped)
        self.show(chat, text=_AUTOMATIC[word], sid=bubble.sid, automatic=True)


def _opt_word(text: str) -> str:
    word = text.strip().upper()
    sets = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
    return next((name for name, words in sets.items() if word in words), "")
