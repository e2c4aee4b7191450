"""The closed vocabulary of a service standard, and how its times are written."""

import re
from datetime import time
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(pattern=r"\S", max_length=4000)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
Count = Annotated[int, Field(gt=0, le=100_000)]

Stage = Literal[
    "intake",
    "completeness",
    "identity",
    "register",
    "receipt",
    "review",
    "disposition",
    "follow_up",
    "draft",
    "check",
    "copy",
    "sign",
    "number",
    "deliver",
    "archive",
]
Unit = Literal["office_minute", "working_day", "calendar_day"]
RoleKind = Literal["citizen", "officer", "section", "secretary", "head"]
ThingId = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$", max_length=30)]
"""A field or a document. Beyond those below it's declared in `[things]` and reads as its id: `surat_pengantar_RT`."""
FIELDS = ("statement", "name", "address", "loss", "remedy_requested", "submitted_place", "submitted_at", "signature")
DOCUMENTS = ("kk", "ktp", "sim", "other_id", "location_photo", "supporting")
FormId = Literal["letter", "email", "media", "oral"]
StepActId = Literal["dispose", "report", "ask_staff", "draft", "approve", "sign", "number", "deliver"]
ChannelKind = Literal[
    "visit",
    "letter",
    "box",
    "phone",
    "mobile",
    "sms",
    "whatsapp",
    "telegram",
    "email",
    "website",
    "facebook",
    "instagram",
    "social",
    "sp4n_lapor",
]
EmergencyKind = Literal["any", "police", "ambulance", "fire", "rescue", "disaster", "power", "violence", "suicide"]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

Span = tuple[time, time]
"""A stretch in which the office is open, local time: from the first moment up to the second."""


def _moment(value: object) -> time:
    if isinstance(value, time):
        return value
    written = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise ValueError(f'a time is written "07:30", not {value!r}')
    return time(int(written[1]), int(written[2]))


def _pair(value: object) -> Span:
    """Two times: ["07:30", "16:00"]."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise ValueError('two times are written ["07:30", "16:00"]')
    return _moment(value[0]), _moment(value[1])


def _day(value: object) -> tuple[Span, ...]:
    """One day's opening: [] closed, ["07:30", "16:00"], or a list of such pairs for a split day."""
    if not isinstance(value, tuple):
        raise ValueError('a day is [] (closed), ["07:30", "16:00"], or a list of such pairs')  # noqa: TRY004
    split = all(isinstance(part, tuple) for part in value)
    spans = tuple(_pair(part) for part in value) if split else (_pair(value),)
    if any(opens >= closes for opens, closes in spans):
        raise ValueError("the office must open before it closes")
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise ValueError("the parts of a split day must follow each other")
    return spans


Stretch = Annotated[Span, BeforeValidator(_pair)]
Day = Annotated[tuple[Span, ...], BeforeValidator(_day)]
Moment = Annotated[time, BeforeValidator(_moment)]


class Part(BaseModel):
    """A section of the file: frozen, strict, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def keys_of(part: Any) -> tuple[str, ...]:  # noqa: ANN401 - any annotation of a field
    """The keys a section may have, as they're written in the file; () for what is no section."""
    if not (isinstance(part, type) and issubclass(part, Part)):
        return ()
    return tuple(field.alias or name for name, field in part.model_fields.items())
