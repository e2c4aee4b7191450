"""The `aduan` command: what an operator, a newcomer or a script types. Data on stdout, words for people on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bot import keeping_cli
from bot.options import DEFAULT_CONFIG, ConfigOption
from bot.options import settings_of as _settings
from bot.options import told as _told

app = typer.Typer(
    name="aduan",
    help="The front desk of a government office, in the chats people already use.\n\n"
    "Begin with `aduan demo`: everything runs on this machine, without any account.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
key_app = typer.Typer(help="The master key that seals files and identity data.", no_args_is_help=True)
offices_app = typer.Typer(help="Service standards of offices.", no_args_is_help=True)
inbox_app = typer.Typer(help="Messages that could not be handled: list them, and try them again.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.add_typer(offices_app, name="offices")
app.add_typer(inbox_app, name="inbox")
app.add_typer(keeping_cli.app)
key_app.command("rotate")(keeping_cli.rotate)


def main() -> None:
    """Run the command line; ends the process with 0, or with another code and a sentence on stderr."""
    app()


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(help="Where to listen; a free port is taken if it's in use.", min=0, max=65535)
    ] = 8080,
    office: Annotated[str, typer.Option(help="The office shown first.")] = "kanigaran",
    keep: Annotated[
        Path | None, typer.Option(help="Keep the demo's data in this folder, and go on from there.")
    ] = None,
) -> None:
    """Run everything on this machine with stand-ins and no account; open the address it prints in a browser."""
    from bot.demo import run

    raise typer.Exit(run(port=port, office=office, keep=keep))


@app.command()
def chat(
    office: Annotated[str, typer.Option(help="Which office to talk to.")] = "kanigaran",
) -> None:
    """Talk to an office in this terminal, as a citizen would. Nothing is kept."""
    from bot.chat import run

    raise typer.Exit(run(office))


@app.command()
def serve(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run all roles in one process: receive, decide, send, fetch and watch the clock."""
    _run(config, roles=("web", "worker"), migrate_first=True)


@app.command()
def web(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the web role alone: webhooks, /healthz, /readyz, /metrics. Needs a migrated database."""
    _run(config, roles=("web",), migrate_first=False)


@app.command()
def worker(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the worker role alone: poll, decide, send, fetch and watch the clock. Needs a migrated database."""
    _run(config, roles=("worker",), migrate_first=False)


@app.command()
def migrate(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the database to the schema of this version."""
    from bot.foundation import migrate_database

    with _told():
        typer.echo(migrate_database(_settings(config)), err=True)


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Test the configuration and every account in it; print what is wrong and how to mend it."""
    from bot.check import run

    raise typer.Exit(run(_settings(config)))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where config.toml and the file of secrets shall lie.")] = Path(),
    telegram_url: Annotated[
        str, typer.Option(help="The Bot API: Telegram's own or a server of yours.", show_default=True)
    ] = "https://api.telegram.org",
) -> None:
    """Ask a few questions and write config.toml, and beside it aduan.env with the secrets."""
    from bot.init import run

    raise typer.Exit(run(folder, telegram_url))


@app.command()
def link(
    office: Annotated[str, typer.Argument(help="The office's id in config.toml.")],
    what: Annotated[
        str, typer.Argument(help="desk: the staff group. operator: the chat in which you are told of troubles.")
    ] = "desk",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a one-time code: sent in the staff group as `/hubungkan CODE`, it makes the group the office's desk."""
    from bot.beside import one_time_code

    where = {"desk": "the staff group, with the bot in it", "operator": "your private chat with the bot"}
    settings = _settings(config)
    known = [each.id for each in settings.offices]
    if office not in known or what not in where:
        typer.echo(f"Name one of the offices in {config} ({', '.join(known)}), then desk or operator.", err=True)
        raise typer.Exit(2)
    with _told():
        code = one_time_code(settings, office, what)
    typer.echo(f"Send this in {where[what]}, within 24 hours: /hubungkan {code}", err=True)
    typer.echo(code)


@app.command()
def register(
    office: Annotated[str, typer.Option(help="The office's id in config.toml; not needed where there's one.")] = "",
    year: Annotated[int | None, typer.Option(help="A whole year. Without any period: this year.", min=2000)] = None,
    month: Annotated[str, typer.Option(help="A month: 2026-11.")] = "",
    first: Annotated[str, typer.Option("--from", help="The first day: 2026-11-03.")] = "",
    last: Annotated[str, typer.Option("--until", help="The last day, included: 2026-11-09.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="FILE.xlsx or FILE.pdf; a long book on paper becomes FILE-jilid-1.pdf, -2 ...")
    ] = None,
    names: Annotated[  # noqa: FBT002 - an option on the command line
        bool, typer.Option("--names/--no-names", help="With or without the citizens' names and addresses.")
    ] = True,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write the register of complaints as a workbook or as the paper book; the service may run meanwhile.

    Prints the files it wrote. Confidential reports show neither names nor content. Ends with 0, with 1 where something
    can't be read or written, with 2 where an option is wrong.
    """
    from bot import books_cli

    settings = _settings(config)
    name = _one_office(settings, office)
    period = _period(settings, name, year=year, month=month, first=first, last=last)
    target = out or Path(f"register-{name}-{period.slug()}.xlsx")
    if wrong := books_cli.writable(target):
        typer.echo(wrong, err=True)
        raise typer.Exit(2)
    with _told():
        for path in books_cli.register(settings, name, period, target, names=names):
            typer.echo(path)


@app.command()
def recap(
    office: Annotated[str, typer.Option(help="The office's id in config.toml; not needed where there's one.")] = "",
    month: Annotated[str, typer.Option(help="A month: 2026-11. Without any period: last month.")] = "",
    year: Annotated[int | None, typer.Option(help="A whole year.", min=2000)] = None,
    out: Annotated[Path, typer.Option(help="The folder for the picture and the workbook.")] = Path(),
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write the recap of a month as a picture and as a workbook; the service may run meanwhile.

    Prints the two files. Ends with 0, with 1 where something can't be read or written, with 2 where an option is wrong.
    """
    from bot import books_cli

    settings = _settings(config)
    name = _one_office(settings, office)
    period = _period(settings, name, year=year, month=month, before=True)
    with _told():
        for path in books_cli.recap(settings, name, period, out):
            typer.echo(path)


@app.command()
def notice(
    version: Annotated[str, typer.Argument(help="A version as it stands in a record; without it all are listed.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print the words of the privacy notice in a version that somebody was shown, however long ago."""
    from bot.retention_cli import notices

    with _told():
        found = notices(_settings(config), version)
    for row in found:
        typer.echo("\t".join(row))
    raise typer.Exit(1 if version and not found else 0)


@app.command()
def retention(
    office: Annotated[str, typer.Option(help="The office's id in config.toml; not needed where there's one.")] = "",
    days: Annotated[int, typer.Option(help="How far back to look for what was erased.", min=1)] = 365,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print what was erased by which rule and what is due next, as a table of tab-separated columns."""
    from bot.retention_cli import HEAD, report

    settings = _settings(config)
    name = _one_office(settings, office)
    with _told():
        for row in (HEAD, *report(settings, name, days)):
            typer.echo("\t".join(row))


@key_app.command("new")
def key_new() -> None:
    """Print a new master key; put it into the environment as ADUAN_KEY and keep a copy in a safe place."""
    import base64

    from bot.clock import Chance, Clock

    typer.echo(base64.b64encode(Chance(Clock()).random_bytes(32)).decode())


@offices_app.command("check")
def offices_check(
    file: Annotated[
        str | None, typer.Argument(help="A standard's file, or the id of a shipped one; without it all shipped ones.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Check with the people of this configuration's offices.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the procedure: .png or .svg for a screen, .pdf on A4.")
    ] = None,
) -> None:
    """Check service standards: what is wrong and how to mend it, what to look at, what the office confirms.

    Without a file the shipped ones in short. Ends with 1 if anything must be mended.
    """
    from bot.offices.check import run

    raise typer.Exit(run(file, _settings(config) if config else None, picture))


@offices_app.command("new")
def offices_new(
    file: Annotated[Path, typer.Argument(help="The TOML file to be written.")],
    like: Annotated[str | None, typer.Option(help="Begin from the answers of a shipped one, such as kedopok.")] = None,
) -> None:
    """Make another office's standard by questions. Stop at any time: the same command goes on from there."""
    from bot.offices.new import run

    raise typer.Exit(run(file, like))


@offices_app.command("guide")
def offices_guide(
    file: Annotated[str, typer.Argument(help="A standard's file, or the id of a shipped one such as kedopok.")],
    out: Annotated[Path, typer.Option(help="The PDF to be written.")] = Path("panduan-petugas.pdf"),
) -> None:
    """Write the clerk's guide of an office: one A4 page in Indonesian with what to do at each of its steps.

    Staff get the same page by `/panduan` in their group. Ends with 1 where it can't be written, 2 where the file is
    wrong.
    """
    from bot.offices.guide import run

    raise typer.Exit(run(file, out))


@offices_app.command("papers")
def offices_papers(
    office: Annotated[str, typer.Argument(help="An office of the configuration, or the id of a shipped standard.")],
    out: Annotated[Path, typer.Option(help="The folder they are written into.")] = Path("papers"),
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Draw them with this configuration's templates and logo.")
    ] = None,
    pictures: Annotated[  # noqa: FBT002 - an option on the command line
        bool, typer.Option("--pictures", help="PNG, a file for each page, instead of PDF.")
    ] = False,
) -> None:
    """Draw every paper of an office with made-up data marked CONTOH: to look at templates before they are used.

    Prints the files it wrote; what's wrong with a template is told with file, line and how to mend it. Ends with 1 if
    anything must be mended, with 2 where the office isn't known.
    """
    from bot.offices.papers import run

    raise typer.Exit(run(office, out, _settings(config) if config else None, form="png" if pictures else "pdf"))


@inbox_app.command("list")
def inbox_list(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List parked lanes and quarantined payloads: id, since when, where from and why."""
    from bot.beside import stuck

    with _told():
        for row in stuck(_settings(config)):
            typer.echo("\t".join(row))


@inbox_app.command("replay")
def inbox_replay(
    ids: Annotated[list[str], typer.Argument(help="Ids as `aduan inbox list` prints them, or `all`.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Try parked or quarantined messages again, in their order."""
    from bot.beside import replay

    with _told():
        count = replay(_settings(config), ids)
    typer.echo(f"{count} put back into the inbox", err=True)
    raise typer.Exit(0 if count else 1)


def _run(config: Path, *, roles: tuple[str, ...], migrate_first: bool) -> None:
    from bot.lean import slim

    slim()  # this process is the service from here on, and nothing else; before the settings bring libraries with them
    from bot.secrecy import troubles

    settings = _settings(config)
    if found := troubles(settings):
        typer.echo("\n".join(map(str, found)), err=True)
        raise typer.Exit(2)
    from bot.app import serve as run

    raise typer.Exit(run(settings, roles=roles, migrate_first=migrate_first))


def _one_office(settings, office: str) -> str:  # type: ignore[no-untyped-def] # noqa: ANN001 - see _settings
    """The office that's named, or the only one there is."""
    known = [each.id for each in settings.offices]
    name = office or (known[0] if len(known) == 1 else "")
    if name not in known:
        typer.echo(f"Name one of the offices with --office: {', '.join(known)}.", err=True)
        raise typer.Exit(2)
    return name


def _period(settings: Any, office: str, **options: Any) -> Any:  # noqa: ANN401 - see _settings
    """The period that the options name; what can't be one is told."""
    from bot.books_cli import period_of

    try:
        return period_of(settings, office, **options)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    main()
