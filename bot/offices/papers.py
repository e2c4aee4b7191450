"""`aduan offices papers`: every paper of an office with made-up data, to be looked at before a template is used."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.documents.look import Look
from bot.documents.proofs import Proof, misplaced, proofs
from bot.documents.typesetting import Format, Typesetter
from workflow.standard.standard import Standard, load, shipped

if TYPE_CHECKING:
    from bot.config import Settings


def run(office: str, out: Path, settings: Settings | None, *, form: Format) -> int:
    """Write the files and print their names. 1: something must be mended; 2: no such office, or it can't be written."""
    known = {each.id: each.standard for each in settings.offices} if settings else {}
    if settings is not None and office in known:
        standard, look = load(settings.standard_texts[office], place=known[office]), settings.looks()[office]
    elif office in shipped():
        standard, look = shipped()[office], Look()
    else:
        names = ", ".join(dict.fromkeys((*known, *shipped())))
        print(f"There is no office {office!r}. Known: {names}.", file=sys.stderr)  # noqa: T201 - for people
        return 2
    try:
        out.mkdir(parents=True, exist_ok=True)
        return asyncio.run(_draw(standard, look, out, form))
    except OSError as error:
        print(f"{out}: {error.strerror}", file=sys.stderr)  # noqa: T201 - for people
        return 2


async def _draw(standard: Standard, look: Look, out: Path, form: Format) -> int:
    typesetter, wrong = Typesetter(), 0
    for what, mend in misplaced(look):
        wrong += _told("", what, mend)
    try:
        async for proof in proofs(standard, look, typesetter, Clock().now(), form):
            if proof.problem:
                wrong += _told(f"{proof.name}: ", proof.problem, proof.mend)
            for path, content in _files(proof, out, form):
                path.write_bytes(content)
                print(path)  # noqa: T201 - the command's output
    finally:
        await typesetter.close()
    return 1 if wrong else 0


def _files(proof: Proof, out: Path, form: Format) -> list[tuple[Path, bytes]]:
    if len(proof.pages) == 1:
        return [(out / f"{proof.name}.{form}", proof.pages[0])]
    return [(out / f"{proof.name}-{n}.{form}", page) for n, page in enumerate(proof.pages, 1)]


def _told(where: str, what: str, mend: str) -> int:
    print(f"{where}{what}\n  -> {mend}", file=sys.stderr)  # noqa: T201 - for people
    return 1
