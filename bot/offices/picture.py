"""Draws the procedure of a standard as a picture: PNG or SVG as one tall strip for a phone, PDF as A4 pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

from bot.documents.typesetting import FONTS, SHIPPED

TEMPLATE = SHIPPED / "procedure.typ"
Kind = Literal["png", "svg", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PPI = 200.0


class Undrawable(Exception):
    """A picture that can't be made; its words say why."""


def drawn(flow: Mapping[str, Any], kind: Kind, ppi: float = _PPI) -> bytes:
    """The picture of a procedure as `workflow.standard.flow` tells it; `kind` is one of `KINDS`. Raises `Undrawable`.

    The template is ours and the data short, so it's set in this process: only the command line calls it.
    """
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)] if FONTS.is_dir() else [])
    inputs = {"flow": json.dumps(flow, ensure_ascii=False), "paper": "a4" if kind == "pdf" else "strip"}
    try:
        made = typst.compile(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=fonts,
            ignore_system_fonts=True,
            format=kind,
            ppi=ppi if kind == "png" else None,
            sys_inputs=inputs,
        )
    except typst.TypstError as error:
        raise Undrawable(f"{error.message}\n{error.diagnostic}") from error
    if isinstance(made, list):
        raise Undrawable(f"it became {len(made)} pages")
    assert isinstance(made, bytes)
    return made
