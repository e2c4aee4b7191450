"""The rest of the channel: secrets, polling, downloads and set-up."""

from __future__ import annotations

import asyncio
import json

import pytest

from channels.base import Call, Called, Downloading, FetchError, Forged, Parcel, Polled
from channels.telegram import Telegram
from channels.telegram.setup import commands
from tests.channels.loopback import Reply, closed_port
from tests.channels.telegram import stub
from tests.channels.telegram.conftest import BEFORE, SECRET
from tests.channels.telegram.stub import no, ok
from workflow.message import Address, Message, Outbound, SendError

HEADER = "x-telegram-bot-api-secret-token"


def test_it_has_every_power(telegram):
    assert isinstance(telegram, Called)
    assert isinstance(telegram, Polled)
    assert isinstance(telegram, Downloading)


@pytest.mark.parametrize("secret", [SECRET, BEFORE])
def test_the_secret_and_the_one_before_open(telegram, secret):
    telegram.accept(Call("telegram/kanigaran", {HEADER: secret}, b"{}"))


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "x"}, {HEADER: "é"}, {"x-secret": SECRET}]
)
def test_anything_else_is_forged(telegram, headers):
    with pytest.raises(Forged) as caught:
        telegram.accept(Call("telegram/kanigaran", headers, b"{}"))
    assert not str(caught.value)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nobody_may_call(http, secrets):
    channel = Telegram("kanigaran", stub.TOKEN, http=http, secrets=secrets)
    for given in ({}, {HEADER: ""}):
        with pytest.raises(Forged):
            channel.accept(Call("telegram/kanigaran", given, b"{}"))


def test_nothing_of_it_shows_the_token(telegram):
    assert stub.TOKEN not in repr(telegram) + str(telegram)


# Polling


async def test_updates_come_as_the_bytes_they_are_with_the_cursor_after_the_last(telegram, server):
    server.replies = [Reply(body=b'{"ok":true,"result":[ {"update_id": 7,"hologram":{"a":[1]}}, {"update_id":8} ]}')]
    assert await telegram.poll("") == ([b'{"update_id": 7,"hologram":{"a":[1]}}', b'{"update_id":8}'], "9")
    assert server.last.fields == {
        "limit": 100,
        "timeout": 0,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member", "chat_member"],
    }


async def test_a_cursor_confirms_what_came_before_it(telegram, server):
    server.replies = [ok([])]
    assert await telegram.poll("9") == ([], "9")
    assert server.last.fields["offset"] == 9


async def test_an_update_without_a_number_is_not_dropped(telegram, server):
    server.replies = [ok([{"update_id": 7}, {"x": 1}])]
    assert await telegram.poll("") == ([b'{"update_id": 7}', b'{"x": 1}'], "8")


POLL_FACTS = {
    "another one polls": (no(409, "Conflict: terminated by other getUpdates request; make sure ..."), "busy"),
    "a webhook is set": (no(409, "Conflict: can't use getUpdates method while webhook is active"), "misconfigured"),
    "a wrong token": (no(401, "Unauthorized"), "misconfigured"),
    "a gateway's error": (Reply(502, b"<html>"), "uncertain"),
    "no list": (ok({"a": 1}), "uncertain"),
    "a broken answer": (Reply(200, b'{"ok":true,"result":[{"update_id":7},', fault="half"), "uncertain"),
    "numbers nowhere": (ok([{"x": 1}]), "uncertain"),
}


@pytest.mark.parametrize("case", POLL_FACTS)
async def test_a_failed_poll_is_a_fact(case, telegram, server):
    reply, fact = POLL_FACTS[case]
    server.replies = [reply]
    with pytest.raises(SendError) as caught:
        await telegram.poll("3")
    assert caught.value.fact == fact


# Downloads


async def fetched(channel, limit_bytes=1_000_000):
    return [piece async for piece in channel.download("FILE/1", limit_bytes)]


async def test_a_file_comes_in_pieces_of_64_kb(telegram, server):
    server.replies = [ok({"file_id": "F", "file_path": "photos/file 1.jpg"}), Reply(body=b"x" * 200_000)]
    pieces = await fetched(telegram)
    assert b"".join(pieces) == b"x" * 200_000
    assert max(len(piece) for piece in pieces) <= 64 * 1024
    assert server.requests[0].fields == {"file_id": "FILE/1"}
    assert server.requests[1].path == f"/file/bot{stub.TOKEN}/photos/file%201.jpg"


LINK = ok({"file_path": "a"})
DOWNLOAD_FACTS = {
    "telegram finds it too big": ([no(400, "Bad Request: file is too big")], "too_big", False),
    "told to be too big": ([ok({"file_path": "a", "file_size": 1_000_001})], "too_big", False),
    "found to be too big": ([LINK, Reply(body=b"x" * 1_000_001)], "too_big", False),
    "nobody knows it": ([no(400, "Bad Request: invalid file_id")], "gone", False),
    "not now": ([no(400, "Bad Request: file is temporarily unavailable")], "timeout", True),
    "told to wait": ([no(429, "Too Many Requests", retry_after=3)], "timeout", True),
    "no path": ([ok({"file_id": "F"})], "gone", True),
    "a link that expired": ([LINK, Reply(404, b"")], "gone", True),
    "a server in trouble": ([LINK, Reply(500, b"")], "timeout", True),
    "a gateway in trouble": ([Reply(502, b"<html>")], "timeout", True),
    "broken off": ([LINK, Reply(body=b"x" * 100, fault="half")], "timeout", True),
    "broken off before it began, twice": ([LINK, Reply(fault="reset"), Reply(fault="reset")], "timeout", True),
}


@pytest.mark.parametrize("case", DOWNLOAD_FACTS)
async def test_a_failed_download_says_whether_to_try_again(case, telegram, server):
    server.replies, reason, again = list(DOWNLOAD_FACTS[case][0]), *DOWNLOAD_FACTS[case][1:]
    with pytest.raises(FetchError) as caught:
        await fetched(telegram)
    assert (caught.value.reason, caught.value.again) == (reason, again)


async def test_a_download_left_early_frees_its_connection(telegram, server):
    server.replies = [LINK, Reply(body=b"x" * 900_000)]
    pieces = telegram.download("F", 1_000_000)
    await anext(pieces)
    await pieces.aclose()
    server.replies = [ok([])]
    assert await telegram.poll("") == ([], "")


# Set-up

ME = {"id": 123456, "is_bot": True, "first_name": "K", "username": "KanigaranBot", "can_read_all_group_messages": False}
FORUM = {"id": -100200, "type": "supergroup", "title": "Meja", "is_forum": True}
ADMIN = {"status": "administrator", "can_manage_topics": True}
WELL = {"getMe": ME, "getWebhookInfo": {"url": "", "pending_update_count": 3}, "getChat": FORUM, "getChatMember": ADMIN}


def answering(changes=()):
    table = {**WELL, **dict(changes)}

    def answer(request):
        found = table.get(request.method, True)
        return found if isinstance(found, Reply) else ok(found)

    return answer


async def test_what_one_group_has_is_not_believed_of_another_that_the_desk_became(telegram, server):
    """A desk that became a forum loses no topic because the group it was had none."""
    server.answer = answering({"getChat": {**WELL["getChat"], "is_forum": False}})
    await telegram.describe()
    assert telegram.topics is False
    telegram.desk = "-1009990001"
    assert telegram.topics is None
    server.answer = answering()
    await telegram.describe()
    assert telegram.topics is True
    server.answer = answering({"getChat": {**WELL["getChat"], "is_forum": False}})
    looking = asyncio.ensure_future(telegram.describe())
    await asyncio.sleep(0)
    telegram.desk = "-1009990002"
    await looking
    assert telegram.topics is None, "and an answer that comes late was about the former one"


async def test_preparing_for_polling(telegram, server):
    server.answer = answering()
    report = await telegram.set_up()
    assert (report.username, report.desk, report.topics, report.waiting) == ("KanigaranBot", "Meja", True, 3)
    assert report.ready
    assert not report.problems
    assert telegram.username == "KanigaranBot"
    assert telegram.topics is True
    made = {request.method: request.fields for request in server.requests}
    assert made["deleteWebhook"] == {}
    assert "setWebhook" not in made


async def test_preparing_for_a_webhook_names_secret_and_kinds_and_drops_nothing(telegram, server):
    server.answer = answering()
    telegram.hook = "https://aduan.example/telegram/kanigaran"
    await telegram.set_up()
    assert not telegram.polled
    made = {request.method: request.fields for request in server.requests}
    assert made["setWebhook"] == {
        "url": "https://aduan.example/telegram/kanigaran",
        "secret_token": SECRET,
        "max_connections": 40,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member", "chat_member"],
    }
    assert "deleteWebhook" not in made
    assert all("drop_pending_updates" not in fields for fields in made.values())


async def test_each_audience_gets_its_menu(telegram, server):
    server.answer = answering()
    await telegram.set_up()
    menus = [request.fields for request in server.requests if request.method == "setMyCommands"]
    menus.sort(key=lambda menu: menu["scope"]["type"])
    assert [menu["scope"] for menu in menus] == [{"type": "all_private_chats"}, {"type": "chat", "chat_id": -100200}]
    assert [command["command"] for command in menus[0]["commands"]] == [
        "start",
        "status",
        "batal",
        "petugas",
        "privasi",
        "bantuan",
    ]
    assert [command["command"] for command in menus[1]["commands"]] == [
        "tugas",
        "antrean",
        "cari",
        "catat",
        "kartu",
        "surat",
        "bukti",
        "surel",
        "absen",
        "plh",
        "plt",
        "serahkan",
        "peran",
        "register",
        "rekap",
        "panduan",
        "bantuan",
    ]


@pytest.mark.parametrize("audience", ["citizen", "desk"])
def test_menus_keep_telegrams_limits(audience):
    for command in commands(audience):
        assert command.command.isascii()
        assert command.command.islower()
        assert 3 <= len(command.description) <= 256


async def test_looking_changes_nothing(telegram, server):
    server.answer = answering()
    await telegram.describe()
    assert {request.method for request in server.requests} == {"getMe", "getWebhookInfo", "getChat", "getChatMember"}


TROUBLE = {
    "a desk that isn't there": ({"getChat": no(400, "Bad Request: chat not found")}, "getChat: Bad Request: chat not found"),
    "a desk that is a basic group": ({"getChat": FORUM | {"type": "group"}}, "the desk is a group, not a supergroup"),
    "a desk that was left": ({"getChatMember": {"status": "left"}}, "the bot isn't a member of the desk"),
    "topics it may not make": ({"getChatMember": {"status": "member"}}, "the desk has topics and the bot may not make any"),
    "a webhook that fails": ({"getWebhookInfo": {"url": "x", "last_error_message": "SSL error"}}, "Telegram's last call failed: SSL error"),
    "no menu": ({"setMyCommands": Reply(502, b"<html>")}, "setMyCommands: status 502 without Telegram's JSON"),
    "a server that knows no webhooks": ({"deleteWebhook": no(404, "Not Found")}, "deleteWebhook: Not Found"),
    "a wrong token": ({"getMe": no(401, "Unauthorized"), "setMyCommands": no(401, "Unauthorized")}, "getMe: Unauthorized"),
}  # fmt: skip


@pytest.mark.parametrize("case", TROUBLE)
async def test_what_is_wrong_is_told_with_the_way_to_mend_it_and_holds_up_nothing(case, telegram, server):
    changes, what = TROUBLE[case]
    server.answer = answering(changes)
    report = await telegram.set_up()
    assert {problem.what for problem in report.problems} == {what}
    assert all(problem.mend for problem in report.problems)
    assert report.ready


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
async def test_what_passes_is_worth_another_set_up(method, telegram, server):
    server.answer = answering({method: no(500, "Internal Server Error")})
    assert not (await telegram.set_up()).ready


async def test_without_a_webhook_nothing_arrives_by_one(telegram, server):
    server.answer = answering({"setWebhook": no(400, "Bad Request: bad webhook: Failed to resolve host")})
    telegram.hook = "https://aduan.example/telegram/kanigaran"
    assert not (await telegram.set_up()).ready


async def test_a_server_that_is_away_is_told_and_raises_nothing(http):
    away = Telegram("kanigaran", stub.TOKEN, http=http, desk="-1", api_url=f"http://127.0.0.1:{closed_port()}")
    report = await away.set_up()
    assert {problem.fact for problem in report.problems} == {"down"}
    assert not report.ready


async def test_after_set_up_another_bots_command_is_known(telegram, server):
    server.answer = answering()
    await telegram.set_up()
    body = {"message_id": 1, "date": 1, "chat": FORUM, "from": {"id": 1, "is_bot": False, "first_name": "S"}}
    ours = telegram.read(json.dumps({"update_id": 1, "message": body | {"text": "/tugas@kanigaranbot"}}).encode())
    other = telegram.read(json.dumps({"update_id": 1, "message": body | {"text": "/tugas@other"}}).encode())
    assert isinstance(ours, Message)
    assert not isinstance(other, Message)


async def test_a_method_the_server_does_not_know_stops_that_message_and_not_the_channel(telegram, server):
    server.answer = answering()
    await telegram.describe()
    server.replies = [no(404, "Not Found")]
    with pytest.raises(SendError) as caught:
        await telegram.send(Parcel(Outbound(to=Address("kanigaran", "telegram", "5"), kind="notice", text="x")), "key")
    assert caught.value.fact == "refused"
