"""What the tests may need of the operating system beyond Python, and where to find it."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil

# The names under which distributions ship one and the same program.
ALSO_KNOWN_AS = {"chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")}

# How to install what is missing, for the sentence a skipped test gives as its reason.
DEBIAN_PACKAGE = {
    "chromium": "chromium",
    "libatomic.so.1": "libatomic1",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "git": "git",
    "dovecot": "dovecot-imapd dovecot-lmtpd",
    "openssl": "openssl",
    "systemd-analyze": "systemd",
}

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@functools.cache
def find_program(name: str) -> str | None:
    """The path of a program on this machine, or the name of a library; None where it is not installed."""
    if ".so." in name:
        return name if _loads(name) else None
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # servers lie where an ordinary user's PATH doesn't lead
    found = (shutil.which(known, path=places) for known in ALSO_KNOWN_AS.get(name, (name,)))
    return next((path for path in found if path), None)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def program(name: str) -> str:
    """The path of a program that a test marked `needs_system(name)` may rely on."""
    path = find_program(name)
    assert path, f"mark the test with needs_system({name!r})"
    return path


def missing(names: tuple[str, ...]) -> str | None:
    """Why a test that needs these programs can't run here, in one sentence; None if it can."""
    lacking = [name for name in names if not find_program(name)]
    if not lacking:
        return None
    packages = sorted({DEBIAN_PACKAGE.get(name, name) for name in lacking})
    return f"needs {', '.join(lacking)} (Debian: apt-get install {' '.join(packages)})"


def skips_are_forbidden() -> bool:
    """Whether this run must prove everything: a test that would skip fails instead."""
    return os.environ.get("ADUAN_FORBID_SKIPS", "") not in {"", "0"}
