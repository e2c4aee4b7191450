"""`aduan offices new`: makes another office's standard by questions; nothing said is lost, all of it can be changed."""

from __future__ import annotations

import json
from pathlib import Path

import click
import typer

from bot.offices.asking import Told, questions
from bot.offices.writing import written
from bot.questions import tell
from workflow.standard import review, standard

BACK = "<"
_INTRODUCTION = """Enter takes what stands in brackets; {back} goes back to the question before. Whatever is missing or
unsure can be changed in the file afterwards. If you stop, the same command goes on where you were.
"""


def run(file: Path, like: str | None) -> int:
    """Ask, and write the file. 0; 1 if it was interrupted (the answers are kept); 2 for a mistake."""
    if file.exists():
        tell(f"{file} is there already and stays as it is; name another, or change it by hand.")
        return 2
    if like is not None and like not in standard.shipped():
        tell(f"{like!r} isn't shipped. To begin like one of: {', '.join(standard.shipped())}.")
        return 2
    kept = _partial(file)
    try:
        answers, like = _kept(kept, like)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch()
    except (OSError, ValueError) as error:
        tell(f"{kept} can't be used: {error}")
        return 2
    tell(_INTRODUCTION.format(back=BACK))
    if answers:
        tell(f"Going on after {len(answers)} answers, kept in {kept}.\n")
    try:
        told = _asked(answers, kept, like)
    except (click.Abort, EOFError, KeyboardInterrupt):
        if not answers:
            kept.unlink(missing_ok=True)
        tell(f"\nStopped. {len(answers)} answers are kept in {kept}: the same command goes on from there.")
        return 1
    done = _finish(file, kept, told)
    if done:  # the last question is put again, so that one can go back from it
        _keep(kept, answers[:-1], like)
    return done


def _asked(answers: list[str], kept: Path, like: str | None) -> Told:
    """Ask what the answers so far leave open. The questions are gone through anew from the first after each answer."""
    while True:
        told = Told()
        asking = questions(told, standard.shipped()[like] if like else None)
        question = next(asking)
        try:
            for answer in answers:
                question = asking.send(answer)
        except StopIteration:
            return told
        if question.legend:
            tell(question.legend)
        shown = f"{question.text}{f' ({question.hint})' if question.hint else ''}"
        said = str(typer.prompt(shown, default=question.default, show_default=bool(question.default), err=True)).strip()
        if said == BACK:
            del answers[-1:]
        elif wrong := question.wrong(said):
            tell(f"  Not that: {wrong}.")
            continue
        else:
            answers.append(said)
        _keep(kept, answers, like)


def _keep(kept: Path, answers: list[str], like: str | None) -> None:
    kept.write_text(json.dumps({"like": like, "answers": answers}, ensure_ascii=False, indent=1), "utf-8")


def _finish(file: Path, kept: Path, told: Told) -> int:
    text = written(told)
    try:
        rules = standard.load(text, place=file.name)
    except standard.StandardProblems as problems:  # a question let something pass that the reader doesn't
        for problem in problems.problems:
            tell(str(problem))
        tell(f"The answers are kept in {kept}: go back with {BACK} and change what is named above.")
        return 2
    file.write_text(text, "utf-8")
    kept.unlink()
    tell(f"\nWritten: {file}, {rules.office.name} with {len(rules.steps)} steps; {review.times(rules)}.")
    tell("Next: `aduan offices check` tells what to look at and what the office confirms, and draws the procedure:")
    tell(f"  aduan offices check {file} --picture {file.with_suffix('.pdf')}")
    tell(f'In config.toml: standard = "{file.name}" (a path from there).')
    return 0


def _partial(file: Path) -> Path:
    return file.with_name(f"{file.name}.partial.json")


def _kept(kept: Path, like: str | None) -> tuple[list[str], str | None]:
    """The answers of an earlier time, and the office it began like. ValueError if the file was changed by hand."""
    if not kept.exists() or not kept.stat().st_size:
        return [], like
    data = json.loads(kept.read_text("utf-8"))
    if not isinstance(data, dict) or not all(isinstance(each, str) for each in data.get("answers", [0])):
        raise ValueError("it doesn't hold answers any more; move it away to begin anew")
    return list(data["answers"]), data.get("like")
