"""What every paper of one complaint is made of: plain data for a template, with the office's letterhead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from workflow.clocks.when import say_date
from workflow.message import Value
from workflow.record import Complaint, Entry
from workflow.say import lines, say, units
from workflow.standard.standard import Standard
from workflow.world import World

Kind = Literal["receipt", "complaint_letter", "disposition", "control", "answer_letter", "sending", "evidence"]
"""The papers; each has a template of that name."""

LONGEST_REF_BYTES = 200_000


class Kop(Value):
    """The letterhead, without the logo: that's a file, which the shell adds."""

    government: str
    office: str
    contact: tuple[str, ...]  # address; telephones; website and mail


class Row(Value):
    """A label and what stands behind its colon."""

    label: str
    value: str


class Group(Value):
    """A heading with boxes to tick; those that apply are ticked."""

    label: str
    boxes: tuple[tuple[str, bool], ...]


class Sign(Value):
    """A signature block. `how` stands where the ink would; "" leaves room for a pen."""

    role: tuple[str, ...]  # "Plh. Camat Pegantenan,", "Sekretaris Kecamatan"
    how: str = ""
    name: str = ""
    below: tuple[str, ...] = ()  # rank, NIP
    above: str = ""  # place and date, where they stand with the signature


class Verify(Value):
    """The code that anybody can have checked. `target` is what the QR code holds; `how` says the same in words."""

    code: str
    target: str
    how: str


class Sheet(Value):
    """One paper. `paper` comes first, since the press goes by a reference's first key.

    `draft` is the word printed across a paper that isn't valid yet, "" on one that is.
    """

    paper: Kind
    office: str
    at: datetime  # the moment the document bears
    name: str  # what the file is called
    kop: Kop
    title: str = ""
    subtitle: str = ""
    dated: str = ""  # "Pasuruan, 23 November 2026"
    rows: tuple[Row, ...] = ()
    to: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    columns: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()  # heading and text
    signs: tuple[Sign, ...] = ()
    copies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    verify: Verify | None = None
    draft: str = ""
    claim: bool = False  # a slip against which something is handed out


def ref(sheet: Sheet) -> str:
    """What the press is asked for. It's sealed at rest like every reference."""
    return msgspec.json.encode(sheet).decode()


def kop(standard: Standard) -> Kop:
    """The office's letterhead as its standard publishes it."""
    office = standard.office
    known = {each.kind: each.value for each in reversed(standard.channels) if each.value} | {"website": office.website}
    ways = [
        ", ".join(say(f"papers.kop.{kind}", value=known[kind]) for kind in kinds if known.get(kind))
        for kinds in (("phone", "mobile"), ("website", "email"))
    ]
    contact = tuple(line for line in (office.address, *ways) if line)
    return Kop(government=government_of(standard).upper(), office=office.name.upper(), contact=contact)


def government_of(standard: Standard) -> str:
    """Whose office it is, nothing abbreviated: a letterhead reads "PEMERINTAH KABUPATEN PAMEKASAN"."""
    return standard.office.government.replace("Kab. ", f"{say('papers.kop.kabupaten')} ")


def rows(*pairs: tuple[str, str]) -> tuple[Row, ...]:
    """Rows by the keys of their labels; those without a value are left out."""
    return tuple(Row(label=say(f"papers.row.{key}"), value=value) for key, value in pairs if value)


def dated(standard: Standard, at: datetime, world: World) -> str:
    """Place and date as they stand at the right of a letter: "Pegantenan, 23 November 2026"."""
    return f"{standard.letter.place}, {say_date(world.office.calendar.local_date(at))}"


def paragraphs(text: str) -> tuple[str, ...]:
    """A text as paragraphs: its lines that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def person_of(complaint: Complaint) -> str:
    """Whose complaint it is, as far as it's known; "" where nobody gave a name."""
    return complaint.private.get("name", "")


def on_behalf(complaint: Complaint) -> str:
    """For whom it was reported: "Bu Sari (ibu)"; "" where it's their own."""
    name, relation = complaint.private.get("behalf_name", ""), complaint.behalf
    if not name and not relation:
        return ""
    return say("papers.behalf", name=name, relation=relation) if name and relation else name or relation


def cut(text: str, limit: int) -> str:
    """At most so many signs, cut between words and marked so."""
    flat = " ".join(text.split())
    return flat if units(flat) <= limit else flat[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def last(entries: Iterable[Entry], *acts: str) -> Entry | None:
    """The last line of the record by one of these acts."""
    return next((entry for entry in reversed(tuple(entries)) if entry.act in acts), None)


def since_reopened(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The record from the last reopening on: what was before belongs to an earlier answer."""
    every = tuple(entries)
    at = max((index for index, entry in enumerate(every) if entry.act == "reopen"), default=-1)
    return every[at + 1 :]


def joined(*parts: str) -> str:
    """Parts that say something, one below the other."""
    return lines(*parts)


def counted(n: int) -> str:
    """A number of enclosures as letters have it: "3 (tiga) berkas"; "-" where there's none."""
    if not n:
        return "-"
    words = say("papers.complaint.numbers").split(", ")
    return say("papers.complaint.enclosed", n=n, words=words[n - 1]) if n <= len(words) else str(n)
