"""The shared HTTP client: whole answers, and failures that say whether the request can have been taken."""

from __future__ import annotations

import contextlib
import traceback

import pytest

from channels.http import Answer, Http, Lost, NotSent
from tests.channels.loopback import Reply, Stub, closed_port, running

SECRET = "rahasia"


@pytest.fixture
async def server():
    async with running(Stub(lambda raw: raw, lambda _: Reply())) as stub:
        yield stub


@pytest.fixture
async def http():
    async with Http(connect_timeout_s=1.0) as client:
        yield client


async def test_an_answer_is_whole_whatever_its_status(http, server):
    server.replies = [Reply(404, b"no", ("X-Word: a",))]
    answer = await http.request("POST", f"{server.url}/a", data="a=1", headers={"content-type": "x/y"})
    assert (answer.status, answer.body, answer.headers["x-word"]) == (404, b"no", "a")


async def test_a_redirect_is_an_answer_and_not_followed(http, server):
    server.replies = [Reply(302, b"", (f"location: {server.url}/elsewhere",))]
    assert (await http.request("GET", f"{server.url}/a")).status == 302
    assert len(server.requests) == 1


async def test_an_endless_answer_ends(http, server):
    server.replies = [Reply(200, b"x" * 100_001)]
    with pytest.raises(Lost, match="too long"):
        await http.request("GET", server.url, limit_bytes=100_000)


async def test_a_stream_begins_with_its_status(http, server):
    server.replies = [Reply(200, b"x" * 100_000)]
    async with contextlib.aclosing(http.stream(f"{server.url}/f")) as pieces:
        got = [piece async for piece in pieces]
    assert isinstance(got[0], Answer)
    assert b"".join(got[1:]) == b"x" * 100_000


async def test_a_stream_in_which_nothing_comes_is_lost(http, server):
    server.replies = [Reply(200, b"x" * 10, fault="half")]
    with pytest.raises(Lost):
        _ = [piece async for piece in http.stream(server.url, silence_s=0.2)]
    server.replies = [Reply(fault="hang")]
    with pytest.raises(Lost, match="no answer in time"):
        _ = [piece async for piece in http.stream(server.url, silence_s=0.2)]


NOT_SENT = ("http://127.0.0.1:{closed}/{secret}", "https://{secret}.invalid/", "https://127.0.0.1:{port}/{secret}", "nonsense{secret}", "ftp://127.0.0.1/{secret}")  # fmt: skip


@pytest.mark.parametrize("address", NOT_SENT)
async def test_what_never_left_says_so_and_names_no_secret(http, server, address):
    url = address.format(closed=closed_port(), port=server.port, secret=SECRET)
    with pytest.raises(NotSent) as caught:
        await http.request("POST", url, data="x")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert not server.requests


@pytest.mark.parametrize("fault", ["close", "reset", "half", "hang"])
async def test_what_may_have_left_says_so_and_names_no_secret(http, server, fault):
    server.replies = [Reply(200, b"x", fault=fault)]
    with pytest.raises(Lost) as caught:
        await http.request("POST", f"{server.url}/{SECRET}", data="x", timeout_s=1.2)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(server.requests) == 1


async def test_it_opens_again_after_closing(http, server):
    await http.request("GET", server.url)
    await http.close()
    assert (await http.request("GET", server.url)).status == 200


async def test_a_mistake_of_ours_stays_what_it_is(http, server):
    with pytest.raises(TypeError):
        await http.request("POST", server.url, data=object())
