"""Looks into files: our own sniffing, then a real decode in a child process that may die without harm."""

from __future__ import annotations

import asyncio
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot.sniffing import is_whole, sniff
from workflow.happening import FileType
from workflow.message import Location

_CHILD = Path(__file__).with_name("media_child.py")
_LENGTHS = struct.Struct(">II")
_LONGEST_JOB_S = 20.0
_IDLE_S = 30.0  # a child that isn't needed for so long goes
_JOBS_PER_CHILD = 200

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


class Media:
    """Keeps one decoding child at most, started on demand, one job at a time."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._jobs = 0
        self._farewell: asyncio.TimerHandle | None = None

    async def inspect(self, data: bytes) -> Finding:
        """What the file is. Raises `Unfit`."""
        sniffed = sniff(data)
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
        )

    async def shown(self, data: bytes, stamp: str = "") -> bytes:
        """A picture as an upright JPEG with nothing else in it, and `stamp` drawn over it. Raises `Unfit`."""
        sniffed = sniff(data)
        if sniffed is None or sniffed.type != "photo":
            raise Unfit("not_allowed")
        _, picture = await self._ask({"do": "show", "mime": sniffed.mime, "stamp": stamp}, data)
        return picture

    async def close(self) -> None:
        """Send the child away."""
        async with self._turn:
            await self._dismiss()

    # --- the child ----------------------------------------------------------------------------------------------------

    async def _ask(self, job: dict[str, str], data: bytes) -> tuple[dict[str, Any], bytes]:
        async with self._turn:
            try:
                async with asyncio.timeout(_LONGEST_JOB_S):
                    answer, content = await self._exchange(job, data)
            except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
                await self._dismiss()  # it ran out of time or memory: the file is to blame
                raise Unfit("broken") from error
            except asyncio.CancelledError:
                await self._dismiss()
                raise
            if self._jobs >= _JOBS_PER_CHILD:
                await self._dismiss()
            else:
                self._farewell = asyncio.get_running_loop().call_later(_IDLE_S, self._let_go)
        if "unfit" in answer:
            raise Unfit(answer["unfit"])
        return answer, content

    async def _exchange(self, job: dict[str, str], data: bytes) -> tuple[dict[str, Any], bytes]:
        if self._farewell is not None:
            self._farewell.cancel()
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(_CHILD),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            self._jobs = 0
        self._jobs += 1
        child = self._child
        assert child.stdin is not None
        assert child.stdout is not None
        head = msgspec.json.encode(job)
        child.stdin.write(_LENGTHS.pack(len(head), len(data)) + head)
        child.stdin.write(data)
        await child.stdin.drain()
        sizes = _LENGTHS.unpack(await child.stdout.readexactly(_LENGTHS.size))
        answer = msgspec.json.decode(await child.stdout.readexactly(sizes[0]))
        return answer, await child.stdout.readexactly(sizes[1])

    def _let_go(self) -> None:
        if self._child is not None and self._child.stdin is not None and not self._turn.locked():
            self._child.stdin.close()  # the end of its input is the end of the child
            self._child = None

    async def _dismiss(self) -> None:
        if self._farewell is not None:
            self._farewell.cancel()
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.kill()
            await child.wait()
