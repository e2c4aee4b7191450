"""The files of this repository, as the structural tests see them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "channels", "workflow", "storage")
NOT_OURS = {".git", "__pycache__", "node_modules"}


@functools.cache
def ignored() -> frozenset[str]:
    """What .gitignore keeps out at the root: made here, not written."""
    lines = (ROOT / ".gitignore").read_text().split()
    return frozenset(line.strip("/") for line in lines if line.startswith("/"))


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository, below the root."""

    def below(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            made_here = folder == ROOT and path.name in ignored()
            if path.name in NOT_OURS or made_here or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                yield from below(path)
            else:
                yield path

    return tuple(below(ROOT))


@functools.cache
def texts() -> dict[str, str]:
    """The text of every file that is text, by its path below the root."""
    found = {}
    for path in files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


@functools.cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every Python file of the four packages, by its path below the root."""
    return {name: ast.parse(text) for name, text in texts().items() if name.endswith(".py") and in_packages(name)}


def in_packages(name: str) -> bool:
    """Whether a file is part of what gets installed."""
    return name.split("/", maxsplit=1)[0] in PACKAGES
