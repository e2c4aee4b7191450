"""Draws the procedures of the shipped offices for the guides: `python -m tests.page.draw_procedures`."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.offices.picture import drawn
from workflow.standard.flow import flow
from workflow.standard.standard import Standard, shipped

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
COLOURS, PPI = 192, 120.0


def shown(standard: Standard) -> dict[str, Any]:
    """What a picture in the guides shows: the procedure, without the version that changes with every other value."""
    return {**flow(standard), "version": ""}


def mark(standard: Standard) -> str:
    """By what a picture is known to be of this procedure: it's kept in the PNG."""
    return hashlib.sha256(json.dumps(shown(standard), sort_keys=True).encode()).hexdigest()[:16]


def place(standard: Standard) -> Path:
    """Where the picture lies."""
    return FOLDER / f"alur_{standard.id.replace('-', '_')}.png"


def main() -> None:
    """Draw them all anew."""
    for standard in shipped().values():
        picture = Image.open(io.BytesIO(drawn(shown(standard), "png", PPI))).convert("RGB")
        about = PngInfo()
        about.add_text("procedure", mark(standard))
        few = picture.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE)
        few.save(place(standard), optimize=True, pnginfo=about)


if __name__ == "__main__":
    main()
