"""Sets pages from templates and data in a child process; what's wrong with a template is told with file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.child import Child, ChildLost

SHIPPED = Path(__file__).with_name("templates")
FONTS = Path(__file__).with_name("fonts")
LONGEST_S = 60.0
_CHILD = Path(__file__).with_name("typeset_child.py")
_PPI = 110.0
_PLACE = re.compile(r"(?:┌─|-->)\s*(\S+?):(\d+):(\d+)")

Format = Literal["pdf", "png"]


class Unprintable(Exception):
    """A template that can't be set: what's wrong, in which file and line, and typst's own hint how to mend it.

    `timeout` is true where it took longer than `LONGEST_S` or too much memory: nothing is known of the place.
    """

    def __init__(self, wrong: str, *, file: str = "", line: int = 0, hint: str = "", timeout: bool = False) -> None:
        where = f"{file}:{line}: " if file else ""
        super().__init__(f"{where}{wrong}" + (f" ({hint})" if hint else ""))
        self.wrong, self.file, self.line, self.hint, self.timeout = wrong, file, line, hint, timeout


@dataclass(frozen=True, slots=True)
class Job:
    """What's to be set: `main` is the template's name among `files`; `inputs` are read there as `sys.inputs`.

    `at` is the moment the document bears: the same job gives the same bytes, whenever it's done.
    """

    main: str
    files: Mapping[str, bytes]
    inputs: Mapping[str, str]
    at: datetime
    format: Format = "pdf"
    ppi: float = _PPI
    tags: bool = True  # for readers who can't see; a book of a thousand rows is six times smaller without


class Typesetter:
    """Keeps one typesetting child at most, started on demand, one job at a time."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self._child = Child(_CHILD, longest_s)

    async def pages(self, job: Job) -> list[bytes]:
        """One PDF, or a PNG for each page. Raises `Unprintable`."""
        head = {
            "main": job.main,
            "files": {name: len(content) for name, content in job.files.items()},
            "inputs": dict(job.inputs),
            "timestamp": int(job.at.timestamp()),
            "format": job.format,
            "ppi": job.ppi,
            "tags": job.tags,
            "fonts": str(FONTS) if FONTS.is_dir() else "",
        }
        try:
            answer, content = await self._child.ask(head, b"".join(job.files.values()))
        except ChildLost as error:
            raise Unprintable("it took too long or too much memory", timeout=True) from error
        if "wrong" in answer:
            raise _unprintable(answer["wrong"], answer["where"], answer["hints"])
        pages, at = [], 0
        for size in answer["sizes"]:
            pages.append(content[at : at + size])
            at += size
        return pages

    async def close(self) -> None:
        """Send the child away."""
        await self._child.close()


def _unprintable(wrong: str, where: str, hints: list[str]) -> Unprintable:
    place = _PLACE.search(where)
    file, line = (place[1], int(place[2])) if place else ("", 0)
    return Unprintable(wrong, file=file.replace("\\", "/").rpartition("/")[2], line=line, hint="; ".join(hints))
