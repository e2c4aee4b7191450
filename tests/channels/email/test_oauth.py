"""Access tokens: fetched once, renewed in good time, used on both sides, never told."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from channels.email import Email
from channels.email.oauth import Tokens
from channels.email.tokens import Tokens as Tags
from channels.http import Http
from channels.settings import EmailSettings, MailServer, OAuth, Secret
from workflow.message import SendError

BEGUN = datetime(2026, 11, 2, 1, tzinfo=UTC)


class Giver:
    """A token endpoint (RFC 6749, 6)."""

    def __init__(self):
        self.answers = []
        self.asked = []
        self.url = ""

    async def answer(self, request):
        self.asked.append(dict(await request.post()))
        status, body = self.answers.pop(0) if self.answers else (200, token(len(self.asked)))
        return (
            web.json_response(body, status=status) if isinstance(body, dict) else web.Response(status=status, text=body)
        )


def token(number, seconds=3600, **further):
    return {"access_token": f"rahasia-{number}", "expires_in": seconds, "token_type": "Bearer"} | further


@pytest.fixture
async def giver():
    found = Giver()
    app = web.Application()
    app.router.add_post("/token", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    yield found
    await runner.cleanup()


class Time:
    def __init__(self):
        self.now = BEGUN

    def __call__(self):
        return self.now


@pytest.fixture
async def tokens(giver):
    async with Http() as http:
        yield Tokens(http, oauth(giver), Time())


def oauth(giver):
    return OAuth(
        token_url=giver.url, client_id="aduan", client_secret=Secret("s"), refresh_token=Secret("r0"), scope="mail"
    )


async def test_a_token_is_fetched_once_and_renewed_five_minutes_early(giver, tokens):
    assert await asyncio.gather(*(tokens.get() for _ in range(5))) == ["rahasia-1"] * 5
    wanted = {
        "grant_type": "refresh_token",
        "client_id": "aduan",
        "client_secret": "s",
        "refresh_token": "r0",
        "scope": "mail",
    }
    assert giver.asked == [wanted]
    tokens.now.now += timedelta(minutes=54, seconds=59)
    assert await tokens.get() == "rahasia-1"
    tokens.now.now += timedelta(seconds=1)
    assert await tokens.get() == "rahasia-2"


async def test_a_token_that_lasts_minutes_is_renewed_after_half_of_them(giver, tokens):
    giver.answers = [(200, token(1, "240"))]
    await tokens.get()
    tokens.now.now += timedelta(seconds=119)
    assert await tokens.get() == "rahasia-1"
    tokens.now.now += timedelta(seconds=1)
    assert await tokens.get() == "rahasia-2"


async def test_a_new_refresh_token_is_used_from_then_on(giver, tokens):
    giver.answers = [(200, token(1, refresh_token="r1"))]
    await tokens.get()
    tokens.forget()
    await tokens.get()
    assert [each["refresh_token"] for each in giver.asked] == ["r0", "r1"]


FAILURES = [
    (400, {"error": "invalid_grant", "error_description": "Token has been revoked: rahasia"}, "misconfigured"),
    (401, {"error": "invalid_client"}, "misconfigured"),
    (400, {"error": "slow_down"}, "down"),
    (500, "oops", "down"),
    (200, "<html>", "down"),
    (200, {"access_token": ""}, "down"),
    (302, "", "down"),
]


@pytest.mark.parametrize(("status", "body", "fact"), FAILURES)
async def test_a_failure_and_its_fact(giver, tokens, status, body, fact):
    giver.answers = [(status, body)]
    with pytest.raises(SendError) as told:
        await tokens.get()
    assert told.value.fact == fact
    assert "rahasia" not in told.value.reason
    assert await tokens.get() == "rahasia-2"


async def test_an_endpoint_that_is_not_there_is_down(giver, tokens):
    tokens.oauth = tokens.oauth.model_copy(update={"token_url": "http://127.0.0.1:1/token"})
    with pytest.raises(SendError) as told:
        await tokens.get()
    assert told.value.fact == "down"


# --- both sides -----------------------------------------------------------------------------------------------------------


class Server:
    """IMAP and SMTP just far enough to be entered with XOAUTH2; it knows which tokens are good."""

    def __init__(self):
        self.good = {"rahasia-1"}
        self.tried = []

    def lets_in(self, encoded):
        said = base64.b64decode(encoded).decode()
        user, bearer = said.split("\1")[:2]
        self.tried.append((user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")))
        return self.tried[-1][1] in self.good

    async def imap(self, reader, writer):
        def say(line):
            writer.write(f"{line}\r\n".encode())

        say("* OK ready")
        while line := (await reader.readline()).decode().strip():
            tag, command, *rest = line.split()
            if command == "AUTHENTICATE":
                say("+ ")
                if self.lets_in(await reader.readline()):
                    say(f"{tag} OK in")
                    continue
                say("+ eyJzdGF0dXMiOiI0MDEifQ==")
                assert (await reader.readline()).strip() == b""  # the explanation is answered with nothing
                say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
                continue
            if command == "CAPABILITY":
                say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
            if command == "SELECT":
                say("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x")
            if rest[:1] == ["SEARCH"]:
                say("* SEARCH")
            say(f"{tag} OK done")
        writer.close()

    async def smtp(self, reader, writer):
        def say(line):
            writer.write(f"{line}\r\n".encode())

        say("220 ready")
        while line := (await reader.readline()).decode().strip():
            if line.startswith("EHLO"):
                say("250-x\r\n250 AUTH XOAUTH2 PLAIN")
            elif line.startswith("AUTH XOAUTH2"):
                if self.lets_in(line.split()[2]):
                    say("235 in")
                else:
                    say("334 eyJzdGF0dXMiOiI0MDEifQ==")
                    assert (await reader.readline()).strip() == b""
                    say("535 5.7.8 no")
            else:
                say("221 bye" if line == "QUIT" else "250 ok")
        writer.close()


@pytest.fixture
async def account(giver):
    """A channel over such a server."""
    server = Server()
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(Http())
        reached = {}
        for side in ("imap", "smtp"):
            listening = await asyncio.start_server(getattr(server, side), "127.0.0.1", 0)
            stack.callback(listening.close)
            port = listening.sockets[0].getsockname()[1]
            reached[side] = MailServer(
                host="127.0.0.1", port=port, tls="none", user="kec@aduan.test", oauth=oauth(giver)
            )
        settings = EmailSettings(address="kec@aduan.test", **reached)
        tags, now = Tags("kanigaran", settings.address, b"k"), Time()
        email = Email("kanigaran", settings, None, http=http, tokens=tags, now=now)
        yield email, server, now
        await email.close()


async def test_both_sides_are_entered_with_a_token(account, giver):
    email, server, _ = account
    server.good = {"rahasia-1", "rahasia-2"}
    report = await email.describe()
    assert [problem.what for problem in report.problems] == ["IMAP: the server has neither MOVE nor UIDPLUS"]
    assert sorted(server.tried) == [("kec@aduan.test", "rahasia-1"), ("kec@aduan.test", "rahasia-2")]
    assert len(giver.asked) == 2  # each side has its own account


async def test_the_mailbox_is_entered_again_with_a_new_token_before_the_old_one_ends(account):
    email, server, now = account
    server.good = {"rahasia-1", "rahasia-2"}
    _, cursor = await email.poll("")
    email._mailbox._keeper.idle_s = 0.01
    await email.poll(cursor)
    assert len(server.tried) == 1
    now.now += timedelta(minutes=56)
    await email.poll(cursor)
    assert [each for _, each in server.tried] == ["rahasia-1", "rahasia-2"]


async def test_a_refused_token_is_told_and_fetched_anew(account, giver):
    email, server, _ = account
    server.good = set()
    with pytest.raises(SendError) as told:
        await email.poll("")
    assert told.value.fact == "misconfigured"
    assert "rahasia" not in told.value.reason
    server.good = {"rahasia-2"}
    email._mailbox._keeper._pause_left_s = 0.0
    await email.poll("")
    assert len(giver.asked) == 2


async def test_a_consent_that_was_taken_back_is_named_with_its_mend(account, giver):
    email, _, _ = account
    giver.answers = [(400, {"error": "invalid_grant"})] * 2
    report = await email.describe()
    assert [problem.fact for problem in report.problems] == ["misconfigured"] * 2
    assert all("refresh_token" in problem.mend for problem in report.problems)
