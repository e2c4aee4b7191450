"""What happens to us rather than is said to us: files that arrive, deadlines that pass, messages that get through.

These take the same inbox and the same lanes as what people say, so they obey the same order and transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.message import Address, Fact, Inbound, Location, Message, Presence, Press, Value

FileType = Literal["photo", "pdf", "voice", "audio", "video", "other"]


class FileReady(Value, tag_field="is", tag="file_ready"):
    """A file named in a message was fetched, decoded and sealed."""

    chat: Address  # the lane it goes into: the sender's
    at: datetime
    file: str  # our id of it
    type: FileType
    mime: str
    size_bytes: int
    sha256: str
    width_px: int = 0
    height_px: int = 0
    position: Location | None = None  # from EXIF; removed from every copy that's shown
    dark: bool = False
    blurred: bool = False
    plain: bool = False  # surely no photo and no scanned page: empty, drawn, cut out
    look: str = ""  # of a picture: 4 x 64 bits in hex, as it stands and turned by 90, 180 and 270 degrees


class FileFailed(Value, tag_field="is", tag="file_failed"):
    """A file named in a message can't be had; the words that came with it are kept."""

    chat: Address
    at: datetime
    file: str
    reason: Literal["too_big", "not_allowed", "broken", "gone", "timeout"]


class Due(Value, tag_field="is", tag="due"):
    """A timer set by an earlier decision has come."""

    chat: Address  # the lane it was set for
    at: datetime
    timer: str  # the timer's key
    kind: str  # step_due, total_due, opening_list, remind_draft, forget_draft, remind_document ...
    subject: str = ""  # id of a complaint, code of a draft ...


class Delivery(Value, tag_field="is", tag="delivery"):
    """What became of a message of ours that is about a complaint, or that somebody waits for."""

    chat: Address  # where it was sent to
    at: datetime
    key: str  # Outbound.key
    # accepted: the provider has it and will say what became of it; held: it waits until the citizen writes again
    state: Literal["accepted", "held", "sent", "delivered", "read", "failed", "uncertain", "cancelled"]
    about: str = ""
    kind: str = ""
    reason: str = ""  # as the provider put it
    fact: Fact | Literal[""] = ""  # of a failure: by it the staff are told why, in their own language


class QuestionBecomesComplaint(Value, tag_field="is", tag="question_becomes_complaint"):
    """A petugas turned a question into a complaint: the dialogue goes on with its words as the statement."""

    chat: Address
    at: datetime
    question: str
    text: str


class GistTyped(Value, tag_field="is", tag="gist_typed"):
    """A petugas wrote down what a voice note says; the citizen is asked to confirm it."""

    chat: Address
    at: datetime
    file: str
    text: str
    by: str


class Carried(Value, tag_field="is", tag="carried"):
    """Something said on a lane that speaks for another one; answers go to where it was said, `message.chat`."""

    chat: Address  # the lane it's carried to
    at: datetime  # when it was taken in where it was said
    by: Address  # the lane that speaks for it; `message.chat` may be a further id of the same account
    message: Message | Press | Presence
    marks: tuple[tuple[str, str], ...] = ()  # what stands behind the marks in its text; taken off before it's decided
    vouched: bool = False  # said by the citizen's own account or number, as a provider knows

    @property
    def from_same_account(self) -> bool:
        """Whether they write under another id of the very account whose lane this is."""
        said = self.message
        return self.vouched and said.chat.channel == self.chat.channel and not isinstance(said, Presence)


class JoinAsked(Value, tag_field="is", tag="join_asked"):
    """Another lane asks to go on with a report of this one, by its code."""

    chat: Address
    at: datetime
    by: Address
    request: str
    code: str
    shown: str = ""  # who asks, masked
    vouched: bool = False  # from the same number: no question is needed


class JoinAnswered(Value, tag_field="is", tag="join_answered"):
    """What became of this lane's request to go on with a report that was begun elsewhere."""

    chat: Address
    at: datetime
    home: Address
    request: str
    code: str
    answer: Literal["yes", "no", "unknown"]
    vouched: bool = False


class Parted(Value, tag_field="is", tag="parted"):
    """Two lanes are joined no longer, or a request to join them is withdrawn; each of them may say so."""

    chat: Address
    at: datetime
    other: Address
    why: Literal["", "stopped", "begin"] = ""  # stopped: it's told here; begin: a report of its own begins here
    files: int = 0  # of those sent for it, which have to be sent again


class SameAccount(Value, tag_field="is", tag="same_account"):
    """A provider showed that this lane and another one are ids of one account: `home` keeps its conversation."""

    chat: Address
    at: datetime
    other: Address
    home: Address
    complaints: tuple[str, ...] = ()  # ids of those the other one has


class WrittenDown(Value, tag_field="is", tag="written_down"):
    """A clerk wrote a complaint down for whoever has this address: from now on it's theirs to ask about.

    `theirs` is false where the clerk had typed a wrong number: it's nothing to them any more.
    """

    chat: Address
    at: datetime
    complaint: str  # id
    theirs: bool = True


class DataAct(Value, tag_field="is", tag="data_act"):
    """A member of staff answers what a citizen asked about their own data: it's done in the citizen's lane."""

    chat: Address
    at: datetime
    request: str  # id
    act: Literal["copy", "correct", "erase", "restrict", "refuse"]
    by: str  # "staff:ID"
    complaints: tuple[str, ...] = ()  # ids
    text: str = ""  # the reason; of a correction nothing, it's in `private`
    private: dict[str, str] = {}  # what is right, by field


Happening = (
    FileReady
    | FileFailed
    | Due
    | Delivery
    | QuestionBecomesComplaint
    | GistTyped
    | Carried
    | JoinAsked
    | JoinAnswered
    | Parted
    | SameAccount
    | WrittenDown
    | DataAct
)
Event = Inbound | Happening
