"""What each role loads: the table is printed (`pytest -s`), and no role loads a library it has no use for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "telegram", "httpx", "aiogram", "twilio", "imap_tools", "aiosmtplib", "inscriptis", "aiohttp",
    "sqlalchemy", "psycopg", "alembic", "obstore", "apscheduler", "holidays", "starlette", "uvicorn",
    "pydantic", "typst", "xlsxwriter", "segno", "PIL", "pillow_heif", "cryptography", "typer",
    "rich", "prometheus_client", "phonenumbers", "pymap", "aiosmtpd", "lxml", "twilio.rest",
    "channels.twilio", "channels.email", "channels.sandbox",
]  # fmt: skip

# Built as `bot/app.py` builds them, with one office; then used as far as they can be without a network.
BUILT = """
import asyncio, base64, sys, tempfile
from pathlib import Path
from bot import lean
getattr(lean, "slim", lambda: None)()
from bot import app, config
folder = Path(tempfile.mkdtemp())
(folder / "config.toml").write_text('''
[service]
database_url = "sqlite:///aduan.db"
files = "files"
listen = "127.0.0.1:0"
public_url = "https://aduan.example"
key = "%s"
[[offices]]
id = "kanigaran"
standard = "kanigaran"
{channels}
''' % base64.b64encode(bytes(32)).decode())
async def main():
    async with app.service(config.load(folder / "config.toml"), migrate_first=True) as whole:
        {use}
asyncio.run(main())
"""
TELEGRAM = """
[offices.telegram]
token = "123:x"
secret = "rahasia"
"""
OTHERS = """
[offices.twilio]
account_sid = "AC00000000000000000000000000000001"
auth_token = "y"
whatsapp = "whatsapp:+6281100000001"
sms = "+6281100000002"
api_url = "http://127.0.0.1:9"
[offices.email]
address = "kec@contoh.test"
imap = { host = "127.0.0.1", port = 9, tls = "none", user = "kec", password = "z" }
smtp = { host = "127.0.0.1", port = 9, tls = "none", user = "kec", password = "z" }
"""
WORK = """
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(1.0, stop.set)
        await whole.work(stop)
"""


def built(use: str, channels: str) -> str:
    """The script that builds a role with these channels and uses it."""
    return BUILT.replace("{use}", use.strip()).replace("{channels}", channels)


SERVICE = {"aiohttp", "cryptography", "prometheus_client", "pydantic", "sqlalchemy"}
# Of twilio the check of signatures alone: its REST part, and what reads a mail's HTML, come with the first use.
TWO_MORE = {"channels.twilio", "channels.email", "twilio"}
MAIL = {"imap_tools", "aiosmtplib"}  # the set-up logs in to both servers
ROLES = {
    "the core": (
        "import workflow.decide, workflow.standard.standard\nworkflow.standard.standard.shipped()",
        {"pydantic"},
    ),
    "web, on Telegram alone": (built("whole.site()", TELEGRAM), SERVICE | {"starlette"}),
    "worker, on Telegram alone": (built(WORK, TELEGRAM), SERVICE | {"apscheduler"}),
    "web, on four channels": (built("whole.site()", TELEGRAM + OTHERS), SERVICE | TWO_MORE | {"starlette"}),
    "worker, on four channels": (built(WORK, TELEGRAM + OTHERS), SERVICE | TWO_MORE | MAIL | {"apscheduler"}),
    "the decoder": ("import bot.media_child", {"PIL"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_role_loads_what_it_uses_and_no_more(role):
    script, used = ROLES[role]
    ending = f"\nimport sys\nprint('LOADED', *(name for name in {HEAVY!r} if sys.modules.get(name)))"
    done = subprocess.run([sys.executable, "-c", script + ending], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    print(f"{role:25} {' '.join(sorted(loaded))}")  # noqa: T201 - the table
    assert loaded == used
