"""Files fetched from Twilio and deleted there: where credentials go, where a redirect may lead, and what fails how."""

from __future__ import annotations

import pytest
import structlog

from channels.base import Downloading, FetchError, Purging
from channels.twilio.hosts import Hosts
from tests.channels.loopback import Reply
from tests.channels.twilio import stub
from tests.channels.twilio.conftest import built
from tests.channels.twilio.forms import MEDIA, ON_WHATSAPP, call
from tests.channels.twilio.stub import ACCOUNT, ME, MM, ROOT, no, told
from workflow.message import SendError

REF = f"{MM}/{ME}"
PATH = stub.MEDIA
FILE = Reply(200, b"x" * 200_000, ("content-type: image/jpeg",))


async def fetched(channel, limit_bytes=1_000_000, ref=REF):
    return b"".join([piece async for piece in channel.download(ref, limit_bytes)])


@pytest.fixture
async def elsewhere():
    """A second server: the place that redirects lead to."""
    async with stub.running() as running:
        yield running


async def test_a_file_that_comes_at_once(whatsapp, server):
    server.replies = [FILE]
    assert isinstance(whatsapp, Downloading)
    assert await fetched(whatsapp) == FILE.body
    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("GET", PATH, [])
    assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_without_credentials(status, whatsapp, server, elsewhere):
    server.replies = [Reply(status, b"", (f"location: {elsewhere.url}/b/1?X-Amz-Signature=x",))]
    elsewhere.replies = [Reply(302, b"", ("location: /b/2",)), FILE]
    assert await fetched(whatsapp) == FILE.body
    assert [each.path for each in elsewhere.requests] == ["/b/1", "/b/2"]
    assert all("authorization" not in each.headers for each in elsewhere.requests)


async def test_back_at_twilio_the_credentials_dont_go_again(whatsapp, server):
    server.replies = [Reply(307, b"", ("location: /cdn/1",)), FILE]
    assert await fetched(whatsapp) == FILE.body
    assert ["authorization" in each.headers for each in server.requests] == [True, False]


FAILURES = {
    "not there yet": ([no(404, 20404)], "gone", True),
    "deleted": ([no(410, 20404)], "gone", False),
    "a wrong token": ([no(401, 20003)], "timeout", True),
    "too many requests": ([no(429, 20429)], "timeout", True),
    "trouble": ([Reply(500)], "timeout", True),
    "a redirect to nowhere": ([Reply(302)], "gone", True),
    "a redirect that goes on for ever": ([Reply(302, b"", ("location: /x",))] * 9, "gone", True),
    "it says it's too large": ([Reply(200, b"x" * 2_000_000)], "too_big", False),
    "closed before an answer": ([Reply(fault="close")] * 2, "timeout", True),
    "broken off": ([Reply(200, b"x" * 100, fault="half")], "timeout", True),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_a_failed_download_says_whether_to_try_again(case, whatsapp, server):
    replies, reason, again = FAILURES[case]
    server.replies = list(replies)
    with pytest.raises(FetchError) as caught:
        await fetched(whatsapp)
    assert (caught.value.reason, caught.value.again) == (reason, again)


async def test_a_file_that_only_turns_out_too_large_is_left_there(whatsapp, server):
    server.answer = lambda _: Reply(200, b"x" * 600_000, fault="chunked")
    assert len(await fetched(whatsapp, 600_000)) == 600_000
    with pytest.raises(FetchError) as caught:
        await fetched(whatsapp, 599_999)
    assert (caught.value.reason, caught.value.again) == ("too_big", False)


async def test_the_cap_is_exact(whatsapp, server):
    server.answer = lambda _: FILE
    assert len(await fetched(whatsapp, 200_000)) == 200_000
    with pytest.raises(FetchError, match="too_big"):
        await fetched(whatsapp, 199_999)


@pytest.mark.parametrize("ref", ["", "x", f"{MM}/{ME}/..", f"{MM}/../{ME}", "https://evil.example/x", f"{MM}/{ME}?x"])
async def test_what_is_no_name_of_a_file_is_never_asked_for(ref, whatsapp, server):
    with pytest.raises(FetchError) as caught:
        await fetched(whatsapp, ref=ref)
    assert not caught.value.again
    await whatsapp.purge(ref)
    assert server.requests == []


LEADS = {
    "Twilio's delivery network": ("https://mms.twiliocdn.com/x?y", True),
    "another of its hosts": ("https://media.twiliocdn.com/x", True),
    "Amazon, as it was seen": ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/x", True),
    "Twilio's API": ("https://api.twilio.com/x", True),
    "the place that's configured": ("https://media.example/x", True),
    "anywhere": ("https://evil.example/x", False),
    "a name that only ends alike": ("https://eviltwiliocdn.com/x", False),
    "a name that only begins alike": ("https://mms.twiliocdn.com.evil.example/x", False),
    "below the place that's configured": ("https://a.media.example/x", False),
    "no TLS": ("http://mms.twiliocdn.com/x", False),
    "another port": ("https://mms.twiliocdn.com:8443/x", False),
    "with a user": ("https://a:b@mms.twiliocdn.com/x", False),
    "our own machine": ("http://127.0.0.1/x", False),
    "a file": ("file:///etc/passwd", False),
    "nothing": ("", False),
    "no address": ("https://[", False),
}


@pytest.mark.parametrize("case", LEADS)
def test_where_twilios_redirects_may_lead(case):
    url, may = LEADS[case]
    assert Hosts("https://api.twilio.com", ACCOUNT, ("media.example",)).may_lead_to(url) is may


def test_a_stand_ins_host_counts_on_any_port():
    local = Hosts("http://127.0.0.1:4010", ACCOUNT)
    assert local.may_lead_to("http://127.0.0.1:4011/x")
    assert local.may_lead_to("https://127.0.0.1:1/x")
    assert not local.may_lead_to("http://127.0.0.2:4010/x")
    assert not local.may_lead_to("ftp://127.0.0.1/x")
    assert local.ref_of(f"http://127.0.0.1:4011{PATH}", MM) == REF
    assert not local.ref_of(f"http://127.0.0.2:4010{PATH}", MM)


async def test_a_redirect_to_another_host_is_refused_and_seen(http, server):
    line = built(http, api_url=server.url)["whatsapp"]
    server.replies = [Reply(302, b"", ("location: https://evil.example/x?secret=1",))]
    with structlog.testing.capture_logs() as entries, pytest.raises(FetchError) as caught:
        await fetched(line)
    assert (caught.value.reason, caught.value.again) == ("gone", False)
    assert [(each["log_level"], each["host"]) for each in entries] == [("error", "evil.example")]
    assert "secret" not in str(entries)


async def test_a_message_with_a_file_is_read_fetched_and_deleted_there(whatsapp, server):
    fields = ON_WHATSAPP | MEDIA | {"MediaUrl0": server.url + PATH, "MediaContentType0": "image/jpeg"}
    (photo,) = whatsapp.read(whatsapp.accept(call(fields))).attachments
    server.replies = [FILE, Reply(204)]
    assert await fetched(whatsapp, ref=photo.ref) == FILE.body
    assert isinstance(whatsapp, Purging)
    await whatsapp.purge(photo.ref)
    assert [(each.method, each.path) for each in server.requests] == [("GET", PATH), ("DELETE", f"{PATH}.json")]
    assert ROOT in PATH


PURGED = {"gone already": (no(404, 20404), ""), "trouble": (Reply(503), "uncertain"), "no right": (no(401, 20003), "misconfigured"), "not now": (no(429, 20429), "busy")}  # fmt: skip


@pytest.mark.parametrize("case", PURGED)
async def test_deleting_is_done_when_it_is_gone(case, whatsapp, server):
    reply, fact = PURGED[case]
    server.replies = [reply]
    if not fact:
        await whatsapp.purge(REF)
        return
    with pytest.raises(SendError) as caught:
        await whatsapp.purge(REF)
    assert caught.value.fact == fact


async def test_a_download_left_early_frees_its_connection(whatsapp, server):
    server.replies = [Reply(200, b"x" * 900_000)]
    pieces = whatsapp.download(REF, 1_000_000)
    await anext(pieces)
    await pieces.aclose()
    server.replies = [told({"messages": []})] * 2
    assert (await whatsapp.poll(""))[0] == []


@pytest.mark.parametrize("wanted", [True, False])
async def test_whether_files_are_deleted_there_is_the_operators(wanted, http):
    assert {each.purges for each in built(http, purge_media=wanted).values()} == {wanted}
