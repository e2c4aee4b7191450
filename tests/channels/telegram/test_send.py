"""Message in, request out; answer in, `Sent` or a fact out."""

from __future__ import annotations

import traceback

import pytest

from channels.base import Parcel
from channels.http import Http
from channels.telegram import Telegram
from tests.channels.loopback import Reply, closed_port
from tests.channels.telegram import stub
from tests.channels.telegram.stub import MESSAGE, no, ok
from workflow.message import Address, Choice, Enclosure, Location, Mention, Outbound, SendError, Sent

SARI = Address("kanigaran", "telegram", "5")
DESK = Address("kanigaran", "telegram", "-100200")
PHOTO = Enclosure(file="f1")
PREVIEW = {"is_disabled": True}
SHARE = {
    "keyboard": [[{"text": "Kirim lokasi saya sekarang", "request_location": True}]],
    "resize_keyboard": True,
    "one_time_keyboard": True,
}


def parcel(to=SARI, kind="question", target="", reply_to="", thread="", content=b"", mime="", file_name="", **fields):
    message = Outbound(to=to, kind=kind, **fields)
    return Parcel(message, target, reply_to, thread, content, mime, file_name)


def text(chat, words, **more):
    return (
        "sendMessage",
        {"chat_id": chat, "text": words, "parse_mode": "HTML", "link_preview_options": PREVIEW, **more},
    )


def inline(*rows):
    return {"inline_keyboard": [list(row) for row in rows]}


YES = Choice(label="Ya", data="c:ya")
CHANGE = Choice(label="Ubah", data="c:ubah")
BUTTONS = inline([{"text": "Ya", "callback_data": "c:ya"}, {"text": "Ubah", "callback_data": "c:ubah"}])
LONG = "a" * 1025
TITLED = Location(latitude=-7.75, longitude=113.2, title="SDN 1", address="Jl. Suyoso")

OUTGOING = {
    "a text": (parcel(text="Terima kasih."), [text(5, "Terima kasih.")]),
    "markup is only text": (
        parcel(text='<b>RT_03</b> & "RW" *1*'),
        [text(5, '&lt;b&gt;RT_03&lt;/b&gt; &amp; "RW" *1*')],
    ),
    "a mention at the name's first occurrence": (
        parcel(DESK, "notice", text="Giliran Siti <R>, Siti <R>!", mentions=(Mention(id="11", name="Siti <R>"),)),
        [text(-100200, 'Giliran <a href="tg://user?id=11">Siti &lt;R&gt;</a>, Siti &lt;R&gt;!')],
    ),
    "a mention isn't found inside another word": (
        parcel(DESK, "notice", text="Aniaya: Ani", mentions=(Mention(id="11", name="Ani"),)),
        [text(-100200, 'Aniaya: <a href="tg://user?id=11">Ani</a>')],
    ),
    "a mention whose id is no account of Telegram's": (
        parcel(DESK, "notice", text="Giliran Siti", mentions=(Mention(id='1"', name="Siti"),)),
        [text(-100200, "Giliran Siti")],
    ),
    "buttons": (parcel(text="Benar?", choices=((YES, CHANGE),)), [text(5, "Benar?", reply_markup=BUTTONS)]),
    "a button that opens a link": (
        parcel(text="Lihat", choices=((Choice(label="Buka", url="https://a.example/"),),)),
        [text(5, "Lihat", reply_markup=inline([{"text": "Buka", "url": "https://a.example/"}]))],
    ),
    "the button that shares a place": (
        parcel(text="Di mana?", request_location=True),
        [text(5, "Di mana?", reply_markup=SHARE)],
    ),
    "no such button in a group": (parcel(DESK, text="Di mana?", request_location=True), [text(-100200, "Di mana?")]),
    "both kinds of buttons": (
        parcel(text="Di mana?", choices=((YES, CHANGE),), request_location=True),
        [
            text(5, "Di mana?", reply_markup=BUTTONS),
            (
                "sendMessage",
                {
                    "chat_id": 5,
                    "text": "Bila Bapak/Ibu sedang berada di tempat kejadian, silakan tekan tombol di bawah.",
                    "reply_markup": SHARE,
                    "disable_notification": True,
                },
            ),
        ],
    ),
    "a reply in a topic, silent and protected": (
        parcel(DESK, "card", reply_to="41", thread="40", text="Kartu", silent=True, protect=True),
        [
            text(
                -100200, "Kartu", message_thread_id=40, disable_notification=True, protect_content=True,
                reply_parameters={"message_id": 41, "allow_sending_without_reply": True},
            )
        ],
    ),
    "General is not named": (parcel(DESK, "card", thread="1", text="Kartu"), [text(-100200, "Kartu")]),
    "a place": (
        parcel(DESK, "card", location=Location(latitude=-7.75, longitude=113.2)),
        [("sendLocation", {"chat_id": -100200, "latitude": -7.75, "longitude": 113.2})],
    ),
    "a named place with words": (
        parcel(DESK, "card", text="Lokasi", location=TITLED, choices=((YES, CHANGE),)),
        [
            ("sendVenue", {"chat_id": -100200, "latitude": -7.75, "longitude": 113.2, "title": "SDN 1", "address": "Jl. Suyoso"}),
            text(-100200, "Lokasi", reply_markup=BUTTONS),
        ],
    ),
    "an edit": (
        parcel(DESK, "edit", target="70", text="Kartu <2>", choices=((YES, CHANGE),)),
        [("editMessageText", {"chat_id": -100200, "message_id": 70, "text": "Kartu &lt;2&gt;", "parse_mode": "HTML", "link_preview_options": PREVIEW, "reply_markup": BUTTONS})],
    ),
    "an edit that takes the buttons": (
        parcel(DESK, "edit", target="70", text="Kartu"),
        [("editMessageText", {"chat_id": -100200, "message_id": 70, "text": "Kartu", "parse_mode": "HTML", "link_preview_options": PREVIEW})],
    ),
    "an edit of the buttons alone": (
        parcel(DESK, "edit", target="70", choices=((YES, CHANGE),)),
        [("editMessageReplyMarkup", {"chat_id": -100200, "message_id": 70, "reply_markup": BUTTONS})],
    ),
    "an edit of a caption": (
        parcel(DESK, "edit", target="70", text="Foto", enclosure=PHOTO),
        [("editMessageCaption", {"chat_id": -100200, "message_id": 70, "caption": "Foto", "parse_mode": "HTML"})],
    ),
    "a deletion": (parcel(DESK, "delete", target="70"), [("deleteMessage", {"chat_id": -100200, "message_id": 70})]),
    "a topic, its name cut at 128": (
        parcel(DESK, "topic", topic="7K3F", text="7K3F\n" + "x" * 200),
        [("createForumTopic", {"chat_id": -100200, "name": "7K3F " + "x" * 122 + "…"})],
    ),
    "the answer to a press, cut at 200": (
        parcel(DESK, "press", press="q1", text="Maaf " + "x" * 300, alert=True),
        [("answerCallbackQuery", {"callback_query_id": "q1", "text": "Maaf " + "x" * 194 + "…", "show_alert": True})],
    ),
    "the silent answer to a press": (parcel(DESK, "press", press="q1"), [("answerCallbackQuery", {"callback_query_id": "q1"})]),
}  # fmt: skip

FILES = {
    "a photo with its caption": (
        parcel(text="KTP & KK", enclosure=PHOTO, content=b"jpeg", mime="image/jpeg", file_name="a.jpg", choices=((YES, CHANGE),), protect=True),
        [("sendPhoto", {"chat_id": 5, "caption": "KTP &amp; KK", "parse_mode": "HTML", "reply_markup": BUTTONS, "protect_content": True}, {"photo": ("a.jpg", b"jpeg")})],
    ),
    "a photo without words": (
        parcel(enclosure=PHOTO, content=b"jpeg", mime="image/jpeg"),
        [("sendPhoto", {"chat_id": 5}, {"photo": ("berkas.jpg", b"jpeg")})],
    ),
    "a photo with more words than a caption holds": (
        parcel(enclosure=PHOTO, content=b"jpeg", mime="image/jpeg", text=LONG, choices=((YES, CHANGE),), reply_to="9"),
        [
            ("sendPhoto", {"chat_id": 5, "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}}, {"photo": ("berkas.jpg", b"jpeg")}),
            (*text(5, LONG, reply_markup=BUTTONS, reply_parameters={"message_id": 9, "allow_sending_without_reply": True}), {}),
        ],
    ),
    "a photo too heavy for one goes as a document": (
        parcel(enclosure=PHOTO, content=b"x" * 10_000_001, mime="image/png", file_name="a.png"),
        [("sendDocument", {"chat_id": 5}, {"document": ("a.png", b"x" * 10_000_001)})],
    ),
    "a document": (
        parcel(kind="answer", text="Terlampir.", enclosure=Enclosure(file="f", shown_as="document", name="Jawaban.pdf"), content=b"%PDF", mime="application/pdf"),
        [("sendDocument", {"chat_id": 5, "caption": "Terlampir.", "parse_mode": "HTML"}, {"document": ("Jawaban.pdf", b"%PDF")})],
    ),
    "a document with a name of several words, and one that would end its header": (
        parcel(enclosure=Enclosure(file="f", shown_as="document"), content=b"%PDF", mime="application/pdf", file_name='Surat jawaban "PGT"\\1\r\nx.pdf'),
        [("sendDocument", {"chat_id": 5}, {"document": ("Surat jawaban 'PGT'-1x.pdf", b"%PDF")})],
    ),
    "a voice note": (
        parcel(DESK, "card", enclosure=Enclosure(file="f", shown_as="voice"), content=b"OggS", mime="audio/ogg", file_name="s.ogg"),
        [("sendVoice", {"chat_id": -100200}, {"voice": ("s.ogg", b"OggS")})],
    ),
    "a sound that no voice note can be": (
        parcel(DESK, "card", enclosure=Enclosure(file="f", shown_as="voice"), content=b"amr", mime="audio/amr", file_name="s.amr"),
        [("sendDocument", {"chat_id": -100200}, {"document": ("s.amr", b"amr")})],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTGOING)
async def test_a_message_becomes_requests(case, telegram, server):
    message, expected = OUTGOING[case]
    await telegram.send(message, "key")
    assert [(request.method, request.fields) for request in server.requests] == expected


@pytest.mark.parametrize("case", FILES)
async def test_a_file_goes_as_bytes(case, telegram, server):
    message, expected = FILES[case]
    await telegram.send(message, "key")
    assert [(request.method, request.fields, request.files) for request in server.requests] == expected


async def test_the_token_stands_in_the_path_below_the_root(telegram, server):
    await telegram.send(parcel(text="x"), "key")
    assert server.last.path == f"/bot{stub.TOKEN}/sendMessage"


FRAME = {
    "a message's number": (parcel(text="x"), [ok()], Sent(id="77")),
    "an edit keeps its number": (parcel(kind="edit", target="77", text="x"), [ok()], Sent(id="77")),
    "a deletion": (parcel(kind="delete", target="70"), [ok(True)], Sent(id="70")),
    "a topic's thread": (
        parcel(DESK, "topic", text="7K3F"),
        [ok({"message_thread_id": 40, "name": "7K3F", "icon_color": 1})],
        Sent(id="40", thread="40"),
    ),
    "the number of the words, not of the photo before them": (
        parcel(enclosure=PHOTO, content=b"x", text=LONG),
        [ok(MESSAGE | {"message_id": 1}), ok(MESSAGE | {"message_id": 2})],
        Sent(id="2"),
    ),
    "the number of the question, not of the hint after it": (
        parcel(text="Di mana?", choices=((YES,),), request_location=True),
        [ok(MESSAGE | {"message_id": 1}), ok(MESSAGE | {"message_id": 2})],
        Sent(id="1"),
    ),
    "a hint that fails fails nothing": (
        parcel(text="Di mana?", choices=((YES,),), request_location=True),
        [ok(MESSAGE | {"message_id": 1}), no(429, "Too Many Requests", retry_after=3)],
        Sent(id="1"),
    ),
    "unchanged is as wanted": (
        parcel(kind="edit", target="70", text="x"),
        [no(400, "Bad Request: message is not modified: specified new message content ...")],
        Sent(id="70"),
    ),
    "gone is as wanted": (
        parcel(kind="delete", target="70"),
        [no(400, "Bad Request: message to delete not found")],
        Sent(id="70"),
    ),
    "a caption is edited where there is no text": (
        parcel(kind="edit", target="70", text="x"),
        [no(400, "Bad Request: there is no text in the message to edit"), ok(MESSAGE | {"message_id": 70})],
        Sent(id="70"),
    ),
    "a picture that no photo can be goes as a document": (
        parcel(enclosure=PHOTO, content=b"x"),
        [no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), ok()],
        Sent(id="77"),
    ),
    "taken, with an odd result": (parcel(text="x"), [ok({"hologram": 1})], Sent()),
    "taken, with a result that is true": (parcel(text="x"), [ok(True)], Sent()),
    "taken, with no result": (parcel(text="x"), [Reply(body=b'{"ok":true}')], Sent()),
    "taken, with parts nobody knows": (
        parcel(text="x"),
        [ok(MESSAGE | {"entities": "hologram", "forward_origin": {"type": "new"}, "beam": 1})],
        Sent(id="77"),
    ),
    "taken, by a server of few words": (parcel(text="x"), [ok({"message_id": 77})], Sent(id="77")),
    "a topic, by a server of few words": (
        parcel(DESK, "topic", text="7K3F"),
        [ok({"message_thread_id": 40})],
        Sent(id="40", thread="40"),
    ),
    "a topic, with an odd result": (parcel(DESK, "topic", text="7K3F"), [ok([])], Sent()),
}


@pytest.mark.parametrize("case", FRAME)
async def test_an_acceptance_gives_the_number(case, telegram, server):
    message, replies, expected = FRAME[case]
    server.replies = list(replies)
    assert await telegram.send(message, "key") == expected
    assert not server.replies


HTML_502 = Reply(502, b"<html><h1>502 Bad Gateway</h1></html>", ("content-type: text/html",))
FACTS = {
    "told to wait": (no(429, "Too Many Requests: retry after 7", retry_after=7), "busy"),
    "told to wait by the header": (Reply(429, b'{"ok":false,"error_code":429}', ("retry-after: 9",)), "busy"),
    "told to wait, not how long": (no(429, "Too Many Requests"), "busy"),
    "told to wait by a proxy": (Reply(429, b"slow down"), "busy"),
    "blocked": (no(403, "Forbidden: bot was blocked by the user"), "gone"),
    "put out of the group": (no(403, "Forbidden: bot was kicked from the supergroup chat"), "gone"),
    "an account that ended": (no(400, "Bad Request: user is deactivated"), "gone"),
    "no such chat": (no(400, "Bad Request: chat not found"), "gone"),
    "the group moved": (no(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100300), "moved"),
    "a wrong token": (no(401, "Unauthorized"), "misconfigured"),
    "a token of the wrong form": (no(404, "Not Found"), "misconfigured"),
    "another address altogether": (Reply(404, b"<html>nginx</html>"), "misconfigured"),
    "a redirect": (Reply(302, b"", ("location: http://127.0.0.1:1/",)), "misconfigured"),
    "a proxy's prohibition": (Reply(403, b"<html>Blocked by policy</html>"), "misconfigured"),
    "too long": (no(400, "Bad Request: message is too long"), "refused"),
    "a late answer to a press": (no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"), "refused"),
    "no such topic": (no(400, "Bad Request: message thread not found"), "lost_topic"),
    "the topic was deleted": (no(400, "Bad Request: TOPIC_DELETED"), "lost_topic"),
    "the topic was closed": (no(400, "Bad Request: TOPIC_CLOSED"), "closed_topic"),
    "its message was deleted": (no(400, "Bad Request: message to edit not found"), "vanished"),
    "silenced in the group": (no(400, "Bad Request: not enough rights to send text messages to the chat"), "barred"),
    "silenced in the group, in old words": (no(400, "Bad Request: have no rights to send a message"), "barred"),
    "nobody may write in the group": (no(403, "Forbidden: CHAT_WRITE_FORBIDDEN"), "barred"),
    "too large": (Reply(413, b"<html>413 Request Entity Too Large</html>"), "refused"),
    "a conflict": (no(409, "Conflict: can't use getUpdates method while webhook is active"), "misconfigured"),
    "an inner error": (no(500, "Internal Server Error"), "uncertain"),
    "a gateway's error": (HTML_502, "uncertain"),
    "a 200 that is no JSON": (Reply(200, b"<html>welcome</html>"), "uncertain"),
    "a 200 that is half": (Reply(200, b'{"ok":true,"result":{"message_id":7', fault="half"), "uncertain"),
    "a 200 that is empty": (Reply(200, b""), "uncertain"),
    "a 200 that refuses": (Reply(200, b'{"ok":false,"error_code":403,"description":"Forbidden"}'), "gone"),
    "closed without an answer": (Reply(fault="close"), "uncertain"),
    "reset without an answer": (Reply(fault="reset"), "uncertain"),
}  # fmt: skip


@pytest.mark.parametrize("case", FACTS)
async def test_a_refusal_is_a_fact(case, telegram, server):
    reply, fact = FACTS[case]
    server.replies = [reply]
    with pytest.raises(SendError) as caught:
        await telegram.send(parcel(text="rahasia warga"), "key")
    assert caught.value.fact == fact
    assert len(server.requests) == 1
    told = "".join(traceback.format_exception(caught.value))
    assert stub.TOKEN not in told
    assert "rahasia warga" not in str(caught.value)


async def test_how_long_to_wait_is_told(telegram, server):
    server.replies = [
        FACTS["told to wait"][0],
        FACTS["told to wait by the header"][0],
        FACTS["told to wait, not how long"][0],
    ]
    waits = []
    for _ in range(3):
        with pytest.raises(SendError) as caught:
            await telegram.send(parcel(text="x"), "key")
        waits.append(caught.value.retry_after_s)
    assert waits == [7.0, 9.0, 5.0]


async def test_where_the_group_went_is_told(telegram, server):
    server.replies = [FACTS["the group moved"][0]]
    with pytest.raises(SendError) as caught:
        await telegram.send(parcel(DESK, text="x"), "key")
    assert caught.value.moved_to == "-100300"


async def test_a_refused_connection_surely_sent_nothing(http):
    away = Telegram("kanigaran", stub.TOKEN, http=http, api_url=f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(SendError) as caught:
        await away.send(parcel(text="x"), "key")
    assert caught.value.fact == "down"


async def test_a_name_that_does_not_exist_surely_got_nothing(http):
    away = Telegram("kanigaran", stub.TOKEN, http=http, api_url="https://api.telegram.invalid")
    with pytest.raises(SendError) as caught:
        await away.send(parcel(text="x"), "key")
    assert caught.value.fact == "down"


async def test_plain_talk_where_tls_is_expected_surely_sent_nothing(http, server):
    away = Telegram("kanigaran", stub.TOKEN, http=http, api_url=server.url.replace("http:", "https:"))
    with pytest.raises(SendError) as caught:
        await away.send(parcel(text="x"), "key")
    assert caught.value.fact == "down"
    assert not server.requests


async def test_silence_after_the_request_is_uncertain(server, monkeypatch):
    monkeypatch.setattr("channels.telegram.library.TIMEOUT_S", 0.2)
    server.replies = [Reply(fault="hang")]
    async with Http(connect_timeout_s=0.1) as http:
        channel = Telegram("kanigaran", stub.TOKEN, http=http, api_url=server.url)
        with pytest.raises(SendError) as caught:
            await channel.send(parcel(text="x"), "key")
    assert caught.value.fact == "uncertain"
    assert len(server.requests) == 1


async def test_no_free_connection_surely_sent_nothing(server):
    import asyncio

    server.replies = [Reply(fault="hang")]
    async with Http(connections=1, connect_timeout_s=0.2) as http:
        channel = Telegram("kanigaran", stub.TOKEN, http=http, api_url=server.url)
        first = asyncio.ensure_future(channel.send(parcel(text="x"), "one"))
        while not server.requests:
            await asyncio.wait([first], timeout=0.01)
        with pytest.raises(SendError) as caught:
            await channel.send(parcel(text="x"), "two")
        assert caught.value.fact == "down"
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


UNSAYABLE = {
    "no words": parcel(text=" \n"),
    "no file": parcel(enclosure=PHOTO, text="x"),
    "a button that carries too much": parcel(text="x", choices=((Choice(label="Ya", data="c:" + "é" * 32),),)),
    "a chat of another channel": parcel(Address("kanigaran", "telegram", "whatsapp:+62"), text="x"),
    "a reply to what has no number": parcel(text="x", reply_to="key:card"),
    "an edit of nothing": parcel(kind="edit", text="x"),
}


@pytest.mark.parametrize("case", UNSAYABLE)
async def test_what_cannot_be_said_is_refused_before_it_leaves(case, telegram, server):
    with pytest.raises(SendError) as caught:
        await telegram.send(UNSAYABLE[case], "key")
    assert caught.value.fact == "refused"
    assert not server.requests


async def test_a_mistake_of_ours_is_not_taken_for_a_sent_message(telegram, monkeypatch):
    """Trouble before the request left must never pass for an acceptance, not even right after one."""
    await telegram.send(parcel(text="x"), "key")
    monkeypatch.setattr("telegram.Bot.send_message", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await telegram.send(parcel(text="x"), "key")
