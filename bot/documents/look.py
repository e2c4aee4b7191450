"""What an office's papers have of its own: a folder with changed templates, and a logo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Look:
    """None: as shipped, and no logo."""

    templates: Path | None = None
    logo: Path | None = None
