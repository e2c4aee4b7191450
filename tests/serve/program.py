"""Runs the real `aduan serve` as a process against the stand-in for Telegram, and gives people hands to play with it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import tomllib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg

from channels.sandbox.feed import Feed
from channels.sandbox.telegram import (
    AlbumItem,
    BotAccount,
    Call,
    Chat,
    FeedItem,
    Message,
    People,
    Server,
    Topic,
    User,
    World,
    serve,
)
from channels.sandbox.telegram import Clock as WorldClock
from workflow.standard import standard

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "channels" / "sandbox" / "samples"
PATIENCE_S = 40.0  # nothing here takes so long unless it never comes
SECRET = "rahasia-contoh"
KEY = base64.b64encode(bytes(range(32))).decode()


def sample(name: str) -> bytes:
    """A sample photo: ktp, kk, jalan, ktp-gelap, ktp-buram."""
    return (SAMPLES / f"contoh-{name}.jpg").read_bytes()


class RealClock:
    """The clock of the stand-in when the program beside it lives by the real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Plan:
    """An office to be served: its standard (shipped, or a file of tests/offices), how updates come, and its desk."""

    id: str = "kanigaran"
    standard: str = "kanigaran"
    mode: str = "polling"
    forum: bool = False
    basic: bool = False  # an old-style group, which may become a supergroup
    hold_s: int = 1
    second_officer: str = ""
    staff: tuple[tuple[str, str, str], ...] = ()  # name, title, role; without them those of the demo
    api_url: str = ""  # of another Telegram than the stand-in

    @property
    def number(self) -> int:
        """A number of its own, for accounts: the offices of a test have different ids."""
        return 7000 + sum(map(ord, self.id))


# --- the process ------------------------------------------------------------------------------------------------------


@dataclass
class Program:
    """`aduan serve` in a folder of its own: started, stopped, killed and started again."""

    folder: Path
    port: int
    environ: dict[str, str]
    command: tuple[str, ...] = ("serve",)
    config: tuple[str, ...] = ("--config", "config.toml")
    wrapper: tuple[str, ...] = ("-m", "bot.cli")
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    postgres: str = ""  # the database's address, where it isn't a file in the folder
    looked_at: str = ""  # and by what other way we look into it
    log_name: str = "serve.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def database(self) -> Path:
        return self.folder / "data" / "aduan.db"

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it."""
        return self.looked_at or self.postgres or f"sqlite:///{self.database}"

    def log(self) -> str:
        """What it wrote on stderr so far, of all its lives."""
        path = self.folder / self.log_name
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def lines(self) -> list[dict[str, Any]]:
        """Its log, line by line; what's no JSON (a traceback) counts as an error."""
        found = []
        for line in self.log().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append({"level": "error", "event": line})
        return found

    async def spawn(self) -> None:
        """Start the process; it isn't ready yet."""
        assert self.process is None or self.process.returncode is not None
        self.starts += 1
        with (self.folder / self.log_name).open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.wrapper, *self.command, *self.config,
                cwd=self.folder, env=self.environ, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until /healthz answers."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.is_healthy():
                assert self.process
                assert self.process.returncode is None, f"ended with {self.process.returncode}:\n{self.log()[-3000:]}"
                await asyncio.sleep(0.02)

    async def is_healthy(self) -> bool:
        """One GET /healthz over a plain socket, cheap enough to be asked fifty times a second."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b" 200 " in await reader.readline()
        except OSError:
            return False
        finally:
            writer.close()

    async def start(self) -> None:
        await self.spawn()
        await self.ready()

    async def ended(self) -> int:
        """The exit code, once it ended."""
        assert self.process
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)

    async def stop(self) -> int:
        """SIGTERM, as an operator or the system would; the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """SIGKILL: no last word."""
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def rows(self, query: str, *values: object) -> list[Any]:
        """Look into its database, read only; the query has its marks as SQLite has them."""
        if self.postgres:
            return _postgres_rows(self.database_url, query, values)
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as base:
            base.row_factory = sqlite3.Row
            return base.execute(query, values).fetchall()

    async def post(self, body: bytes, *, office: str = "kanigaran", secret: str | None = SECRET) -> httpx.Response:
        """One call of the webhook, as Telegram or anybody else makes it."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
            return await client.post(f"{self.url}/telegram/{office}", content=body, headers=headers)

    async def metrics(self) -> dict[str, float]:
        """What /metrics says, by name and labels."""
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
            lines = (await client.get(f"{self.url}/metrics")).text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


def _postgres_rows(url: str, query: str, values: Sequence[object]) -> list[Any]:
    with psycopg.connect(url.replace("+psycopg", ""), row_factory=psycopg.rows.dict_row, autocommit=True) as base:
        return list(base.execute(query.replace("%", "%%").replace("?", "%s"), values).fetchall())


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


# --- the town ---------------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """One office as its people see it: the group, the bot and who works there."""

    town: Town
    plan: Plan
    bot: BotAccount
    group: Chat
    staff: dict[str, User]

    def who(self, name: str) -> Staff:
        """Somebody of the staff, by the beginning of their name."""
        return Staff(self.town, self, next(user for full, user in self.staff.items() if full.startswith(name)))


@dataclass
class Town:
    """The stand-in's world with the offices of one configuration, and the program that serves them."""

    world: World
    people: People
    server: Server
    program: Program
    desks: dict[str, Desk] = field(default_factory=dict)
    patience_s: float = PATIENCE_S
    further: list[Feed] = field(default_factory=list)  # what people see elsewhere than on Telegram
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def citizen(self, name: str, office: str = "kanigaran") -> Citizen:
        """A new citizen of an office."""
        first, _, last = name.partition(" ")
        user = self.world.add_user(first, last_name=last)
        return Citizen(self, self.desks[office], user)

    def ring(self, _item: FeedItem) -> None:
        self._rung.set()

    async def until(self, what: str, check: Callable[[], Any], *, within_s: float = 0.0) -> Any:
        """The first true thing `check` finds; it's asked whenever something happened in the world.

        It's waited for `within_s`, or as long as people here have patience.
        """
        try:
            async with asyncio.timeout(within_s or self.patience_s):
                while not (found := check()):
                    ended = self.program.process.returncode if self.program.process else None
                    assert ended in {None, 0, -signal.SIGKILL}, f"it ended with {ended}:\n{self.program.log()[-2000:]}"
                    self._rung.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.5):  # for what shows in the database or the log of calls alone
                            await self._rung.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"never came: {what}\n{self.story(30)}\n{self.program.log()[-2000:]}") from None

    def story(self, last: int = 60) -> str:
        """The end of what people saw, for a failure's report."""
        items = [item for feed in (self.world.feed, *self.further) for item in feed.after(0)]
        return "\n".join(
            f"{item.at:%H:%M:%S.%f} {item.chat} {item.kind} {seen(item.data)[:300]!r}"
            for item in sorted(items, key=lambda item: item.at)[-last:]
        )

    def arrived(self, chat: Chat) -> list[Call]:
        """The calls that put something of the bot into a chat, oldest first: the truth of what arrived."""
        return [
            call
            for call in self.world.calls
            if call.result is not None
            and call.method.startswith("send")
            and str(call.params.get("chat_id")) == str(chat.id)
            and (chat.bot is None or chat.bot.id == call.bot_id)
        ]


def seen(data: dict[str, Any]) -> str:
    """The words of a message as it's drawn."""
    return str(data.get("text") or data.get("caption") or "")


def labels(markup: dict[str, Any] | None) -> list[str]:
    return [each["text"] for row in (markup or {}).get("inline_keyboard", []) for each in row]


def words(call: Call) -> str:
    return str(call.params.get("text") or call.params.get("caption") or "")


class Person:
    """Somebody with a phone. What they wait for is what came after they last looked."""

    def __init__(self, town: Town, desk: Desk, user: User, chat: Chat) -> None:
        self.town, self.desk, self.user, self.chat = town, desk, user, chat
        self.looked = town.world.feed.last

    @property
    def people(self) -> People:
        return self.town.people

    def _find(
        self, snippets: Sequence[str], *, since: int, kinds: Sequence[str], chat: Chat | None = None
    ) -> FeedItem | None:
        key, bot = (chat or self.chat).key, self.desk.bot.id
        for item in self.town.world.feed.after(since):
            if item.chat != key or item.kind not in kinds or item.data.get("from", {}).get("id") != bot:
                continue
            if all(snippet in seen(item.data) for snippet in snippets):
                return item
        return None

    async def sees(self, *snippets: str, chat: Chat | None = None, within_s: float = 0.0) -> str:
        """Wait for a message of the bot with all these words that came since one looked; its text. Looks there."""
        since = self.looked
        item = await self.town.until(
            f"{self.user.first_name} sees {snippets}",
            lambda: self._find(snippets, since=since, kinds=("message", "edited"), chat=chat),
            within_s=within_s,
        )
        self.looked = max(self.looked, item.number)
        return seen(item.data)

    def has_seen(self, *snippets: str) -> bool:
        """Whether such a message ever came."""
        return self._find(snippets, since=0, kinds=("message", "edited")) is not None

    def newest(self, *snippets: str, button: str = "", chat: Chat | None = None) -> Message | None:
        """The newest message of the bot that still stands there, with these words and a button that begins so."""
        room = chat or self.chat
        for message in reversed(list(room.messages.values())):
            if message.author is not self.desk.bot.user:
                continue
            if all(snippet in seen(message.content) for snippet in snippets) and (
                not button or any(_is(label, button) for label in labels(message.markup))
            ):
                return message
        return None

    async def presses(self, button: str, *snippets: str, chat: Chat | None = None) -> Message:
        """Press the newest such button; wait for it if it isn't there yet."""
        message = await self.town.until(
            f"{self.user.first_name} can press {button!r} under {snippets}",
            lambda: self.newest(*snippets, button=button, chat=chat),
        )
        label = next(label for label in labels(message.markup) if _is(label, button))
        self.people.press(self.user, message, label)
        return message

    async def alerted(self, snippet: str) -> str:
        """Wait for what a press is answered with."""

        def found() -> str | None:
            for item in self.town.world.feed.after(self.looked):
                if (
                    item.kind == "alert"
                    and item.data["user_id"] == self.user.id
                    and snippet in (item.data["text"] or "")
                ):
                    return str(item.data["text"])
            return None

        return str(await self.town.until(f"{self.user.first_name} is told {snippet!r}", found))


def _is(label: str, button: str) -> bool:
    return label == button or label.startswith(f"{button},")


class Citizen(Person):
    """A citizen in the private chat with an office's bot. `matter` is what they complain about, where a test asks."""

    matter = ""

    def __init__(self, town: Town, desk: Desk, user: User) -> None:
        super().__init__(town, desk, user, town.world.private(user, desk.bot))

    def says(self, text: str) -> Message:
        return self.people.say(self.user, self.chat, text)

    def sends(self, name: str, caption: str = "") -> Message:
        return self.people.send_photo(self.user, self.chat, sample(name), caption)

    def sends_album(self, *names: str) -> list[Message]:
        return self.people.send_album(self.user, self.chat, [AlbumItem(sample(name)) for name in names])

    @property
    def received(self) -> list[str]:
        """Every text the bot sent here, in order, from the log of calls."""
        return [words(call) for call in self.town.arrived(self.chat)]

    async def gives(self, **answers: str) -> list[str]:
        """Answer what is asked with the photos or words given (`ktp="ktp"`), until the summary; what was asked.

        A name is what the question speaks of; a value is a sample photo's name or a text.
        """
        asked: list[str] = []
        since = self.looked
        while True:
            item = await self.town.until(f"{self.user.first_name} is asked", lambda since=since: self._asked(since))
            since = self.looked = item.number
            if "Apakah sudah benar?" in seen(item.data):
                return asked
            thing = subject(seen(item.data))
            asked.append(thing)
            assert thing in answers, f"asked for {thing}: {seen(item.data)}"
            given = answers[thing]
            if (SAMPLES / f"contoh-{given}.jpg").exists():
                self.sends(given)
            else:
                self.says(given)

    def _asked(self, since: int) -> FeedItem | None:
        for item in self.town.world.feed.after(since):
            ours = item.chat == self.chat.key and item.kind == "message" and item.data["from"]["id"] == self.desk.bot.id
            if ours and ("Apakah sudah benar?" in seen(item.data) or subject(seen(item.data))):
                return item
        return None


SUBJECTS = {
    "kk": re.compile(r"\b(foto|Foto) (Kartu Keluarga|KK)|Kartu Keluarga \(KK\)"),
    "ktp": re.compile(r"\b(foto|Foto) KTP|\bKTP\b"),
    "location_photo": re.compile(r"\b[Ff]oto lokasi|[Ll]okasi"),
}


def subject(text: str) -> str:
    """What the last paragraph of a message asks for: the id of a requirement, or ""."""
    last = text.strip().split("\n\n")[-1]
    return next((thing for thing, pattern in SUBJECTS.items() if pattern.search(last)), "")


class Staff(Person):
    """Somebody of the staff in the group."""

    def __init__(self, town: Town, desk: Desk, user: User) -> None:
        super().__init__(town, desk, user, desk.group)
        self.looked = 0  # the group's messages stand there for whoever comes to look

    @property
    def private(self) -> Chat:
        return self.town.world.private(self.user, self.desk.bot)

    def says(self, text: str, *, thread: Topic | None = None) -> Message:
        return self.people.say(self.user, self.chat, text, thread=thread)

    async def replies(self, text: str, *snippets: str, button: str = "") -> Message:
        """Reply to the newest message of the bot with these words."""
        target = await self.town.until(
            f"{self.user.first_name} can reply to {snippets}", lambda: self.newest(*snippets, button=button)
        )
        return self.people.say(self.user, self.chat, text, reply_to=target)


# --- setting up -------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def town(
    folder: Path,
    *plans: Plan,
    start: bool = True,
    own_standards: bool = True,
    clock: WorldClock | None = None,
    tables: Callable[[Desk], str] = lambda _: "",
    postgres: str = "",
) -> AsyncIterator[Town]:
    """A world with these offices and, if `start`, the program that serves them, ready. At the end it's killed.

    With `own_standards` the offices never close and their quiet hours lie elsewhere in the day than now: a test plays
    at any hour of any day. Without, they go by the shipped ones. `tables` says what config.toml has of an office
    besides Telegram. `postgres` is the address of a database that's used instead of a file.
    """
    clock = clock or RealClock()
    world = World(clock.now)
    async with serve(world, clock) as server:
        port = free_port()
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "ADUAN_KEY": KEY, "TELEGRAM_SECRET": SECRET}
        made = Town(world, People(world), server, Program(folder, port, environ, postgres=postgres))
        world.feed.subscribe(made.ring)
        lines = [_service(port, postgres or "sqlite:///data/aduan.db")]
        for plan in plans:
            desk = made.desks[plan.id] = _desk(made, plan)
            environ[f"TOKEN_{plan.number}"] = desk.bot.token
            named = _own_standard(folder, plan) if own_standards else plan.standard
            lines.append(_office(desk, named, plan.api_url or server.url, tables(desk)))
        (folder / "config.toml").write_text("\n".join(lines), "utf-8")
        try:
            if start:
                await made.program.start()
            yield made
        finally:
            if made.program.process and made.program.process.returncode is None:
                await made.program.kill()


def _service(port: int, database_url: str) -> str:
    return f"""
[service]
database_url = "{database_url}"
files = "data/files"
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
key = {{ env = "ADUAN_KEY" }}
"""


def _office(desk: Desk, standard_name: str, api_url: str, tables: str) -> str:
    plan = desk.plan
    lines = [
        "[[offices]]", f'id = "{plan.id}"', f'standard = "{standard_name}"', f"reply_hold_seconds = {plan.hold_s}",
        "[offices.telegram]", f'token = {{ env = "TOKEN_{plan.number}" }}', f'mode = "{plan.mode}"',
        'secret = { env = "TELEGRAM_SECRET" }', f"desk = {desk.group.id}", f'api_url = "{api_url}"',
        tables,
    ]  # fmt: skip
    for person in _staff(plan):
        lines += [
            "[[offices.staff]]", f"telegram_id = {desk.staff[person['name']].id}", f"name = {json.dumps(person['name'])}",
            f"title = {json.dumps(person['title'])}", f"roles = {json.dumps(person['roles'])}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _staff(plan: Plan) -> list[dict[str, Any]]:
    if plan.staff:
        return [{"name": name, "title": title, "roles": [role]} for name, title, role in plan.staff]
    people = tomllib.loads((resources.files("channels.sandbox") / "people.toml").read_text("utf-8"))
    second = [{"name": plan.second_officer, "title": "Petugas Pengaduan", "roles": ["petugas"]}]
    return [*people[plan.standard]["staff"], *(second if plan.second_officer else [])]


def _desk(made: Town, plan: Plan) -> Desk:
    world = made.world
    bot = world.add_bot(
        f"{plan.number}:contoh", username=f"{plan.id}_contoh_bot".replace("-", "_"), name=plan.id, reads_all=True
    )
    staff = {each["name"]: world.add_user(each["name"]) for each in _staff(plan)}
    members = staff.values()
    group = world.add_group(f"Meja {plan.id}", members=members, bots=[bot], forum=plan.forum, basic=plan.basic)
    return Desk(made, plan, bot, group, staff)


def _own_standard(folder: Path, plan: Plan) -> str:
    """The standard with the office always open and quiet at another time of day; the file's name."""
    own = plan.standard.endswith(".toml")
    text = (
        (ROOT / "tests" / "offices" / plan.standard).read_text("utf-8") if own else standard.shipped_text(plan.standard)
    )
    zone = ZoneInfo(standard.load(text, place=plan.standard).office.timezone)
    now = datetime.now(zone)
    quiet = [(now + timedelta(hours=hours)).strftime("%H:00") for hours in (11, 12)]
    text = re.sub(r"^citizen = \[.*?\]", f"citizen = {json.dumps(quiet)}", text, flags=re.MULTILINE)
    hours, mark, rest = text.partition("[hours.ramadan]")
    hours = re.sub(r"^(mon|tue|wed|thu|fri|sat|sun) = \[.*\]", r'\1 = ["00:00", "23:59"]', hours, flags=re.MULTILINE)
    hours = re.sub(r"^holidays = \[.*?\]", "holidays = []", hours, flags=re.MULTILINE)
    name = f"{plan.standard.removesuffix('.toml')}-selalu-buka.toml"
    (folder / name).write_text(hours + mark + rest, "utf-8")
    return name


def numbers(texts: Iterable[str], prefix: str) -> list[str]:
    """The register numbers named in these texts, each once, sorted."""
    return sorted({found for text in texts for found in re.findall(rf"\b{prefix}-\d{{4}}-\d{{4,}}\b", text)})
