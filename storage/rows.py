"""States as rows and rows as states: JSON with everything private taken out and sealed beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from storage.seal import RandomBytes, Unopenable, box, unbox
from workflow.conversation import Conversation
from workflow.happening import Event
from workflow.message import Outbound
from workflow.record import Complaint, Entry

_ENCODER = msgspec.json.Encoder()
_CONVERSATION = msgspec.json.Decoder(Conversation)
_COMPLAINT = msgspec.json.Decoder(Complaint)
_ENTRY = msgspec.json.Decoder(Entry)
_OUTBOUND = msgspec.json.Decoder(Outbound)
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_PRIVATE = msgspec.json.Decoder(list[dict[str, str]])

Keys = dict[str, bytes]  # name -> key; a name that's missing was destroyed


@dataclass(frozen=True, slots=True)
class InboxRow:
    """Something that came in and waits to be decided."""

    id: int
    office: str
    channel: str
    key: str
    lane: str
    form: str  # raw or event
    payload: bytes
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something to be put into the inbox: raw bytes of a provider or an event of ours."""

    office: str
    channel: str
    key: str
    lane: str
    payload: bytes
    form: str = "raw"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message on its way. `message` is sealed while it lies in the store."""

    id: int
    office: str
    address: str
    state: str
    message: Outbound
    attempts: int
    doubts: int
    part: int
    queued_at: datetime
    not_before: datetime | None
    ready_at: datetime | None
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file somebody sent: what we know of it. `sealed` is its key, wrapped; None once it's destroyed."""

    id: str
    office: str
    channel: str
    lane: str
    keyring: str
    kind: str
    state: str
    ref: str  # "" where it can't be opened any more
    sealed: bytes | None
    type: str
    mime: str
    sha256: str
    size_bytes: int
    attempts: int


def keyring(office: str, code: str) -> str:
    """The name of the key of a draft or complaint."""
    return f"{office}/{code}"


def lane_keyring(office: str, lane: str) -> str:
    """The name of a conversation's own key."""
    return f"{office}/lane/{lane}"


def encode(value: Any) -> bytes:  # noqa: ANN401 - any value of the core
    """A value of the core as JSON."""
    return _ENCODER.encode(value)


def read_event(payload: bytes) -> Event:
    """An event of ours, as it was stored. Raises `msgspec.MsgspecError`."""
    return _EVENT.decode(payload)


def read_outbound(payload: bytes) -> Outbound:
    """An outgoing message as it was stored."""
    return _OUTBOUND.decode(payload)


def read_entry(body: str) -> Entry:
    """A line of a complaint's record as it was stored."""
    return _ENTRY.decode(body)


# --- conversations ----------------------------------------------------------------------------------------------------


def conversation_keyrings(conversation: Conversation) -> list[str]:
    """Names of the keys that are needed to store it."""
    office, names = conversation.address.office, []
    if conversation.private:
        names.append(lane_keyring(office, conversation.address.lane))
    if conversation.draft is not None and conversation.draft.private:
        names.append(keyring(office, conversation.draft.code))
    return names


def conversation_row(conversation: Conversation, keys: Keys, random_bytes: RandomBytes) -> dict[str, Any]:
    """The columns `state`, `code`, `sealed` and `sealed_draft`."""
    office, lane, draft = conversation.address.office, conversation.address.lane, conversation.draft
    bare = conversation
    sealed = sealed_draft = None
    if conversation.private:
        sealed = _shut(lane_keyring(office, lane), [conversation.private], keys, random_bytes)
        bare = msgspec.structs.replace(bare, private={})
    if draft is not None and draft.private:
        sealed_draft = _shut(keyring(office, draft.code), [draft.private], keys, random_bytes)
        bare = msgspec.structs.replace(bare, draft=msgspec.structs.replace(draft, private={}))
    return {
        "lane": lane,
        "office": office,
        "code": draft.code if draft else "",
        "state": _ENCODER.encode(bare).decode(),
        "sealed": sealed,
        "sealed_draft": sealed_draft,
    }


def read_conversation(state: str, sealed: bytes | None, sealed_draft: bytes | None, keys: Keys) -> Conversation:
    """The conversation with what's private put back, as far as its keys still exist."""
    conversation = _CONVERSATION.decode(state)
    office, lane, draft = conversation.address.office, conversation.address.lane, conversation.draft
    if sealed is not None:
        (private,) = _look(lane_keyring(office, lane), sealed, keys) or [{}]
        conversation = msgspec.structs.replace(conversation, private=private)
    if sealed_draft is not None and draft is not None:
        (private,) = _look(keyring(office, draft.code), sealed_draft, keys) or [{}]
        conversation = msgspec.structs.replace(conversation, draft=msgspec.structs.replace(draft, private=private))
    return conversation


# --- complaints -------------------------------------------------------------------------------------------------------


def complaint_row(complaint: Complaint, keys: Keys, random_bytes: RandomBytes) -> dict[str, Any]:
    """The columns of a complaint, without those that need its standard (`stage`, `role`)."""
    bare, private = _undress(complaint)
    sealed = _shut(keyring(complaint.office, complaint.code), private, keys, random_bytes) if any(private) else None
    return {
        "id": complaint.id,
        "office": complaint.office,
        "code": complaint.code,
        "number": complaint.number,
        "lane": complaint.citizen.lane if complaint.citizen else "",
        "step": complaint.step,
        "assignee": complaint.assignee,
        "verification": complaint.verification,
        "confirmed_at": complaint.confirmed_at,
        "registered_at": complaint.registered_at,
        "due_at": complaint.due_at,
        "closed_at": complaint.closed_at,
        "words": _words(complaint),
        "state": _ENCODER.encode(bare).decode(),
        "sealed": sealed,
    }


def has_private(complaint: Complaint) -> bool:
    """Whether it, or the state it can be taken back to, holds anything to be sealed."""
    return bool(complaint.private) or (complaint.undo is not None and has_private(complaint.undo.before))


def read_complaint(state: str, sealed: bytes | None, keys: Keys) -> Complaint:
    """The complaint with what's private put back, as far as its key still exists."""
    complaint = _COMPLAINT.decode(state)
    if sealed is None:
        return complaint
    return _dress(complaint, _look(keyring(complaint.office, complaint.code), sealed, keys) or [])


def _undress(complaint: Complaint) -> tuple[Complaint, list[dict[str, str]]]:
    """The complaint without anything private, and the private parts: its own, then those of what it can go back to."""
    bare = msgspec.structs.replace(complaint, private={})
    if complaint.undo is None:
        return bare, [complaint.private]
    before, earlier = _undress(complaint.undo.before)
    return msgspec.structs.replace(bare, undo=msgspec.structs.replace(complaint.undo, before=before)), [
        complaint.private,
        *earlier,
    ]


def _dress(complaint: Complaint, private: list[dict[str, str]]) -> Complaint:
    if not private:
        return complaint
    dressed = msgspec.structs.replace(complaint, private=private[0])
    if complaint.undo is None:
        return dressed
    before = _dress(complaint.undo.before, private[1:])
    return msgspec.structs.replace(dressed, undo=msgspec.structs.replace(complaint.undo, before=before))


def _words(complaint: Complaint) -> str:
    """What can be searched: masked words only, never a private one."""
    parts = [complaint.statement, *complaint.answers.values(), complaint.answer, complaint.topic]
    return " ".join(" ".join(parts).lower().replace("\x00", " ").split())


# --- sealing ----------------------------------------------------------------------------------------------------------


def _shut(name: str, private: list[dict[str, str]], keys: Keys, random_bytes: RandomBytes) -> bytes | None:
    """Sealed with the key of that name; nothing where the key was destroyed: what's erased is not written anew."""
    key = keys.get(name)
    return None if key is None else box(key, _ENCODER.encode(private), name, random_bytes)


def _look(name: str, sealed: bytes, keys: Keys) -> list[dict[str, str]] | None:
    key = keys.get(name)
    if key is None:
        return None
    try:
        return _PRIVATE.decode(unbox(key, sealed, name))
    except Unopenable:
        return None
