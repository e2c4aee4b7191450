"""`aduan offices guide`: the clerk's guide of one office, written as a PDF of one page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.clock import Clock
from bot.documents.guide import job
from bot.documents.typesetting import Typesetter, Unprintable
from bot.offices.check import text_of
from workflow.office import Office
from workflow.standard import standard


def run(file: str, out: Path) -> int:
    """Write the page. 0; 1 where it can't be made or written; 2 where the standard is wrong or unknown."""
    text = text_of(file)
    if text is None:
        return 2
    try:
        rules = standard.load(text, place=file)
    except standard.StandardProblems as problems:
        for problem in problems.problems:
            typer.echo(str(problem), err=True)
        return 2
    try:
        out.write_bytes(asyncio.run(_drawn(Office(id=rules.id, standard=rules))))
    except (OSError, Unprintable) as error:
        typer.echo(f"{out} can't be written: {error}", err=True)
        return 1
    typer.echo(str(out))
    return 0


async def _drawn(office: Office) -> bytes:
    typesetter = Typesetter()
    try:
        return (await typesetter.pages(job(office, Clock().now())))[0]
    finally:
        await typesetter.close()
