"""Turns Twilio's calls into the words every channel speaks. Pure: no request, no clock."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from channels.base import Malformed
from channels.twilio.errors import meaning_of
from channels.twilio.form import Form, Head, form_of, head_of
from channels.twilio.hosts import Hosts
from channels.twilio.lines import Kind, Senders, chat_of, is_number, kind_of
from workflow.message import (
    Address,
    Attachment,
    AttachmentKind,
    BadPayload,
    Ignored,
    Inbound,
    Location,
    Message,
    Presence,
    Press,
    Receipt,
    Sender,
)

MOST_MEDIA = 10  # of one MMS; WhatsApp sends each file in a message of its own
_LONGEST_DATA = 256
_LONGEST_NAME = 120

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; what isn't here is no news
STATES = {
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}

_OPTED = {"STOP": True, "START": False}  # docs/twilio.md I5
_VOICE = frozenset({"audio/ogg", "audio/opus", "audio/amr"})
_FILE_NAME = re.compile(r"[^\n/\\]{1,115}\.[A-Za-z0-9]{2,5}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_NOBODY_KNOWN = "?"  # a forward names no author
_CONTACTS = ("text/vcard", "text/x-vcard", "text/directory")
_UNREADABLE = "unsupported"  # how WhatsApp calls polls, view-once pictures and edits (docs/twilio.md I6)


@dataclass(frozen=True, slots=True)
class Reader:
    """What must be known of an office to read what people write to one of its lines."""

    office: str
    kind: Kind
    senders: Senders
    hosts: Hosts

    def read(self, payload: bytes) -> Inbound:
        """A stored call as a value. Raises `BadPayload` for what isn't Twilio's form, or isn't for a line of ours."""
        try:
            head, form = head_of(payload), form_of(payload)
        except (Malformed, ValueError) as error:
            raise BadPayload(f"not a stored form: {type(error).__name__}") from None
        if head.by == "status":
            return self._status(head, form)
        if self.senders.owner(form.get("To"), form.get("MessagingServiceSid")) != self.kind:
            raise BadPayload("it was sent to a line that isn't configured here")
        if not head.chat:
            raise BadPayload("it names no sender")
        return self._message(head, form)

    def _address(self, chat: str) -> Address:
        return Address(self.office, self.kind, chat)

    def _message(self, head: Head, form: Form) -> Inbound:
        chat = self._address(head.chat)
        if self.senders.is_ours(self.kind, head.chat):
            return Ignored(chat=chat, at=head.at, reason="our own message")
        if self.kind == "sms" and not is_number(head.chat):
            return Ignored(chat=chat, at=head.at, reason="from a name or short number, which can't be answered")
        sender = Sender(id=head.chat, name=form.get("ProfileName").strip()[:_LONGEST_NAME], also=_also(form, head.chat))
        opted = form.get("OptOutType").upper()
        if opted in _OPTED:
            return Presence(chat=chat, sender=sender, at=head.at, blocked=_OPTED[opted])
        data = form.get("ButtonPayload") or form.get("ListId")
        if data:
            return Press(
                chat=chat,
                id=form.get("MessageSid"),
                sender=sender,
                at=head.at,
                data=data[:_LONGEST_DATA],
                message_id=form.get("OriginalRepliedMessageSid"),
            )
        return self._said(head, form, sender)

    def _said(self, head: Head, form: Form, sender: Sender) -> Message:
        said = form.get("MessageType").casefold()
        attachments = tuple(self._attachments(form, said))
        location = _location(form)
        text = _text(form, self.kind)
        if len(attachments) == 1 and attachments[0].name and attachments[0].name == text.strip():
            text = ""
        empty = not (text.strip() or attachments or location)
        return Message(
            chat=self._address(head.chat),
            id=form.get("MessageSid"),
            sender=sender,
            at=head.at,
            text=text,
            attachments=attachments,
            location=location,
            reply_to=form.get("OriginalRepliedMessageSid"),
            forwarded=_NOBODY_KNOWN if _is_forwarded(form) else "",
            unsupported=(said or "empty") if empty or said in (_UNREADABLE, "contacts") else "",
        )

    def _attachments(self, form: Form, said: str) -> Iterator[Attachment]:
        """The files. One whose address isn't our account's has no `ref`: it fails as gone, and its words are kept."""
        count = form.get("NumMedia").strip()
        number = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else 0
        message = form.get("MessageSid")
        for nth in range(min(number, MOST_MEDIA)):
            mime = form.get(f"MediaContentType{nth}").partition(";")[0].strip().casefold()
            if mime in _CONTACTS:
                continue  # what it holds would have to be fetched: its sender is asked to write it
            kind = _kind(mime, said, self.kind)
            yield Attachment(
                kind=kind,
                ref=self.hosts.ref_of(form.get(f"MediaUrl{nth}"), message),
                name=_file_name(form) if kind == "document" and number == 1 else "",
                mime=mime,
            )

    def _status(self, head: Head, form: Form) -> Inbound:
        to, service = form.get("To"), form.get("MessagingServiceSid")
        if self.senders.owner(form.get("From") or to, service) != self.kind:
            raise BadPayload("a status of a line that isn't configured here")
        if not to:
            raise BadPayload("a status that names nobody")
        if kind_of(to) != self.kind:
            raise BadPayload("a status of another channel")
        chat = self._address(head.chat)
        said = (form.get("MessageStatus") or form.get("SmsStatus")).casefold()
        query = parse_qs(head.query)
        state = STATES.get(said)
        if state is None or ("with" in query and state != "failed"):
            return Ignored(chat=chat, at=head.at, reason=f"status {said[:32] or '?'}")
        code = _number(form.get("ErrorCode"))
        meaning = meaning_of(code, head.chat) if state == "failed" else None
        return Receipt(
            chat=chat,
            at=head.at,
            state=state,  # type: ignore[arg-type] # the table's values
            message=form.get("MessageSid"),
            ours=_number(query.get("ours", [""])[0]),
            fact=meaning.fact if meaning else "",
            reason=(f"{code}: {meaning.words}" if code else f"Twilio says: {said}") if meaning else "",
        )


def _also(form: Form, chat: str) -> tuple[str, ...]:
    """Further names of the same account: WhatsApp's own id beside a number, a number beside that id."""
    named = (form.get("WaId"), form.get("ExternalUserId"), form.get("ParentExternalUserId"))
    found = dict.fromkeys(chat_of(_with_plus(each)) for each in named if each.strip())
    return tuple(each for each in found if each and each != chat)


def _with_plus(name: str) -> str:
    """WaId is a number in international form without its plus."""
    return f"+{name}" if name.isascii() and name.isdecimal() else name


def _text(form: Form, kind: Kind) -> str:
    text = form.get("Body") or form.get("ButtonText") or form.get("ListTitle")
    return _out_of_base64(text) if kind == "sms" else text


def _out_of_base64(text: str) -> str:
    """Some networks hand a long SMS over as base64 (docs/twilio.md C4); everything else stays as it is."""
    if not _BASE64.fullmatch(text):
        return text
    try:
        found = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
    return found if " " in found and all(each.isprintable() or each in "\n\r\t" for each in found) else text


def _kind(mime: str, said: str, channel: Kind) -> AttachmentKind:
    family = mime.partition("/")[0]
    if said == "sticker" or (mime == "image/webp" and channel == "whatsapp" and said != "image"):
        return "sticker"
    if said == "document":
        return "document"
    if family == "audio":
        return "voice" if mime in _VOICE else "audio"
    families: dict[str, AttachmentKind] = {"image": "photo", "video": "video"}
    return families.get(family, "document")


def _file_name(form: Form) -> str:
    """WhatsApp hands a document's own name over as the words beside it (docs/twilio.md C3)."""
    body = form.get("Body").strip()
    return body if _FILE_NAME.fullmatch(body) else ""


def _location(form: Form) -> Location | None:
    try:
        latitude, longitude = float(form.get("Latitude")), float(form.get("Longitude"))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Location(
        latitude=latitude, longitude=longitude, title=form.get("Label").strip(), address=form.get("Address").strip()
    )


def _is_forwarded(form: Form) -> bool:
    return any(form.get(name).casefold() == "true" for name in ("Forwarded", "FrequentlyForwarded"))


def _number(text: str) -> int:
    """A number of ours or Twilio's that fits the database; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
