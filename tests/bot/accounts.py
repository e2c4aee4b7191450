"""An office with accounts on all three stand-ins and a config.toml for them, whole and right, to be broken by a test."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import ipaddress
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot import app, running
from bot.check import lines
from bot.check_machine import Line
from bot.config import load
from channels.sandbox import mail, telegram, twilio

KEY = base64.b64encode(bytes(range(32))).decode()
TOKEN = "700:contoh-token-telegram"
WHATSAPP, SMS = "whatsapp:+6281100000001", "+6281100000002"
MAIL = "kec@aduan.test"
KNOCK = {"twilio/text": {"body": "Ada jawaban untuk laporan {{1}}. Balas OK untuk membaca."}}
STAFF = {"petugas": "Siti Rahma", "sekcam": "Budi Santoso", "camat": "Ratna Dewi", "kasi": "Eko Wahyudi"}


@dataclass
class Accounts:
    """Everything an operator has set up. `config` is what stands in config.toml, `environ` what's around it."""

    folder: Path
    port: int
    config: dict[str, Any]
    environ: dict[str, str]
    clock: telegram.HandClock
    telegram: telegram.World
    bot: telegram.BotAccount
    desk: telegram.Chat
    twilio: twilio.World
    account: twilio.Account
    whatsapp: twilio.Line
    sms: twilio.Line
    mail: mail.MailServers

    @property
    def office(self) -> dict[str, Any]:
        return self.config["offices"][0]

    @property
    def path(self) -> Path:
        return self.folder / "config.toml"

    def only(self, *tables: str) -> None:
        """An office that has these channels alone, and no public address."""
        for name in {"telegram", "twilio", "email"} - set(tables):
            self.office.pop(name)
        del self.config["service"]["public_url"]

    def write(self) -> None:
        self.path.write_text(toml(self.config), "utf-8")
        self.path.chmod(0o640)

    async def check(self) -> list[Line]:
        """What `aduan check` says of what's configured now."""
        self.write()
        return [line async for line in lines(load(self.path, self.environ))]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The web role of what's configured now, on its port; a first start of the whole, so the database is there."""
        self.write()
        async with app.service(load(self.path, self.environ), migrate_first=True) as whole:
            stop = asyncio.Event()
            site = asyncio.create_task(running.serve_site(whole.site(), "127.0.0.1", self.port, stop=stop))
            await reachable(self.port)
            try:
                yield
            finally:
                stop.set()
                await site


@contextlib.asynccontextmanager
async def accounts(folder: Path) -> AsyncIterator[Accounts]:
    """An office with a bot, a group, a Twilio account, a mailbox and people: nothing is left to mend."""
    clock = telegram.HandClock()
    chats, phones = telegram.World(clock.now), twilio.World(clock.now)
    async with (
        telegram.serve(chats, clock) as bots,
        twilio.serve(phones, clock) as lines_,
        mail.running(clock) as mails,
    ):
        port = free_port()
        hook = f"http://127.0.0.1:{port}/twilio/kanigaran/message#rc=2&rp=all"
        staff = [chats.add_user(name, user_id=50 + n) for n, name in enumerate(STAFF.values())]
        bot = chats.add_bot(TOKEN, username="contoh_bot", name="Kecamatan Kanigaran")
        desk = chats.add_group("Meja Kanigaran", members=staff, bots=[bot], forum=True)
        account = phones.add_account("token-contoh-twilio", keys=[("SK" + "0" * 32, "rahasia")])
        names = ("answer_waiting", "status_update", "reminder")
        templates = {
            name: phones.add_content(account, name, KNOCK, variables={"1": "KNG-2026-0001"}, approved=True).sid
            for name in names
        }
        wa, sms = (phones.add_line(account, each, url=hook) for each in (WHATSAPP, SMS))
        mails.world.add(mail.Person(MAIL, "Kecamatan Kanigaran"))
        config = whole(port, bots.url, lines_.url, desk.id, account.sid, templates, mails)
        environ = {"KUNCI": KEY, "TELEGRAM": TOKEN, "TWILIO": account.auth_token, "SUREL": "rahasia"}
        yield Accounts(folder, port, config, environ, clock, chats, bot, desk, phones, account, wa, sms, mails)


def whole(
    port: int, bots: str, lines_: str, desk: int, account: str, templates: dict[str, str], mails: mail.MailServers
) -> dict[str, Any]:
    """A config.toml with everything in it."""
    reach = {"host": "127.0.0.1", "tls": "none", "user": MAIL, "password": {"env": "SUREL"}}
    return {
        "service": {
            "database_url": "sqlite:///data/aduan.db",
            "files": "data/files",
            "listen": f"127.0.0.1:{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "key": {"env": "KUNCI"},
        },
        "offices": [
            {
                "id": "kanigaran",
                "standard": "kanigaran",
                "telegram": {"token": {"env": "TELEGRAM"}, "api_url": bots, "desk": desk},
                "twilio": {
                    "account_sid": account,
                    "auth_token": {"env": "TWILIO"},
                    "whatsapp": WHATSAPP,
                    "sms": SMS,
                    "api_url": lines_,
                    "templates": templates,
                },
                "email": {
                    "address": MAIL,
                    "imap": reach | {"port": mails.imap_port},
                    "smtp": reach | {"port": mails.smtp_port},
                    "authserv_id": "mx.sandbox.test",
                },
                "staff": [
                    {"telegram_id": 50 + n, "name": name, "roles": [role]}
                    for n, (role, name) in enumerate(STAFF.items())
                ],
            }
        ],
    }


def toml(data: dict[str, Any]) -> str:
    """As TOML: tables and lists of tables by their heads, everything below them on one line."""
    rows = ["[service]", *(f"{name} = {_value(value)}" for name, value in data["service"].items())]
    for office in data["offices"]:
        tables = {name: value for name, value in office.items() if name in ("telegram", "twilio", "email")}
        rows += ["[[offices]]"]
        rows += [f"{name} = {_value(value)}" for name, value in office.items() if name not in (*tables, "staff")]
        for name, table in tables.items():
            rows += [f"[offices.{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
        for person in office.get("staff", []):
            rows += ["[[offices.staff]]", *(f"{key} = {_value(value)}" for key, value in person.items())]
    return "\n".join(rows) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


# --- what stands between ----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def reverse_proxy(port: int, change: Callable[[str, bytes], tuple[str, bytes]]) -> AsyncIterator[str]:
    """A server in front that hands requests on after changing path and body; its address."""

    async def hand_on(request: web.Request) -> web.Response:
        path, body = change(request.raw_path, await request.read())
        headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
        url = f"http://127.0.0.1:{port}{path}"
        async with ClientSession() as http, http.request(request.method, url, data=body, headers=headers) as answer:
            return web.Response(status=answer.status, body=await answer.read())

    site = web.Application()
    site.router.add_route("*", "/{path:.*}", hand_on)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    await web.SockSite(runner, sock).start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def behind_tls(port: int, certificate: Path) -> AsyncIterator[int]:
    """A relay with TLS before a server on loopback; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with relay(port, context) as outside:
        yield outside


@contextlib.asynccontextmanager
async def relay(port: int, context: ssl.SSLContext | None = None, hides: bytes = b"") -> AsyncIterator[int]:
    """Hands bytes on in both directions, without the words `hides` in what the server says."""
    tasks: set[asyncio.Task[None]] = set()

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, without: bytes) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece.replace(without, b"") if without else piece)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, to_inner = await asyncio.open_connection("127.0.0.1", port)
        for task in (pour(reader, to_inner, b""), pour(inner, writer, hides)):
            tasks.add(asyncio.create_task(task))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def self_signed(folder: Path) -> Path:
    """Key and certificate for 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    none = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def reachable(port: int) -> None:
    """Until somebody listens there."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.01)
