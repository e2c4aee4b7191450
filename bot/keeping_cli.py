"""The commands that keep what an office has: `aduan backup`, `aduan restore`, and `aduan key rotate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.options import DEFAULT_CONFIG, ConfigOption, settings_of, told

app = typer.Typer()


@app.command()
def backup(
    out: Annotated[
        Path | None, typer.Option(help="The file to be written; without it one named by the moment, here.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Write nothing: read this backup to its end and prove all of it.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write everything into one encrypted file: all tables and all files, as of one moment; the service may run.

    Prints the file. Who restores it needs the same ADUAN_KEY, which isn't in it. Ends with 0, with 1 where something
    can't be read, written or is damaged, with 2 where the key is another, with 3 where the database has another shape.
    """
    from bot import backup as backups

    settings = settings_of(config)
    if check is not None and out is not None:
        typer.echo("Give --out or --check, not both.", err=True)
        raise typer.Exit(2)
    with told():
        made = backups.looked_at(settings, check) if check is not None else backups.backup(settings, out)
    typer.echo(f"{made}{'; everything in it is as it was written' if check is not None else ''}", err=True)
    if made.tallies.missing:
        what = f"{made.tallies.missing} files that the database names aren't in the file store any more."
        typer.echo(f"{what} Look after its disk; an older backup may have them.", err=True)
    typer.echo(made.path)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup as `aduan backup` writes it.")],
    erased: Annotated[
        Path | None,
        typer.Option(help="A newer backup: what had been erased by then stays erased. Its beginning is enough."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put a backup into the empty database and the file store of this configuration: all of it, or nothing.

    It may come from another machine, another path or the other database engine. Ends with 0, with 1 where something
    can't be read, written, is damaged or isn't empty, with 2 where the key is another, with 3 where a service runs on
    the database or a newer Aduan made the backup.
    """
    from bot.restore import restore as put_back

    with told():
        done = put_back(settings_of(config), file, erased)
    typer.echo(f"{done.made}; restored and read back, nothing differs.", err=True)
    if erased is not None:
        what = f"{done.keys} keys, {done.files} files, {done.complaints} complaints as citizens asked"
        typer.echo(f"Erased again: {what}.", err=True)
        return
    what = f"Whatever was erased after {done.made.head.made_at[:16]}Z is back."
    typer.echo(f"{what} If there's a newer backup, restore once more with --erased and that one.", err=True)


def rotate(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Seal everything anew under the key in use, so that the former keys can be removed; the service may run.

    Order: put the new key into ADUAN_KEY and the one before into [service] former_keys, restart the service, then this.
    Stopped at any moment, the same command goes on. Ends with 0 when nothing needs a former key any more.
    """
    from bot.rotate import rotate as seal_anew

    with told():
        done = seal_anew(settings_of(config))
    typer.echo(str(done), err=True)
    raise typer.Exit(1 if done.closed else 0)
