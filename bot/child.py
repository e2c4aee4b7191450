"""A child process that's started on demand and kept for a while: one job at a time; it may die without harm."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

_LENGTHS = struct.Struct(">II")
_IDLE_S = 30.0  # a child that isn't needed for so long goes
_JOBS = 200  # and after so many jobs the next one gets a fresh one
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "LANG", "LC_ALL")
"""What a child gets of our environment: nothing that holds a secret."""


class ChildLost(Exception):
    """The child ran out of time, or died of its job; the job is to blame. The next one gets a new child."""

    def __init__(self, why: Literal["timeout", "died"]) -> None:
        super().__init__(why)
        self.why = why


class Child:
    """Keeps one process at most of a Python file that answers jobs on its standard input.

    The file is started by itself (`-I`), so that neither the program nor its secrets are in its memory. A job is two
    lengths, a JSON head and bytes; so is the answer. A child whose answer says "tired" is replaced before the next job.
    """

    def __init__(self, program: Path, longest_job_s: float) -> None:
        self._program, self._longest_job_s = program, longest_job_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._jobs = 0
        self._farewell: asyncio.TimerHandle | None = None

    async def ask(self, job: Mapping[str, object], data: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """The answer to one job, after those asked before. Raises `ChildLost`; the wait for its turn isn't counted."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._longest_job_s):
                    answer = await self._exchange(job, data)
            except TimeoutError as error:
                await self._dismiss()
                raise ChildLost("timeout") from error
            except (asyncio.IncompleteReadError, OSError) as error:
                await self._dismiss()
                raise ChildLost("died") from error
            except asyncio.CancelledError:
                await self._dismiss()
                raise
            if self._jobs >= _JOBS or answer[0].get("tired"):
                await self._dismiss()
            else:
                self._farewell = asyncio.get_running_loop().call_later(_IDLE_S, self._let_go)
        return answer

    async def close(self) -> None:
        """Send the child away."""
        async with self._turn:
            await self._dismiss()

    async def _exchange(self, job: Mapping[str, object], data: bytes) -> tuple[dict[str, Any], bytes]:
        if self._farewell is not None:
            self._farewell.cancel()
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(self._program),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
            )
            self._jobs = 0
        self._jobs += 1
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        head = msgspec.json.encode(job)
        process.stdin.write(_LENGTHS.pack(len(head), len(data)) + head)
        process.stdin.write(data)
        await process.stdin.drain()
        sizes = _LENGTHS.unpack(await process.stdout.readexactly(_LENGTHS.size))
        answer = msgspec.json.decode(await process.stdout.readexactly(sizes[0]))
        return answer, await process.stdout.readexactly(sizes[1])

    def _let_go(self) -> None:
        if self._process is not None and self._process.stdin is not None and not self._turn.locked():
            self._process.stdin.close()  # the end of its input is the end of the child
            self._process = None

    async def _dismiss(self) -> None:
        if self._farewell is not None:
            self._farewell.cancel()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
