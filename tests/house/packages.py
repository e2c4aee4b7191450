"""What we stand on: every pinned package with its licence (docs/licences.md), and whether anything is known against it.

python -m tests.house.packages audit       0; 1: something is known against one; 3: there's nobody to ask from here
python -m tests.house.packages licences    write docs/licences.md anew, after `python3 start.py lock`
"""

# ruff: noqa: T201 - a command that prints what it found
from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
SILENT = 3
_PIN = re.compile(r"(?m)^([\w.-]+)==([^ \\\n]+)")
_UNREACHED = ("error sending request", "Request failed")  # uv's words when nobody answered

# What the metadata of a package says in other words than the short names of spdx.org, or doesn't say.
_SAME = {
    "Apache 2.0": "Apache-2.0", "BSD 2-Clause License": "BSD-2-Clause", "ISC License": "ISC", "MIT License": "MIT",
    "Dual License": "Apache-2.0 OR BSD-3-Clause", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "BSD License": "BSD-3-Clause", "Apache Software License": "Apache-2.0",
}  # fmt: skip
ALLOWED = {
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "ISC",
    "PSF-2.0",
    "MPL-2.0",
    "LGPL-3.0-only",
}
"""Licences that let an office run, change and hand on the whole; LGPL and MPL are used as they come, unchanged."""


def pins(name: str) -> dict[str, str]:
    """Package -> version of a lock file."""
    return dict(_PIN.findall((ROOT / name).read_text("utf-8")))


def licence(package: str) -> str:
    """Its licence by the short names of spdx.org, as its own metadata has it; "" where this machine hasn't got it."""
    try:
        about: PackageMetadata = metadata(package)
    except PackageNotFoundError:
        return ""
    said = (about.get("License-Expression") or about.get("License") or "").strip()
    if "\n" in said or not said:  # a whole text, or nothing: the classifier names it
        named = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License")]
        said = next((each for each in named if each != "OSI Approved"), said.partition("\n")[0])
    return _SAME.get(said, said)


def page() -> str:
    """The list of licences as it belongs into docs."""
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    head = (
        "# Licences of what Aduan stands on\n\nMade by `python -m tests.house.packages licences` from what the packages say "
        "of themselves; a test holds it to the lock files.\nAduan itself: Apache-2.0. `psycopg` and `python-telegram-bot` "
        "(LGPL) and `certifi` (MPL) are used unchanged, as packages of their own.\nThe wheel of `pillow_heif` carries "
        "libheif and its codecs, some under LGPL or GPL; it's loaded only in the child process that opens pictures.\n"
    )
    parts = [head]
    for title, packages in (("To run", run), ("To test, beside those", {k: v for k, v in dev.items() if k not in run})):
        rows = [f"| {name} | {licence(name) or 'not on this machine'} |" for name in sorted(packages, key=str.lower)]
        parts.append(f"## {title}\n\n| package | licence |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def audit() -> int:
    """Ask a database of advisories about every pinned package.

    uv audits a project by a lock file of its own; ours are lists of pins, so they're handed over as a script's needs.
    """
    known = pins("requirements-dev.lock") | pins("requirements.lock")
    needs = "".join(f'#   "{name}=={version}",\n' for name, version in sorted(known.items()))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "pins.py"
        script.write_text(f'# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n{needs}# ]\n# ///\n')
        uv = Path(sys.executable).with_name("uv")
        asked = subprocess.run([uv, "audit", "--script", script], capture_output=True, text=True, check=False)
    return told(asked.returncode, asked.stdout + asked.stderr, len(known))


def told(status: int, words: str, count: int) -> int:
    """What an audit found, for people and as an exit code."""
    if status == 0:
        print(f"audit: {count} packages, nothing is known against them")
        return 0
    if any(each in words for each in _UNREACHED):
        print(f"audit: nobody answers from here, so none of {count} packages was audited")
        return SILENT
    print(words)
    print(f"audit: {count} packages, see above; `python3 start.py lock` takes newer ones")
    return 1


def main(what: str) -> int:
    """The exit code."""
    if what == "licences":
        PAGE.write_text(page(), "utf-8")
        return 0
    return audit()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "audit"))
