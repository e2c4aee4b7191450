"""config.toml -> settings: every problem told at once, secrets only by the name of an environment variable."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from bot.documents.look import Look
from channels.settings import EmailSettings, Part, Secret, SecretValue, TelegramSettings, TwilioSettings, Url
from storage.seal import BadKey, master_from_text
from workflow.office import Office, Staff
from workflow.problems import Finding, Problem, StandardProblems, did_you_mean, listed
from workflow.standard import standard as standards
from workflow.standard.shape import shape_finding
from workflow.standard.standard import Standard
from workflow.standard.toml_lines import line_of, lines_of

SECRETS = "aduan.env"  # beside config.toml: NAME=value, for what the environment itself doesn't have


class ConfigProblems(Exception):
    """A configuration that can't be used, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep all problems, in the order of their lines."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class ServiceSettings(Part):
    """`[service]`: where things are remembered and where the web server listens."""

    database_url: Annotated[str, StringConstraints(pattern=r"^(sqlite:///|postgresql\+psycopg://)")]
    files: Annotated[str, StringConstraints(min_length=1)]
    listen: Annotated[str, StringConstraints(pattern=r"^[^:\s]+:\d{1,5}$")] = "127.0.0.1:8080"
    public_url: Url | None = None
    key: SecretValue
    former_keys: list[SecretValue] = []


class StaffSettings(Part):
    """`[[offices.staff]]`: one person of the office."""

    telegram_id: Annotated[int, Field(gt=0, lt=2**52)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    title: str = ""
    roles: Annotated[list[str], Field(min_length=1)]
    admin: bool = False
    shared: bool = False
    rank: str = ""
    nip: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{0,25}$")] = ""


class OfficeSettings(Part):
    """`[[offices]]`: one office served by this installation."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    standard: Annotated[str, StringConstraints(min_length=1)]
    reply_hold_seconds: Annotated[int, Field(ge=0, le=300)] = 10
    templates: str = ""
    logo: str = ""
    telegram: TelegramSettings | None = None
    twilio: TwilioSettings | None = None
    email: EmailSettings | None = None
    staff: list[StaffSettings] = []


class ConfigFile(Part):
    """The whole of config.toml."""

    service: ServiceSettings
    offices: Annotated[list[OfficeSettings], Field(min_length=1)]


class Settings:
    """A checked configuration: paths made absolute, standards read, people known by their roles."""

    def __init__(self, file: ConfigFile, texts: Mapping[str, str], folder: Path) -> None:
        self.file = file
        self.path: Path | None = None  # where it was read from, if from a file
        self.service = file.service
        self.offices = tuple(file.offices)
        self.standard_texts = dict(texts)  # office id -> the TOML text of its standard
        self.folder = folder

    @property
    def database_url(self) -> str:
        """The database's address, a SQLite path made absolute."""
        kind, mark, path = self.service.database_url.partition("sqlite:///")
        return f"{kind}{mark}{self.folder / path}" if mark else self.service.database_url

    @property
    def files(self) -> str:
        """Where files lie: an absolute folder or an s3:// address."""
        return self.service.files if "://" in self.service.files else str(self.folder / self.service.files)

    def looks(self) -> dict[str, Look]:
        """What each office's papers have of its own: templates and logo, paths made absolute."""
        return {
            each.id: Look(
                self.folder / each.templates if each.templates else None,
                self.folder / each.logo if each.logo else None,
            )
            for each in self.offices
        }

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port of the web server."""
        host, _, port = self.service.listen.rpartition(":")
        return host, int(port)

    @property
    def master_key(self) -> bytes:
        """The 32 bytes that wrap every other key."""
        return master_from_text(self.service.key.reveal())

    @property
    def masters(self) -> tuple[bytes, ...]:
        """Every master key: the one that seals, then those that still open."""
        return self.master_key, *(master_from_text(each.reveal()) for each in self.service.former_keys)

    def office(self, settings: OfficeSettings) -> Office:
        """The office as the core sees it."""
        rules = standards.load(self.standard_texts[settings.id], place=settings.standard)
        people = tuple(
            Staff(
                id=p.telegram_id,
                name=p.name,
                title=p.title,
                roles=tuple(p.roles),
                admin=p.admin,
                fixed=True,
                rank=p.rank,
                nip=p.nip,
                shared=p.shared,
            )
            for p in settings.staff
        )
        desk = settings.telegram.desk if settings.telegram else None
        return Office(
            id=settings.id,
            standard=rules,
            staff=people,
            desk=None if desk is None else str(desk),
            desk_fixed=desk is not None,
            reply_hold_s=settings.reply_hold_seconds,
        )


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check a configuration file. Without `environ`, secrets come from the environment and from `SECRETS`.

    Raises `ConfigProblems` with every problem at once, `OSError` if a file can't be read.
    """
    folder = path.resolve().parent
    text = path.read_text("utf-8")
    environ = {**_secrets_beside(folder), **os.environ} if environ is None else environ
    settings = parse(text, place=path.name, folder=folder, environ=environ)
    settings.path = path.resolve()
    return settings


def _secrets_beside(folder: Path) -> dict[str, str]:
    """What stands in the file of secrets: lines NAME=value, the value perhaps in quotation marks, and comments."""
    path = folder / SECRETS
    if not path.exists():
        return {}
    try:
        words = shlex.split(path.read_text("utf-8"), comments=True)
    except ValueError:
        problem = Problem(SECRETS, "A quotation mark isn't closed.", "Write each secret on a line: NAME='value'.")
        raise ConfigProblems([problem]) from None
    return {name: value for name, mark, value in (word.partition("=") for word in words) if mark}


def parse(text: str, *, place: str, folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The same for a text whose relative paths are relative to `folder`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblems([Problem(place, f"This is no TOML: {error}.", "Mend the line it names.")]) from None
    lines = lines_of(text)
    found: list[Finding] = []
    file: ConfigFile | None = None
    try:
        file = ConfigFile.model_validate(data, context={"environ": os.environ if environ is None else environ})
    except ValidationError as error:
        found = [shape_finding(detail, ConfigFile) for detail in error.errors(include_url=False)]
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for index, office in enumerate(_tables(data)):
        try:
            found += _office_findings(index, office, folder, texts)
        except StandardProblems as broken:
            problems += broken.problems
    if file is not None:
        found += _whole_findings(file)
    placed = sorted(((line_of(lines, one.loc), one) for one in found), key=lambda pair: pair[0] or 0)
    problems = [one.at(place, line) for line, one in placed] + problems
    if file is None or problems:
        raise ConfigProblems(problems)
    return Settings(file, texts, folder)


def _tables(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    offices = data.get("offices", [])
    yield from (office for office in (offices if isinstance(offices, list) else []) if isinstance(office, dict))


def _office_findings(index: int, office: Mapping[str, Any], folder: Path, texts: dict[str, str]) -> Iterator[Finding]:
    """Problems between an office's table and its standard; the standard's text is kept on the way."""
    name = office.get("standard")
    if not isinstance(name, str) or not name:
        return
    loc = ("offices", index, "standard")
    text = _standard_text(name, folder)
    if text is None:
        known = sorted(standards.shipped())
        yield Finding(
            loc,
            f"There's no shipped standard and no file {name!r}.",
            f"Shipped: {listed(known)}.",
            did_you_mean(name, known),
        )
        return
    rules = standards.load(text, place=name)
    texts[str(office.get("id"))] = text
    yield from _role_findings(index, office, rules)


def _standard_text(name: str, folder: Path) -> str | None:
    if name in standards.shipped():
        return standards.shipped_text(name)
    path = folder / name
    return path.read_text("utf-8") if path.is_file() else None


def _role_findings(index: int, office: Mapping[str, Any], rules: Standard) -> Iterator[Finding]:
    """Roles that the standard doesn't know; the citizen's is nobody's on the staff."""
    known = [role for role, what in rules.roles.items() if what.kind != "citizen"]
    staff = office.get("staff", [])
    for number, person in enumerate(staff if isinstance(staff, list) else []):
        roles = person.get("roles", []) if isinstance(person, dict) else []
        for place, role in enumerate(roles if isinstance(roles, list) else []):
            if role not in known:
                loc = ("offices", index, "staff", number, "roles", place)
                mend = f"Roles of this standard: {listed(known)}."
                yield Finding(loc, f"{role!r} is no role of this office.", mend, did_you_mean(str(role), known))
        if isinstance(person, dict) and person.get("shared") is True:
            yield from _shared_findings(("offices", index, "staff", number), person, rules)


def _shared_findings(loc: tuple[str | int, ...], person: Mapping[str, Any], rules: Standard) -> Iterator[Finding]:
    """The account of a shared phone acts in the name of who is on duty: nobody signs or gives roles from it."""
    officers = [role for role, what in rules.roles.items() if what.kind == "officer"]
    roles = person.get("roles", [])
    for place, role in enumerate(roles if isinstance(roles, list) else []):
        if role in rules.roles and role not in officers:
            what = f"A shared account can't be {role!r}."
            yield Finding((*loc, "roles", place), what, f"Roles that it may have: {listed(officers)}.")
    if person.get("admin") is True:
        yield Finding((*loc, "admin"), "A shared account can't be an admin.", "Name a person's own account.")


def _whole_findings(file: ConfigFile) -> Iterator[Finding]:
    """Problems between the parts of a file that is well-formed."""
    if not _is_key(file.service.key.reveal()):
        mend = "Print one with `aduan key new` and keep it safe."
        yield Finding(("service", "key"), "The key isn't 32 bytes in base64.", mend)
    for nth, former in enumerate(file.service.former_keys):
        loc = ("service", "former_keys", nth)
        if not _is_key(former.reveal()):
            yield Finding(loc, "A former key isn't 32 bytes in base64.", "Give it exactly the value it had as the key.")
        elif former in (file.service.key, *file.service.former_keys[:nth]):
            yield Finding(
                loc, "This key stands twice.", "`key` is the new one; here stand those it takes the place of."
            )
    ids = [office.id for office in file.offices]
    for index, office in enumerate(file.offices):
        if office.id in ids[:index]:
            yield Finding(("offices", index, "id"), f"{office.id!r} stands twice.", "Give each office its own id.")
        yield from _telegram_findings(index, office, file)


def _is_key(text: str) -> bool:
    try:
        master_from_text(text)
    except BadKey:
        return False
    return True


def _telegram_findings(index: int, office: OfficeSettings, file: ConfigFile) -> Iterator[Finding]:
    telegram = office.telegram
    if telegram is None:
        return
    tokens = [other.telegram.token for other in file.offices[:index] if other.telegram]
    if telegram.token in tokens:
        loc = ("offices", index, "telegram", "token")
        yield Finding(loc, "Another office has the same bot.", "Each office needs a bot of its own.")
    if telegram.mode == "webhook":
        if not file.service.public_url:
            yield Finding(("service", "public_url"), "A webhook needs public_url.", 'Set it, or mode = "polling".')
        if not telegram.secret:
            loc = ("offices", index, "telegram", "secret")
            yield Finding(
                loc, "A webhook needs a secret.", "Set 1-256 characters of A-Z a-z 0-9 _ - in the environment."
            )


__all__ = ["ConfigProblems", "OfficeSettings", "Secret", "Settings", "load", "parse"]
