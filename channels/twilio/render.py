"""Turns an `Outbound` into messages for Twilio's API. Pure: the same parcel gives the same requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from channels.base import Parcel
from channels.text import numbered, shorten, split, utf16
from channels.twilio.gsm7 import fold
from channels.twilio.lines import Kind, Senders, line_to
from workflow.message import Choice, Location, Outbound, SendError

# https://www.twilio.com/docs/messaging/api/message-resource, /docs/content/twilio-quick-reply,
# /docs/whatsapp/guidance-whatsapp-media-messages
TEXT_UNITS = 1600
TEMPLATE_UNITS = 1024
CAPTION_UNITS = 1024
LABEL_UNITS = 20
MOST_BUTTONS = 3  # in the session, without approval
IMAGE_BYTES = 5_000_000
FILE_BYTES = 16_000_000

_CHANGES = frozenset({"edit", "delete", "topic"})


@dataclass(frozen=True, slots=True)
class Create:
    """One message to be created, as fields of the library's `messages.create`."""

    fields: Mapping[str, Any]
    counts: bool = True  # its name is the one that the parcel's key stands for
    otherwise: Create | None = None  # to be sent instead when it's refused


@dataclass(frozen=True, slots=True)
class Renderer:
    """What must be known of a channel to write for it. `callback` is where news of our messages goes; "" for none."""

    kind: Kind
    senders: Senders
    templates: Mapping[str, str]
    callback: str = ""

    def calls(self, parcel: Parcel, media_url: str = "") -> tuple[Create, ...]:
        """What has to be created, in this order; nothing for what has no counterpart. Raises `SendError`.

        `media_url` is where Twilio finds the parcel's file.
        """
        message = parcel.message
        if message.kind in _CHANGES:
            raise SendError("refused", f"on {self.kind} nothing that was sent can be changed")
        if message.kind == "press" and not message.text:
            return ()
        if message.kind == "knock" and self.kind == "whatsapp":
            return (Create(self._frame(parcel) | self._knock(message)),)
        if self.kind == "sms":
            return self._sms(parcel)
        return self._whatsapp(parcel, media_url)

    def _frame(self, parcel: Parcel, *, counts: bool = True) -> dict[str, Any]:
        """From where, to whom, and where its news goes."""
        fields: dict[str, Any] = {"to": line_to(self.kind, parcel.message.to.chat)}
        if self.kind == "sms" and self.senders.service:
            fields["messaging_service_sid"] = self.senders.service  # it keeps a person's talk on one number
        else:
            fields["from_"] = line_to(self.kind, self.senders.own(self.kind))
        if self.callback and parcel.number:
            # A companion's delivery says nothing of the message itself; only that it failed counts.
            fields["status_callback"] = f"{self.callback}?ours={parcel.number}" + ("" if counts else "&with=1")
        return fields

    def _knock(self, message: Outbound) -> dict[str, str]:
        """An approved template: outside the 24 hours its words alone would be refused (63016)."""
        template = self.templates.get(message.template, "")
        if not template:
            raise SendError("refused", f"no template {message.template!r} is configured")
        return {"content_sid": template, "content_variables": variables(_blank(word) for word in message.words)}

    # --- SMS ----------------------------------------------------------------------------------------------------------

    def _sms(self, parcel: Parcel) -> tuple[Create, ...]:
        """Words alone: an SMS carries neither file nor buttons, and a place only as its numbers."""
        message = parcel.message
        place = _degrees(message.location) if message.location is not None else ""
        lines = (message.text, place, numbered(_flat(message)))
        return self._texts(parcel, fold("\n".join(filter(None, lines))))

    # --- WhatsApp -----------------------------------------------------------------------------------------------------

    def _whatsapp(self, parcel: Parcel, media_url: str) -> tuple[Create, ...]:
        """A text, a place, or a file; words go under a picture as its caption, and after everything else."""
        message = parcel.message
        choices = _flat(message)
        if message.enclosure is not None:
            file = self._file(parcel, media_url)
            if not message.text and not choices:
                return (self._create(parcel, file),)
            captioned = parcel.mime.startswith("image/") and utf16(message.text) <= CAPTION_UNITS
            if captioned and not choices:
                return (self._create(parcel, file | {"body": message.text}),)
            return (self._create(parcel, file, counts=False), *self._words(parcel, choices))
        if message.location is not None:
            place = _place(message.location)
            if not message.text and not choices:
                return (self._create(parcel, place),)
            return (self._create(parcel, place, counts=False), *self._words(parcel, choices))
        return self._words(parcel, choices)

    def _words(self, parcel: Parcel, choices: tuple[Choice, ...]) -> tuple[Create, ...]:
        """The text with its choices: buttons where a template has so many, else numbers."""
        text = parcel.message.text
        plain = self._texts(parcel, "\n\n".join(filter(None, (text, numbered(choices)))))
        template = self.templates.get(f"choices_{len(choices)}", "")
        if not (template and text.strip() and _fit_buttons(text, choices)):
            return plain
        words = [text, *(part for choice in choices for part in (choice.label, choice.data))]
        buttons = {"content_sid": template, "content_variables": variables(words)}
        return (Create(self._frame(parcel) | buttons, otherwise=plain[0] if len(plain) == 1 else None),)

    def _file(self, parcel: Parcel, media_url: str) -> dict[str, Any]:
        """Twilio fetches it from us; what's too large for WhatsApp isn't offered (docs/twilio.md S5)."""
        if parcel.message.protect:
            raise SendError("refused", "identity documents are never sent by a link")
        most = IMAGE_BYTES if parcel.mime.startswith("image/") else FILE_BYTES
        if not media_url or not parcel.content:
            raise SendError("refused", "the file to send is missing")
        if len(parcel.content) > most:
            raise SendError("refused", f"the file is larger than {most // 1_000_000} MB")
        return {"media_url": [media_url]}

    def _texts(self, parcel: Parcel, text: str) -> tuple[Create, ...]:
        """The text as one message, or as several where choices or folding made it longer than one may be."""
        if not text.strip():
            raise SendError("refused", "the message is empty")
        *first, last = split(text, TEXT_UNITS)
        return (
            *(self._create(parcel, {"body": each}, counts=False) for each in first),
            self._create(parcel, {"body": last}),
        )

    def _create(self, parcel: Parcel, fields: Mapping[str, Any], *, counts: bool = True) -> Create:
        return Create({**self._frame(parcel, counts=counts), **fields}, counts)


def variables(words: Iterable[str]) -> str:
    """What fills a template's blanks, numbered from 1."""
    return msgspec.json.encode({str(nth): word for nth, word in enumerate(words, 1)}).decode()


def _blank(word: str) -> str:
    """A word as WhatsApp takes it in a template: no line breaks, no runs of blanks, never empty."""
    return " ".join(word.split()) or "-"


def _flat(message: Outbound) -> tuple[Choice, ...]:
    return tuple(choice for row in message.choices for choice in row)


def _fit_buttons(text: str, choices: tuple[Choice, ...]) -> bool:
    labels = {choice.label for choice in choices}
    return (
        utf16(text) <= TEMPLATE_UNITS
        and 1 <= len(choices) <= MOST_BUTTONS
        and len(labels) == len(choices)
        and all(0 < utf16(each.label) <= LABEL_UNITS and each.data and not each.url for each in choices)
    )


def _place(place: Location) -> dict[str, Any]:
    """A pin: its name in the body, its coordinates and address as what's done with it."""
    name = shorten(place.title or place.address or _degrees(place), LABEL_UNITS * 5)
    label = place.address or place.title
    action = f"geo:{_degrees(place)}" + (f"|{' '.join(label.replace('|', ' ').split())}" if label else "")
    return {"body": name, "persistent_action": [action]}


def _degrees(place: Location) -> str:
    return f"{place.latitude:.6f}".rstrip("0").rstrip(".") + "," + f"{place.longitude:.6f}".rstrip("0").rstrip(".")
