"""Sample media for the demo: cards marked CONTOH, a drawn road, a spoken note, and a place for each office."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

SampleKind = Literal["photo", "voice", "sticker"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One file that can be sent with a press: its id, what it's sent as, its file name and its bytes."""

    id: str
    kind: SampleKind
    file: str
    content: bytes
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample pin lies (WGS 84 degrees), and the address a venue there carries."""

    latitude: float
    longitude: float
    address: str = ""


def load_samples() -> Mapping[str, Sample]:
    """Return every sample by its id, in the order in which the page offers them."""
    folder = files(__name__)
    rows = tomllib.loads(folder.joinpath("samples.toml").read_text(encoding="utf-8"))["samples"]
    return {
        row["id"]: Sample(
            id=row["id"],
            kind=row["kind"],
            file=row["file"],
            content=folder.joinpath(row["file"]).read_bytes(),
            seconds=row.get("seconds", 0),
        )
        for row in rows
    }


def load_places() -> Mapping[str, Place]:
    """Return the sample place of each office by the office's id."""
    data = tomllib.loads(files(__name__).joinpath("samples.toml").read_text(encoding="utf-8"))
    return {office: Place(**place) for office, place in data["places"].items()}
