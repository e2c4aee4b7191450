"""Hostile calls in Twilio's name over real HTTP: refused or set aside, no credential leaves, and others are served all the while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp import web

from channels.sandbox.twilio import signing
from tests.serve.everywhere import TOKEN, Everywhere, everywhere
from tests.serve.program import PATIENCE_S, Plan

pytestmark = pytest.mark.slow

MIB = 1 << 20
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
OFFICE = "pekutatan"


@dataclass
class Forger:
    """Somebody who knows how Twilio's calls look, and in some tests the key."""

    here: Everywhere
    http: httpx.AsyncClient
    line: str = ""
    count: int = 0

    def url(self, by: str) -> str:
        return f"{self.here.town.program.url}/twilio/{OFFICE}/{by}"

    def fields(self, **more: str) -> dict[str, str]:
        """The form of a message that Twilio would send, with a number of its own."""
        self.count += 1
        base = {
            "AccountSid": next(iter(self.here.phones.accounts)), "MessageSid": f"SM{self.count:032x}",
            "From": "whatsapp:+6281299990000", "To": self.here.lines[OFFICE]["whatsapp"].address,
            "Body": "jalan rusak", "NumMedia": "0", "ProfileName": "Sari", "WaId": "6281299990000",
        }  # fmt: skip
        return base | more

    async def call(
        self, fields: dict[str, str], *, by: str = "message", query: str = "", key: str = TOKEN, body: bytes | None = None,
        headers: dict[str, str] | None = None, signed: dict[str, str] | None = None,
    ) -> int:  # fmt: skip
        """Post a form signed with `key`, or as if it said what's in `signed`; the status it's answered with."""
        url = self.url(by) + query
        signature = signing.by_token(key, url, (signed or fields).items())
        content = urlencode(fields).encode() if body is None else body
        sent = {"Content-Type": FORM} | signature | (headers or {})
        return (await self.http.post(url, content=content, headers=sent)).status_code

    def stored(self, fields: dict[str, str]) -> int:
        return len(self.here.town.program.rows("SELECT id FROM inbox WHERE key = ?", fields["MessageSid"]))


@contextlib.asynccontextmanager
async def forger(folder) -> AsyncIterator[tuple[Everywhere, Forger]]:
    async with (
        everywhere(folder, Plan(OFFICE, "pekutatan")) as here,
        httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http,
    ):
        yield here, Forger(here, http)


async def test_what_twilio_did_not_sign_is_refused_and_what_cannot_be_read_set_aside_while_others_are_served(tmp_path):
    async with forger(tmp_path) as (here, evil):
        luh = here.phone("Luh Sari", OFFICE)
        luh.says("Om Swastyastu, lampu jalan di depan balai banjar mati sudah seminggu")
        await luh.sees("Apakah sudah benar?")
        await asyncio.gather(forged(evil), wrong_ways(evil), strangers(here, evil), nobody_reads(here, evil))
        luh.says("ya")
        await luh.sees("sudah kami terima (kode ")
        assert len(here.town.program.rows("SELECT id FROM complaints")) == 1
        assert not here.town.program.rows("SELECT lane FROM lanes WHERE parked_at IS NOT NULL")
        assert not [line for line in here.town.program.lines() if line["event"].startswith("Traceback")]
        for secret in (TOKEN, "tebakan"):
            assert secret not in here.town.program.log()
        assert not here.phones.breaches


async def forged(evil: Forger) -> None:
    """403, and nothing is stored."""
    good = evil.fields()
    other = f"{evil.here.town.program.url}/twilio/{OFFICE}/status"
    tries = {
        "another key": await evil.call(good, key="tebakan"),
        "no signature": await evil.call(good, headers={signing.SIGNATURE: ""}),
        "a signature of nothing": await evil.call(good, headers={signing.SIGNATURE: "AAAA"}),
        "a signature that is no text": await evil.call(good, headers={signing.SIGNATURE: "\xff\x00".encode().hex()}),
        "another text than was signed": await evil.call(good | {"Body": "lain"}, signed=good),
        "one more field": await evil.call(good | {"Extra": "1"}, signed=good),
        "one field less": await evil.call({k: v for k, v in good.items() if k != "WaId"}, signed=good),
        "signed for another address": (await evil.http.post(
            evil.url("message"), content=urlencode(good), headers={"Content-Type": FORM} | signing.by_token(TOKEN, other, good.items())
        )).status_code,
        "another query than was signed": (await evil.http.post(
            evil.url("message") + "?x=1", content=urlencode(good),
            headers={"Content-Type": FORM} | signing.by_token(TOKEN, evil.url("message"), good.items()),
        )).status_code,
        "a public address that the caller names": (await evil.http.post(
            evil.url("message"), content=urlencode(good),
            headers={"Content-Type": FORM, "Host": "jahat.example", "X-Forwarded-Host": "jahat.example", "X-Forwarded-Proto": "https"}
            | signing.by_token(TOKEN, f"https://jahat.example/twilio/{OFFICE}/message", good.items()),
        )).status_code,
        "another account": await evil.call(good | {"AccountSid": "AC" + "9" * 32}),
        "no account": await evil.call({k: v for k, v in good.items() if k != "AccountSid"}),
        "shared keys that we haven't": await evil.call(good, headers={signing.SETTINGS: "key=k1,algorithm=HMAC_SHA256"}),
    }  # fmt: skip
    assert tries == dict.fromkeys(tries, 403)
    assert evil.stored(good) == 0


async def wrong_ways(evil: Forger) -> None:
    """Bytes that are no form of Twilio's."""
    good = evil.fields()
    json = {"Content-Type": "application/json"}
    tries = {
        "broken UTF-8, unsigned": (await evil.call(good, body=b"Body=%ff%fe&From=\xff\xfe", key="tebakan"), 403),
        "no form at all": (await evil.call(good, body=bytes(range(256))), 403),
        "empty": (await evil.call(good, body=b""), 403),
        "ten thousand fields": (await evil.call(good, body=b"&".join(b"a%d=1" % n for n in range(10_000))), 403),
        "JSON": (await evil.call(good, body=b"{}", headers=json), 403),
        "over 1 MiB": (await evil.call(good, body=b"Body=" + b"a" * MIB), 413),
        "no message's name": (await evil.call(evil.fields(MessageSid="")), 400),
        "a name that is none": (await evil.call(evil.fields(MessageSid="../../etc/passwd")), 400),
        "a path beside": (await evil.call(good, by="pesan"), 404),
    }
    assert {what: got for what, (got, _) in tries.items()} == {what: meant for what, (_, meant) in tries.items()}
    assert (await evil.http.get(evil.url("message"))).status_code == 405


async def strangers(here: Everywhere, evil: Forger) -> None:
    """Well signed statuses of messages that nobody sent, and of people who never wrote: taken, and without any effect."""
    ours, theirs = here.lines[OFFICE]["whatsapp"].address, "whatsapp:+6281277777777"
    before = here.phones.calls_of("messages.create")
    for status, code, query in (
        ("delivered", "", "?ours=1"), ("failed", "63016", "?ours=999999"), ("read", "", "?ours=abc"), ("failed", "63024", ""),
        ("hologram", "", "?ours=1"), ("delivered", "", "?ours=99999999999999999999"), ("failed", "x", "?ours=-1"),
    ):  # fmt: skip
        fields = evil.fields(From=ours, To=theirs, MessageStatus=status, ErrorCode=code)
        assert await evil.call(fields, by="status", query=query) == 200, status
    await decided(here)
    own = [
        call for call in here.phones.calls_of("messages.create") if call not in before and call.params["To"] == theirs
    ]
    assert not own
    assert not here.town.program.rows("SELECT id FROM outbox WHERE address LIKE '%81277777777'")


async def nobody_reads(here: Everywhere, evil: Forger) -> None:
    """Well signed and yet odd: kept, and at worst in quarantine."""
    line = here.lines[OFFICE]["whatsapp"].address
    nul = evil.fields(Body="jalan\0rusak\0", From="whatsapp:+6281299990001", WaId="6281299990001")
    assert await evil.call(nul) == 200
    bidi = evil.fields(
        Body="\u202ejalan \ud7ff rusak <b>&amp;</b>",
        ProfileName="\0\n<script>",
        From="whatsapp:+6281299990002",
        WaId="",
    )
    assert await evil.call(bidi) == 200
    elsewhere = evil.fields(To="whatsapp:+6280000000000")
    assert await evil.call(elsewhere) == 200  # a line that isn't ours: kept for the operator
    nobody = evil.fields(From="")
    assert await evil.call(nobody) == 200
    huge = evil.fields(Body="a" * 200_000, From="whatsapp:+6281299990003", WaId="")
    assert await evil.call(huge) == 200
    odd = evil.fields(
        Latitude="NaN", Longitude="1e999", NumMedia="99999999999", From="whatsapp:+6281299990004", WaId=""
    )
    assert await evil.call(odd) == 200
    await decided(here)
    reasons = [row["reason"] for row in here.town.program.rows("SELECT reason FROM quarantine")]
    assert len(reasons) == 2, reasons
    for fields in (nul, bidi, huge, odd):
        assert evil.stored(fields) == 1
    assert line.startswith("whatsapp:")


async def decided(here: Everywhere) -> None:
    await here.town.until(
        "all is decided", lambda: not here.town.program.rows("SELECT id FROM inbox WHERE done_at IS NULL")
    )


def without_news(here) -> list[tuple[str, str]]:
    """The messages to a WhatsApp number of which we don't know that they got there: state and receipt."""
    rows = here.town.program.rows("SELECT state, receipt FROM outbox WHERE address LIKE 'whatsapp:%'")
    return [(row["state"], row["receipt"]) for row in rows if row["receipt"] not in {"delivered", "read"}]


async def test_the_same_call_again_and_again_and_out_of_order_is_one_message(tmp_path):
    async with forger(tmp_path) as (here, evil):
        luh = here.phone("Luh Sari", OFFICE)
        first = luh.says("Om Swastyastu, lampu jalan di depan balai banjar mati sudah seminggu")
        await luh.sees("Apakah sudah benar?")
        (recorded,) = here.phones.deliveries_of(first.sid, "message")
        for _ in range(5):
            here.phones.again(recorded)
        luh.says("ya")
        await luh.sees("sudah kami terima (kode ")
        here.phones.again(recorded)  # much later, once more
        other = evil.fields(
            MessageSid=first.sid, Body="kata lain dengan nama yang sama", From=f"whatsapp:{luh.person.number}"
        )
        assert await evil.call(other) == 200
        await here.town.until("Twilio is done", lambda: here.phones.idle)
        await decided(here)
        assert {
            attempt.status for each in here.phones.deliveries_of(first.sid, "message") for attempt in each.attempts
        } == {200}
        assert len(here.town.program.rows("SELECT id FROM inbox WHERE key = ?", first.sid)) == 1
        assert len(here.town.program.rows("SELECT id FROM complaints")) == 1
        assert sum("Apakah sudah benar?" in text for text in luh.received) == 1
        # Statuses twice and the last one first: the desk sees them once, and never less than it knew.
        await here.town.until("each message, the drawn receipt too, got there", lambda: not without_news(here))
        statuses = [each for each in here.phones.deliveries if each.of == "status"]
        assert len(statuses) >= 4
        for each in reversed(statuses):
            here.phones.again(each)
        await here.town.until("Twilio is done", lambda: here.phones.idle)
        await decided(here)
        assert without_news(here) == []


# --- files ------------------------------------------------------------------------------------------------------------


@dataclass
class Trap:
    """A server that waits for whoever is lured to it."""

    port: int = 0
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Trap]:
        async def note(request: web.Request) -> web.Response:
            self.seen.append((request.path, dict(request.headers)))
            return web.Response(body=b"\xff\xd8\xff", content_type="image/jpeg")

        site = web.Application()
        site.router.add_route("*", "/{path:.*}", note)
        runner = web.AppRunner(site)
        await runner.setup()
        await (listening := web.TCPSite(runner, "127.0.0.1", 0)).start()
        self.port = listening._server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            await runner.cleanup()


async def test_credentials_never_leave_for_another_host_whatever_a_media_address_says(tmp_path):
    async with forger(tmp_path) as (here, evil), Trap().listening() as trap:
        account, number = next(iter(here.phones.accounts)), 10
        here_is = f"http://127.0.0.1:{trap.port}"
        path = "/2010-04-01/Accounts/{account}/Messages/{sid}/Media/ME" + "1" * 32
        lures = [
            here_is + "/foto.jpg", here_is + path, f"http://localhost:{trap.port}" + path,
            here.twilio.url.replace("http://", f"http://x@127.0.0.1:{trap.port}#") + path,
            f"{here.twilio.url}@127.0.0.1:{trap.port}" + path, f"http://127.0.0.1:{trap.port}\\@" + here.twilio.url[7:] + path,
            here.twilio.url + path + "/../../../../../x", here.twilio.url + path + f"?to={here_is}",
            here.twilio.url + path.replace("{account}", "AC" + "9" * 32), "file:///etc/passwd", "//127.0.0.1/x", "",
            "http://[", "gopher://127.0.0.1:70/x", "https://api.twilio.com.jahat.example" + path,
        ]  # fmt: skip
        senders = []
        for lure in lures:
            number += 1
            fields = evil.fields(
                From=f"whatsapp:+62812888800{number}", WaId="", NumMedia="1", MediaContentType0="image/jpeg", MessageType="image",
                Body="jalan di depan pasar rusak parah",
            )  # fmt: skip
            fields["MediaUrl0"] = lure.replace("{account}", account).replace("{sid}", fields["MessageSid"])
            senders.append(fields["From"].removeprefix("whatsapp:"))
            assert await evil.call(fields) == 200, lure
        # And one whose own address leads elsewhere: Twilio's redirect is followed without credentials, and not to just any place.
        sari = here.phone("Sari", OFFICE)
        here.phones.media_url = here_is.replace("127.0.0.1", "localhost")
        sari.sends("jalan", "jalan depan SD rusak parah")
        await sari.sees("Bapak/Ibu")
        await decided(here)
        # Only the one that names a file of ours at another port is asked for again and again: at Twilio's own address.
        pending = "SELECT lane FROM files WHERE state = 'pending'"
        await here.town.until("every other file is judged", lambda: len(here.town.program.rows(pending)) == 1)
        asked = [call.path for call in here.phones.calls_of("media.fetch")]
        assert len(set(asked)) == 2, asked
        for path_seen, headers in trap.seen:
            lured = {name.casefold() for name in headers}
            assert "authorization" not in lured, (path_seen, headers)
            assert TOKEN not in str(headers)
        assert not here.phones.breaches
        states = {row["state"] for row in here.town.program.rows("SELECT state FROM files")}
        assert states == {"failed", "pending"}
        # The words beside a file that can't be had are kept: each of them is answered.
        waits = here.town.program.rows(pending)[0]["lane"]
        for sender in senders:
            if waits.endswith(sender):
                continue
            assert here.town.program.rows("SELECT id FROM outbox WHERE address = ?", f"whatsapp:{OFFICE}:{sender}"), (
                sender
            )
