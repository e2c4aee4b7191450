"""Reads the operator's guide as something to be followed: its blocks in order, and commands as this machine has them."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.serve.program import ROOT, Program

GUIDE, PANDUAN = "docs/guide.md", "docs/panduan.md"
HOME = "/var/lib/aduan"
# What the guide has an operator do with the system itself; a test can't, and does nothing instead.
OF_THE_SYSTEM = ("cd", "sudo apt-get", "sudo adduser", "sudo chmod", "sudo ln", "sudo cp", "sudo journalctl", "sudo systemctl daemon-reload")  # fmt: skip


def blocks(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: what they are ("sh", "toml" ...) and what stands in them."""
    return re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", (ROOT / page).read_text("utf-8"))


@dataclass
class Followed:
    """The guide being followed, in a folder that stands for the server."""

    server: Path
    environ: dict[str, str]
    port: int
    rest: list[tuple[str, str]] = field(default_factory=lambda: blocks(GUIDE))
    program: Program | None = None
    said: list[tuple[int, str, str]] = field(default_factory=list)  # by the last commands: exit code, stdout, stderr

    @property
    def home(self) -> Path:
        """Stands for /var/lib/aduan."""
        return self.server / "var" / "aduan"

    def next(self, kind: str, words: str = "") -> str:
        """The next block, which must be of that kind and hold these words."""
        found, text = self.rest.pop(0)
        assert (found, words in text) == (kind, True), f"the guide goes on with\n{text}"
        return text

    async def does(self, words: str, *, typed: list[str] = (), more: str = "") -> list[tuple[int, str, str]]:
        """Follow the next commands, which hold these words; what each command of aduan said. `more` is added to it."""
        self.said = []
        for line in self.next("sh", words).splitlines():
            if not line.startswith(OF_THE_SYSTEM):
                await self._runs(line, typed, more)
        return self.said

    async def _runs(self, line: str, typed: list[str], more: str) -> None:
        if line.startswith("sudo systemctl"):
            assert line.rsplit(maxsplit=1)[-1] == "aduan"
            await self._systemctl(line.split()[2])
            return
        given = shlex.split(line + more)
        for front in (["sudo", "-u", "aduan", "aduan"], ["sudo", "python3", "start.py"]):
            if given[: len(front)] == front:
                words = [word.replace(HOME, str(self.home)) for word in given[len(front) :]]
                self.said.append(await self._aduan(words, "".join(f"{each}\n" for each in typed)))
                return
        raise AssertionError(f"the guide has a command that nobody tried: {line}")

    async def _aduan(self, words: list[str], typed: str) -> tuple[int, str, str]:
        # A session of its own has no terminal, so that what isn't shown while it's typed can be piped in.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", *words, cwd=ROOT, env=self.environ, start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate(typed.encode())
        return process.returncode, out.decode(), err.decode()

    async def _systemctl(self, what: str) -> None:
        unit = (ROOT / "docs" / "aduan.service").read_text("utf-8")
        (command,) = re.findall(r"(?m)^ExecStart=/usr/local/bin/aduan (.*)$", unit)
        words = command.replace(HOME, str(self.home)).split()
        if self.program is None:
            self.program = Program(self.home, self.port, self.environ, command=(words[0],), config=tuple(words[1:]))
        if what in ("stop", "restart"):
            assert await self.program.stop() == 0
        if what in ("enable", "start", "restart"):
            await self.program.start()

    def writes(self, name: str, text: str, *, below: str = "", **instead: str) -> None:
        """What an operator types into a file, with their own values in place of the guide's; at the end, or `below`."""
        for old, new in instead.values():
            assert old in text, f"the guide doesn't say {old}"
            text = text.replace(old, new)
        path = self.home / name
        before = path.read_text("utf-8")
        assert below in before
        path.write_text(before.replace(below, f"{below}\n{text}", 1) if below else f"{before}\n{text}", "utf-8")


def plain_environ() -> dict[str, str]:
    """The environment of this machine without anything of Aduan's."""
    kept = {name: value for name, value in os.environ.items() if "ADUAN" not in name}
    return kept | {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
