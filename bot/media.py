"""Looks at files that people sent, in a child process that's started on demand and ended when it's idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

import msgspec

from bot.picture_job import Found, Job
from bot.sniff import sniff, type_of
from workflow.message import Location, Value

if TYPE_CHECKING:
    from bot.clock import Clock
    from workflow.happening import FileType

JOB_TIMEOUT_S = 20.0
IDLE_S = 15.0


class Inspected(Value):
    """What a file really is; `error` (one of `FileFailed.reason`) says why it's not taken in."""

    error: str = ""
    type: FileType = "other"
    mime: str = ""
    width_px: int = 0
    height_px: int = 0
    position: Location | None = None
    dark: bool = False
    blurred: bool = False


class Media:
    """One child at a time, one job at a time: pictures of two citizens are never open together."""

    def __init__(self, clock: Clock, *, job_timeout_s: float = JOB_TIMEOUT_S, idle_s: float = IDLE_S) -> None:
        self._clock = clock
        self._job_timeout_s = job_timeout_s
        self._idle_s = idle_s
        self.child: asyncio.subprocess.Process | None = None  # None while nobody needs it
        self._turn = asyncio.Lock()
        self._used = 0
        self._reaper: asyncio.Task[None] | None = None

    async def inspect(self, data: bytes) -> Inspected:
        """Decide the type by the bytes, and open a picture for real."""
        mime = sniff(data)
        if not mime:
            return Inspected(error="not_allowed")
        kind = type_of(mime)
        if kind != "photo":
            return Inspected(type=kind, mime=mime)
        found, _ = await self._do("inspect", data, mime, "")
        if found.error:
            return Inspected(error=found.error, type=kind, mime=mime)
        position = None
        if found.latitude is not None and found.longitude is not None:
            position = Location(latitude=found.latitude, longitude=found.longitude)
        return Inspected(
            type=kind,
            mime=mime,
            width_px=found.width_px,
            height_px=found.height_px,
            position=position,
            dark=found.dark,
            blurred=found.blurred,
        )

    async def shown(self, data: bytes, stamp: str = "") -> bytes:
        """A copy of a picture that may be shown: re-encoded, so that nothing of its EXIF is left, and stamped.

        Raises `ValueError` if it can't be opened.
        """
        found, picture = await self._do("show", data, sniff(data), stamp)
        if found.error:
            raise ValueError(f"a stored picture can't be shown: {found.error}")
        return picture

    async def close(self) -> None:
        """End the child."""
        if self._reaper is not None:
            self._reaper.cancel()
        await self._end()

    async def _do(self, verb: str, data: bytes, mime: str, stamp: str) -> tuple[Found, bytes]:
        async with self._turn:
            self._used += 1
            try:
                async with asyncio.timeout(self._job_timeout_s):
                    answer = await self._ask(verb, data, mime, stamp)
            except TimeoutError:
                await self._end()
                answer = Found(error="timeout"), b""
            except (OSError, EOFError, msgspec.DecodeError):
                await self._end()  # it died of the picture
                answer = Found(error="broken"), b""
            if self._reaper is None or self._reaper.done():
                self._reaper = asyncio.create_task(self._end_when_idle(), name="media")
            return answer

    async def _ask(self, verb: str, data: bytes, mime: str, stamp: str) -> tuple[Found, bytes]:
        child = self.child
        if child is None or child.returncode is not None:
            child = self.child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.decoder",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
            )
        if child.stdin is None or child.stdout is None:
            raise EOFError
        head = msgspec.json.encode(Job(verb=verb, size_bytes=len(data), mime=mime, stamp=stamp))
        child.stdin.write(head + b"\n" + data)
        await child.stdin.drain()
        line = await child.stdout.readline()
        if not line:
            raise EOFError
        found = msgspec.json.decode(line, type=Found)
        return found, await child.stdout.readexactly(found.size_bytes) if found.size_bytes else b""

    async def _end_when_idle(self) -> None:
        while True:
            before = self._used
            await self._clock.wait(self._idle_s)
            if self._used == before and not self._turn.locked():
                await self._end()
                return

    async def _end(self) -> None:
        child, self.child = self.child, None
        if child is not None and child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


__all__ = ["Inspected", "Media"]
