"""What commands share: the option that names the configuration, and how they tell what keeps them from their work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

CONFIG = typer.Option("--config", "-c", help="The configuration file; see config.example.toml.", show_default=True)
ConfigOption = Annotated[Path, CONFIG]
DEFAULT_CONFIG = Path("config.toml")


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What keeps a command from its work is told in a sentence, with the exit code that says which kind it is."""
    from bot.foundation import CannotStart

    try:
        yield
    except CannotStart as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(reason.code) from None


def settings_of(config: Path):  # type: ignore[no-untyped-def] # noqa: ANN201 - imported only when a command needs it
    """The configuration; what's wrong with it is told. Imported only when a command needs it."""
    from bot.config import ConfigProblems, load

    try:
        return load(config)
    except FileNotFoundError:
        typer.echo(f"There is no {config}. Make one with `aduan init`, or name yours with --config.", err=True)
    except OSError as error:
        typer.echo(f"{error.filename or config} can't be read: {error.strerror}.", err=True)
    except ConfigProblems as problems:
        for problem in problems.problems:
            typer.echo(str(problem), err=True)
    raise typer.Exit(2)
