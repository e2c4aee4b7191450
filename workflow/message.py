"""The words every channel speaks: what comes in from people, and what goes out to them.

A channel turns a provider's payload into `Inbound` values and an `Outbound` into a request. Nothing here knows a
provider. Texts carry no markup: a channel renders choices, mentions and files in its own way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, dataclass_transform

import msgspec

from workflow.unnamed import unnamed

# Why an attempt to send failed; consequences: `bot/consequences.py`. "window": only an approved template may go now;
# "unready": what it encloses is still being made; "barred": we may not write there now; "lost_topic", "closed_topic":
# of the topic it was for; "vanished": what it changes is deleted.
Fact = Literal[
    "busy", "down", "uncertain", "gone", "moved", "refused", "misconfigured", "window", "unready", "barred",
    "lost_topic", "closed_topic", "vanished",
]  # fmt: skip


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of every value the core handles: immutable, compared by content, ready to be stored as JSON."""


class Address(msgspec.Struct, frozen=True, order=True):
    """Where one can write to: one chat on one channel of one office. The reply route is this, never a live object."""

    office: str
    channel: str
    chat: str

    @property
    def lane(self) -> str:
        """The name of the queue in which everything of this chat is handled, one after the other."""
        return f"{self.channel}:{self.office}:{self.chat}"


def address_of(lane: str) -> Address:
    """The address whose lane this is; the inverse of `Address.lane`."""
    channel, office, chat = lane.split(":", 2)
    return Address(office, channel, chat)


class Limits(Value):
    """What a channel can carry; the dialogue asks this and never the channel's name."""

    text_units: int = 4096  # longest text of one message, in the channel's own units
    caption_units: int = 1024  # longest text that goes with a file or a place
    choices: bool = True  # buttons; without them choices are numbered
    rows: bool = True  # choices stand as rows of buttons; without, they're a numbered list or a few buttons
    photos: bool = True
    files: bool = True  # a document such as a PDF can be sent along
    albums: bool = True  # photos that were sent together say so; without, each is a message like any other
    pins: bool = True
    place_button: bool = True  # it can offer a button that shares the sender's place; without, it's said how
    edits: bool = True  # a sent message can be changed and deleted
    one_thing_at_a_time: bool = True  # a chat; email asks for everything missing at once
    short: bool = False  # every unit costs (SMS): the shortest wording
    window_h: int = 0  # free text goes only within so many hours of their last message; 0: always
    receipts: bool = False  # the provider tells later what became of a message: until then it's "accepted", not "sent"
    same_again: bool = False  # a repeated message is the very same one to its reader (mail): it isn't so marked
    joined: bool = False  # what belongs together goes as one message with several files (mail), see `Outbound.along`
    threads: bool = False  # an answer goes on in the thread of what it answers, see `Message.route`
    replies_per_day: int = 0  # so many of our replies to one sender in 24 hours, against duels of machines; 0: no limit
    stands_in_for: str = ""  # the office lets it carry a notice to the same number when that channel can't


class Sender(Value):
    """Who wrote or pressed. `id` is the account's own, stable and per channel; `name` is what they call themselves."""

    id: str
    name: str = ""
    anonymous: bool = False  # an anonymous admin or a channel: nobody who could be held to it
    bot: bool = False
    claimed: bool = False  # who it is rests on the sender's word alone: nothing that exists is shown or changed for it
    also: tuple[str, ...] = ()  # further ids of the same account; each may come alone another time


class Location(Value):
    """A place as coordinates (WGS 84 degrees): a claim of the sender, not a proof."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""
    live: bool = False  # of a position that moves: the first and the last count


class Contact(Value):
    """A shared contact; `own` only where the provider says that it's the sender's."""

    phone: str
    name: str = ""
    own: bool = False


AttachmentKind = Literal["photo", "document", "voice", "audio", "video", "sticker"]


class Attachment(Value):
    """A file named in a message and not yet fetched. Size, type and name are the sender's word and prove nothing."""

    kind: AttachmentKind
    ref: str  # what the channel needs to download it
    unique: str = ""  # the provider's stable name of the same content, for duplicates
    name: str = ""
    mime: str = ""
    size_bytes: int = 0
    seconds: int = 0  # of a voice note or video


class Message(Value, tag_field="is", tag="message"):
    """Something a person said, as one value: words, files and a place may come together."""

    chat: Address
    id: str  # the provider's id of the message within its chat
    sender: Sender
    at: datetime
    private: bool = True  # a talk of two; False in a group
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    reply_to: str = ""  # id of the message really replied to; never a topic's root
    replied_to: Sender | None = None  # who wrote that message, where the channel says
    album: str = ""  # messages of one album share it
    thread: str = ""  # the group's topic it stands in
    forwarded: str = ""  # from whom it was forwarded: not first-hand
    edited: bool = False  # a new wording of the message with this id
    start: str = ""  # payload of a deep link
    unsupported: str = ""  # a kind that can't be taken in (poll, dice ...)
    whole: str = ""  # everything that stood there, quotations and signature too, where `text` is only the new words
    route: str = ""  # what the channel needs to answer in the same thread; handed back as `Parcel.route`
    quotes: tuple[str, str] = ("", "")  # (chat, id) of a message of another chat that it replies to
    reached_at: datetime | None = None  # when the office's own server had it, where it says so; else when it's taken in


class Press(Value, tag_field="is", tag="press"):
    """A button pressed. `data` is what the button carried and is never trusted."""

    chat: Address
    id: str  # the provider's id, by which the press is answered
    sender: Sender
    at: datetime
    data: str
    message_id: str = ""
    private: bool = True
    thread: str = ""


class Presence(Value, tag_field="is", tag="presence"):
    """A person blocked the bot, or came back."""

    chat: Address
    sender: Sender
    at: datetime
    blocked: bool


class TopicMade(Value, tag_field="is", tag="topic_made"):
    """The provider's echo of a topic that we or others made: by its name the complaint finds its thread."""

    chat: Address
    at: datetime
    thread: str
    name: str
    ours: bool


class Ignored(Value, tag_field="is", tag="ignored"):
    """An update that means nothing to us, kept as done with its reason."""

    chat: Address
    at: datetime
    reason: str
    doubtful: bool = False  # a person may have written it: somebody should look


class Receipt(Value, tag_field="is", tag="receipt"):
    """The provider's later news of a message we sent: a status, a read receipt, a bounce. They come in any order."""

    chat: Address  # where it was sent
    at: datetime
    state: Literal["sent", "delivered", "read", "failed"]
    message: str = ""  # the provider's id of it
    ours: int = 0  # our own number of it (of the outbox row), where the provider hands that back; 0: it doesn't
    fact: Fact | Literal[""] = ""  # of a failure
    reason: str = ""


class Left(Value, tag_field="is", tag="left"):
    """A person left a group, or was taken out of it."""

    chat: Address
    at: datetime
    person: Sender


class Moved(Value, tag_field="is", tag="moved"):
    """A group became another chat. It's told in both, and again when we write to the former."""

    chat: Address  # where it was told: the former or the new one
    at: datetime
    former: str
    to: str


class Standing(Value, tag_field="is", tag="standing"):
    """What we are in a group changed: whether we may write there."""

    chat: Address
    at: datetime
    welcome: bool


Inbound = Message | Press | Presence | TopicMade | Receipt | Left | Moved | Standing | Ignored


class Choice(Value):
    """A button or numbered choice: what people read, and what comes back when they choose it (or a link to open)."""

    label: str
    data: str = ""  # at most 64 bytes
    url: str = ""


class Mention(Value):
    """A person whose `name` stands in the text and who shall be notified."""

    id: str
    name: str


class Enclosure(Value):
    """A stored file to be sent along; `stamp` is the visible watermark drawn over a picture before it leaves."""

    file: str
    shown_as: Literal["photo", "document", "voice"] = "photo"
    stamp: str = ""
    name: str = ""


# What a message is decides what happens after an uncertain sending; see "Deliver" in the design.
# "knock": an approved template that asks the citizen to write, so that what waits for them may go.
Kind = Literal[
    "answer", "receipt", "question", "summary", "notice", "ack", "knock", "card", "edit", "delete", "topic", "press"
]


THEIRS = "theirs:"
"""How the target of a `delete` begins that is no message of ours: the provider's id of it follows."""
COPY = "copy:"
"""And one that's taken for a copy of ours: its chat and the provider's id follow. If it's known by then it stays."""


class Outbound(Value):
    """One message to be sent, or one change to a message already sent. It goes through the outbox, never directly."""

    to: Address
    kind: Kind
    text: str = ""
    choices: tuple[tuple[Choice, ...], ...] = ()  # rows of buttons
    mentions: tuple[Mention, ...] = ()
    enclosure: Enclosure | None = None
    along: tuple[Enclosure, ...] = ()  # further files, where a message holds several; the words go without lost ones
    location: Location | None = None
    key: str = ""  # our name for it: later messages edit, delete or reply to it by this
    target: str = ""  # for `edit` and `delete`: the key of the message meant
    reply_to: str = ""  # the provider's id of a message in `to`, or "key:" and our name of one
    topic: str = ""  # the code of the complaint whose topic it belongs to, where the group has topics
    silent: bool = False
    protect: bool = False  # not to be forwarded or saved
    not_before: datetime | None = None
    replaces: str = ""  # an unsent message with this word gives way to this one
    delete_after_s: int = 0  # deleted again after so many seconds; 0: stays
    about: str = ""  # id of the complaint that delivery news belongs to
    press: str = ""  # for `press`: the id of the press being answered
    alert: bool = False  # for `press`: shown until dismissed
    refers: Refers | None = None  # what a reply to this message, or a press on it, will be about
    request_location: bool = False  # offer the button that shares the sender's place
    priority: int = 5  # 0 first: presses, then citizens' words, then cards
    label: str = ""  # register number or short code of what it's about, as the subject of a mail names it
    template: str = ""  # of a `knock`: answer_waiting, status_update or reminder; `text` says the same in free words
    words: tuple[str, ...] = ()  # what fills the template's blanks, in order
    route: str | None = None  # `Message.route` it goes on in, kept from the first attempt on: each is the very same
    once: bool = False  # not queued where something of this key stands or waits already


class Refers(Value):
    """What a message at the desk (or a relayed one) is about, kept with the provider's id of it."""

    role: str  # card, relay, prompt, question, held, handover, document, list ...
    complaint: str = ""  # id
    conversation: str = ""  # lane
    detail: str = ""  # the act a prompt waits for, the question's id, the relayed message's id
    version: int = 0
    person: str = ""  # only this person's reply counts
    words: str = ""  # the words it's about, where they're kept nowhere else within the desk's reach (masked)


class Sent(Value):
    """The provider took it; `id` may be unknown ("") though it was surely accepted."""

    id: str = ""
    thread: str = ""  # for a topic: its thread


class SendError(Exception):
    """Why one attempt to send failed, as a fact with consequences (see the table in `bot/deliver.py`).

    `reason` is logged and shown to operators: whom it was for is taken out of it.
    """

    def __init__(self, fact: Fact, reason: str, *, retry_after_s: float = 0.0, moved_to: str = "") -> None:
        reason = unnamed(reason)
        super().__init__(f"{fact}: {reason}")
        self.fact: Fact = fact
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.moved_to = moved_to


class BadPayload(Exception):
    """A payload that can't be read; it goes to quarantine with this sentence."""
