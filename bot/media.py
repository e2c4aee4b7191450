"""Looks into files: our own sniffing, then a real decode in a child process that may die without harm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.child import Child, ChildLost
from bot.sniffing import Sniffed, is_whole, sniff, sniff_ours
from workflow.happening import FileType
from workflow.message import Location

_CHILD = Path(__file__).with_name("media_child.py")
_SCAN_CHILD = Path(__file__).with_name("scan_child.py")
_LONGEST_JOB_S = 20.0
_LONGEST_SCAN_S = 60.0

UnfitReason = Literal["too_big", "not_allowed", "broken"]


class Unfit(Exception):
    """A file we don't take; `reason` is one of `FileFailed.reason`."""

    def __init__(self, reason: UnfitReason) -> None:
        super().__init__(reason)
        self.reason: UnfitReason = reason


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file is, as far as we could see."""

    type: FileType
    mime: str
    width_px: int = 0
    height_px: int = 0
    position: Location | None = None
    dark: bool = False
    blurred: bool = False
    plain: bool = False  # surely no photo and no scanned page
    look: str = ""  # see `media_child._look`


class Media:
    """Keeps one decoding child at most, and one for scans, each started on demand, one job at a time."""

    def __init__(self) -> None:
        self._child = Child(_CHILD, _LONGEST_JOB_S)
        self._scans = Child(_SCAN_CHILD, _LONGEST_SCAN_S)

    async def inspect(self, data: bytes) -> Finding:
        """What the file is. Raises `Unfit`."""
        return await self._inspected(data, sniff(data))

    async def inspect_ours(self, data: bytes) -> Finding:
        """As `inspect`, for a file that we made ourselves."""
        return await self._inspected(data, sniff_ours(data))

    async def _inspected(self, data: bytes, sniffed: Sniffed | None) -> Finding:
        if sniffed is None:
            raise Unfit("not_allowed")
        if sniffed.type != "photo":
            if not is_whole(data, sniffed):
                raise Unfit("broken")
            return Finding(sniffed.type, sniffed.mime)
        found, _ = await self._ask({"do": "inspect", "mime": sniffed.mime}, data)
        position = found.get("position")
        return Finding(
            sniffed.type,
            sniffed.mime,
            found["width"],
            found["height"],
            Location(latitude=position[0], longitude=position[1]) if position else None,
            found["dark"],
            found["blurred"],
            found["plain"],
            found["look"],
        )

    async def shown(self, data: bytes, stamp: str = "") -> bytes:
        """A picture as an upright JPEG with nothing else in it, and `stamp` drawn over it. Raises `Unfit`."""
        sniffed = sniff(data)
        if sniffed is None or sniffed.type != "photo":
            raise Unfit("not_allowed")
        _, picture = await self._ask({"do": "show", "mime": sniffed.mime, "stamp": stamp}, data)
        return picture

    async def scan_shown(self, data: bytes, stamp: str) -> bytes:
        """A PDF as one of pictures, with `stamp` drawn into every page. Raises `Unfit`."""
        answer, pages = await self._ask({"do": "pages"}, data, self._scans)
        _, bound = await self._ask({"do": "bind", "sizes": answer["sizes"], "stamp": stamp}, pages)
        return bound

    async def close(self) -> None:
        """Send the children away."""
        await self._child.close()
        await self._scans.close()

    async def _ask(self, job: dict[str, Any], data: bytes, child: Child | None = None) -> tuple[dict[str, Any], bytes]:
        try:
            answer, content = await (child or self._child).ask(job, data)
        except ChildLost as error:
            raise Unfit("broken") from error  # it ran out of time or memory: the file is to blame
        if "unfit" in answer:
            raise Unfit(answer["unfit"])
        return answer, content
