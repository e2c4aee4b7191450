"""Tries every paper of an office with made-up data, so that a broken template is known before it's needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from bot.documents.look import Look
from bot.documents.sheets import LOGO_SUFFIXES, TEMPLATES, is_within, job_of
from bot.documents.typesetting import Format, Typesetter, Unprintable
from workflow.papers.making import MAKERS
from workflow.papers.sample import sample
from workflow.papers.sheet import Kind
from workflow.say import say
from workflow.standard.standard import Standard

_PICTURE = "give the logo as PNG, JPEG or SVG"


@dataclass(frozen=True, slots=True)
class Proof:
    """One paper as it would look, or what's wrong with its template and how to mend it."""

    kind: Kind
    name: str  # of the file it would be
    pages: tuple[bytes, ...] = ()
    problem: str = ""
    mend: str = ""


async def proofs(
    standard: Standard, look: Look, typesetter: Typesetter, at: datetime, form: Format = "pdf"
) -> AsyncIterator[Proof]:
    """Each paper in the office's own look, marked CONTOH; the shipped templates don't stand in here."""
    complaint, entries, world = sample(standard, at)
    for kind, make in MAKERS.items():
        sheet = make(complaint, entries, world)
        if sheet is None:
            continue
        name = TEMPLATES[kind].removesuffix(".typ")
        try:
            job = job_of(replace(sheet, draft=say("papers.sample.mark")), look, form)
            yield Proof(kind, name, pages=tuple(await typesetter.pages(job)))
        except Unprintable as wrong:
            problem, mend = _told(wrong, look)
            yield Proof(kind, name, problem=problem, mend=mend)


def misplaced(look: Look) -> list[tuple[str, str]]:
    """What's wrong with the folder and the logo before anything is drawn: (problem, how to mend it)."""
    found = []
    if look.templates is not None and not look.templates.is_dir():
        found.append(
            (f"{look.templates} is no folder", "name the folder with your templates, or leave `templates` out")
        )
    elif look.templates is not None and not any(path.suffix == ".typ" for path in look.templates.iterdir()):
        what = f"there is no .typ file in {look.templates}"
        found.append((what, "copy the templates to be changed from bot/documents/templates into it"))
    elif look.templates is not None:
        found += [
            (f"{path.name} in {look.templates} is a link that leads out of the folder", "put the file itself there")
            for path in sorted(look.templates.iterdir())
            if path.is_file() and not is_within(path, look.templates)
        ]
    if look.logo is not None and look.logo.suffix.lower() not in LOGO_SUFFIXES:
        found.append((f"{look.logo.name} is no picture that can be printed", _PICTURE))
    elif look.logo is not None and not look.logo.is_file():
        found.append((f"{look.logo} is not there", "name the file of the logo, or leave `logo` out"))
    return found


async def problems(standard: Standard, look: Look, typesetter: Typesetter, at: datetime) -> list[tuple[str, str]]:
    """Everything that's wrong with an office's own look: (problem with file and line, how to mend it)."""
    found = misplaced(look)
    seen = set()
    async for proof in proofs(standard, look, typesetter, at):
        if proof.problem and proof.problem not in seen:  # one broken part may break every paper
            seen.add(proof.problem)
            found.append((proof.problem, proof.mend))
    return found


def _told(wrong: Unprintable, look: Look) -> tuple[str, str]:
    """What's wrong, and how to mend it."""
    if look.logo is not None and "decode image" in wrong.wrong:
        return f"{look.logo.name} can't be read as a picture", f"{_PICTURE}; until then letters leave without it"
    if "download package" in wrong.wrong:
        what = wrong.wrong.partition(" (")[0]
        return f"{wrong.file}:{wrong.line}: {what}", "no package is fetched: put its files into your folder"
    if wrong.timeout:
        return str(wrong), "look for a loop that doesn't end; until it's mended the shipped template is used"
    if wrong.file and wrong.line:
        return str(wrong), f"mend line {wrong.line} of {wrong.file}; until then the shipped template is used"
    return str(wrong), "compare it with the shipped template, which is used until it's mended"
