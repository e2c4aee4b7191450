"""What happens to us rather than is said to us: files that arrive, deadlines that pass, messages that get through.

These take the same inbox and the same lanes as what people say, so they obey the same order and transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.message import Address, Fact, Inbound, Location, Value

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


Happening = FileReady | FileFailed | Due | Delivery | QuestionBecomesComplaint | GistTyped
Event = Inbound | Happening
