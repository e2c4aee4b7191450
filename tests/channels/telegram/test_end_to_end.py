"""The channel against the strict stand-in: what people do there arrives as values, what we send stands there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket

import pytest
from aiohttp import web

from channels.base import Call, FetchError, Forged, Parcel
from channels.http import Http
from channels.sandbox.telegram import AlbumItem, Fault, FloodLimits, forward_origin, serve
from channels.telegram import Telegram
from tests.channels.sandbox.telegram.scene import TOKEN, picture, scene, until
from tests.channels.telegram.conftest import SECRET
from workflow.message import (
    Address,
    Choice,
    Enclosure,
    Left,
    Location,
    Mention,
    Message,
    Moved,
    Outbound,
    Presence,
    Press,
    SendError,
    Standing,
    TopicMade,
)

YES = ((Choice(label="Ya", data="c:ya"), Choice(label="Ubah", data="c:ubah")),)


class Office:
    """The scene, the channel over it, and what the channel has heard."""

    def __init__(self, stage, server, http):
        self.stage, self.server, self.people = stage, server, stage.people
        self.channel = Telegram(
            "contoh", TOKEN, http=http, desk=str(stage.forum.id), secrets=(SECRET,), api_url=server.url, poll_s=0
        )
        self.cursor = ""

    async def hear(self):
        payloads, self.cursor = await self.channel.poll(self.cursor)
        for payload in payloads:
            assert self.channel.envelope(payload).lane == self.channel.read(payload).chat.lane
        return [self.channel.read(payload) for payload in payloads]

    async def say(self, chat, kind="question", target="", reply_to="", thread="", content=b"", **fields):
        to = Address("contoh", "telegram", str(chat.id))
        parcel = Parcel(Outbound(to=to, kind=kind, **fields), target, reply_to, thread, content)
        return await self.channel.send(parcel, "key")

    def standing(self, chat, number):
        return self.stage.world.find_message(chat.key, int(number))

    def shown(self, chat, number):
        return self.stage.world.render(self.standing(chat, number), self.stage.bot)


@contextlib.asynccontextmanager
async def open_office(**staging):
    stage = scene(**staging)
    async with serve(stage.world, stage.clock) as server, Http(connect_timeout_s=2.0) as http:
        yield Office(stage, server, http)


@pytest.fixture
async def office():
    async with open_office() as opened:
        yield opened


async def test_set_up_finds_everything_in_order(office):
    report = await office.channel.set_up()
    assert not report.problems
    assert (report.username, report.desk, report.topics) == ("contoh_bot", "Meja bertopik", True)
    assert {scope for scope, _ in office.stage.bot.commands} != set()


async def test_a_citizen_is_heard(office):
    people, sari, chat = office.people, office.stage.sari, office.stage.private
    people.say(sari, chat, "jalan rusak 😀")
    people.send_photo(sari, chat, picture(), "depan SD")
    people.send_album(sari, chat, [AlbumItem(picture(), "KTP dan KK"), AlbumItem(picture(800, 600))])
    people.send_document(sari, chat, b"%PDF", "KK.pdf", "application/pdf")
    people.send_voice(sari, chat, b"OggS", 4)
    people.send_location(sari, chat, -7.75, 113.2)
    people.send_venue(sari, chat, -7.75, 113.2, "SDN 1", "Jl. Suyoso")
    people.send_poll(sari, chat, "?", ["a", "b"])
    people.send_unknown(sari, chat, "hologram", {"beam": 1})
    origin = forward_origin("hidden_user", office.stage.clock.now(), name="Bu Ani")
    people.say(sari, chat, "titipan", forward=origin)
    heard = await office.hear()
    assert all(isinstance(each, Message) and each.private and each.sender.name == "Sari Contoh" for each in heard)
    kinds = [[each.kind for each in message.attachments] for message in heard]
    assert kinds == [[], ["photo"], ["photo"], ["photo"], ["document"], ["voice"], [], [], [], [], []]
    assert [heard[0].text, heard[1].text, heard[2].text] == ["jalan rusak 😀", "depan SD", "KTP dan KK"]
    assert heard[2].album == heard[3].album != ""
    assert heard[6].location == Location(latitude=-7.75, longitude=113.2)
    assert heard[7].location.title == "SDN 1"
    assert heard[8].unsupported == "poll"
    assert heard[9].unsupported == "hologram"
    assert heard[10].forwarded == "Bu Ani"


async def test_edits_moves_contacts_and_blocks_are_heard(office):
    people, sari, chat = office.people, office.stage.sari, office.stage.private
    said = people.say(sari, chat, "RT 2")
    people.edit(said, "RT 3")
    live = people.send_live_location(sari, chat, -7.75, 113.2, 900)
    people.move(live, -7.76, 113.21)
    people.send_contact(sari, chat, "+62811", sari)
    people.send_contact(sari, chat, "+62822", name="Budi")
    people.block(sari, office.stage.bot)
    first, edited, begun, moved, own, other, gone = await office.hear()
    assert (first.text, edited.text, edited.edited, edited.id) == ("RT 2", "RT 3", True, first.id)
    assert begun.location.live
    assert (moved.location.latitude, moved.edited, moved.id) == (-7.76, True, begun.id)
    assert (own.contact.own, other.contact.own) == (True, False)
    assert gone == Presence(chat=first.chat, sender=first.sender, at=gone.at, blocked=True)
    with pytest.raises(SendError) as caught:
        await office.say(chat, text="x")
    assert caught.value.fact == "gone"


async def test_a_link_brings_its_payload(office):
    office.people.start(office.stage.sari, office.stage.bot, "kanigaran-1")
    (heard,) = await office.hear()
    assert (heard.text, heard.start) == ("/start", "kanigaran-1")


async def test_what_we_say_stands_there(office):
    chat = office.stage.private
    sent = await office.say(
        chat, text="<b>RT_03</b> & Siti", choices=YES, mentions=(Mention(id=str(office.stage.sari.id), name="Siti"),)
    )
    shown = office.shown(chat, sent.id)
    assert shown["text"] == "<b>RT_03</b> & Siti"
    assert [each["user"]["id"] for each in shown["entities"] if each["type"] == "text_mention"] == [
        office.stage.sari.id
    ]
    assert shown["reply_markup"]["inline_keyboard"][0][1] == {"text": "Ubah", "callback_data": "c:ubah"}
    edited = await office.say(chat, "edit", target=sent.id, text="Sudah", choices=())
    assert edited.id == sent.id
    assert "reply_markup" not in office.shown(chat, sent.id)
    assert (await office.say(chat, "edit", target=sent.id, text="Sudah")).id == sent.id  # unchanged is no error
    await office.say(chat, "delete", target=sent.id)
    assert office.standing(chat, sent.id) is None
    assert (await office.say(chat, "delete", target=sent.id)).id == sent.id


async def test_files_and_places_stand_there(office):
    chat = office.stage.private
    photo = await office.say(chat, text="KTP", enclosure=Enclosure(file="f"), content=picture(), protect=True)
    assert office.shown(chat, photo.id)["caption"] == "KTP"
    assert office.shown(chat, photo.id)["has_protected_content"] is True
    letter = Enclosure(file="f", shown_as="document", name="Surat jawaban PGT-2026-0001 – é.pdf")
    document = await office.say(chat, "answer", text="a" * 1025, enclosure=letter, content=b"%PDF-1.7")
    assert office.shown(chat, document.id)["text"] == "a" * 1025
    before = office.shown(chat, int(document.id) - 1)
    assert before["document"]["file_name"] == "Surat jawaban PGT-2026-0001 – é.pdf"
    voice = await office.say(chat, enclosure=Enclosure(file="f", shown_as="voice"), content=b"OggS")
    assert "voice" in office.shown(chat, voice.id)
    place = await office.say(chat, location=Location(latitude=-7.75, longitude=113.2, title="SDN 1", address="Jl."))
    assert office.shown(chat, place.id)["venue"]["title"] == "SDN 1"


async def test_a_press_is_heard_and_answered(office):
    chat, sari = office.stage.private, office.stage.sari
    sent = await office.say(chat, text="Benar?", choices=YES)
    office.people.press(sari, office.standing(chat, sent.id), "Ya")
    (pressed,) = await office.hear()
    assert isinstance(pressed, Press)
    assert (pressed.data, pressed.message_id, pressed.sender.id) == ("c:ya", sent.id, str(sari.id))
    await office.say(chat, "press", press=pressed.id, text="Maaf", alert=True)
    office.stage.clock.advance(200)
    with pytest.raises(SendError) as caught:
        await office.say(chat, "press", press=pressed.id)
    assert caught.value.fact == "refused"


async def test_in_a_topic_only_real_replies_are_replies(office):
    forum, rahma = office.stage.forum, office.stage.rahma
    topic = await office.say(forum, "topic", topic="7K3F", text="7K3F Sari")
    assert topic.thread
    card = await office.say(forum, "card", thread=topic.thread, text="Kartu", choices=YES)
    made = [each for each in await office.hear() if isinstance(each, TopicMade)]
    assert [(each.thread, each.name, each.ours) for each in made] == [(topic.thread, "7K3F Sari", True)]
    standing = office.standing(forum, card.id)
    thread = int(topic.thread)
    office.people.say(rahma, forum, "siap", thread=thread)
    office.people.say(rahma, forum, "sudah dicek", reply_to=standing)
    office.people.say(rahma, forum, "pagi semua")
    office.people.press(rahma, standing, "Ya")
    chatter, reply, general, pressed = await office.hear()
    assert (chatter.thread, chatter.reply_to) == (topic.thread, "")
    assert (reply.thread, reply.reply_to) == (topic.thread, card.id)
    assert (general.thread, general.reply_to) == ("", "")
    assert (pressed.thread, pressed.private) == (topic.thread, False)
    assert (await office.say(forum, "card", thread="1", text="Di General")).id
    with pytest.raises(SendError) as caught:
        await office.say(forum, "card", thread="999", text="x")
    assert caught.value.fact == "lost_topic"


async def test_an_anonymous_admin_is_known_as_nobody(office):
    desk, rahma = office.stage.desk, office.stage.rahma
    office.people.join(rahma, desk, status="administrator", anonymous=True)
    office.people.say(rahma, desk, "ok")
    heard = [each for each in await office.hear() if isinstance(each, Message)]
    assert [(each.sender.anonymous, each.sender.name) for each in heard] == [(True, "Meja")]


async def test_the_group_moves(office):
    basic = office.stage.world.add_group("Lama", members=[office.stage.rahma], bots=[office.stage.bot], basic=True)
    await office.hear()
    new = office.people.upgrade(office.stage.rahma, basic)
    told = await office.hear()
    moves = [each for each in told if isinstance(each, Moved)]
    assert {(each.former, each.to) for each in moves} == {(str(basic.id), str(new.id))}
    assert {each.chat.chat for each in moves} == {str(basic.id), str(new.id)}, "told in both"
    with pytest.raises(SendError) as caught:
        await office.say(basic, text="x")
    assert (caught.value.fact, caught.value.moved_to) == ("moved", str(new.id))


async def test_a_file_is_downloaded(office):
    office.people.send_document(office.stage.sari, office.stage.private, b"x" * 200_000, "a.bin")
    (heard,) = await office.hear()
    pieces = [piece async for piece in office.channel.download(heard.attachments[0].ref, 200_000)]
    assert b"".join(pieces) == b"x" * 200_000
    with pytest.raises(FetchError, match="too_big"):
        _ = [piece async for piece in office.channel.download(heard.attachments[0].ref, 199_999)]


async def test_a_file_over_20_mb_is_too_big(office):
    office.people.send_document(office.stage.sari, office.stage.private, b"x", "a.bin", size_bytes=20_971_521)
    (heard,) = await office.hear()
    with pytest.raises(FetchError, match="too_big"):
        _ = [piece async for piece in office.channel.download(heard.attachments[0].ref, 10**9)]


FAULTS = {
    ("refuse", "before"): "uncertain",
    ("reset", "before"): "uncertain",
    ("reset", "after"): "uncertain",
    ("502", "after"): "uncertain",
    ("500", "before"): "uncertain",
    ("garbled", "after"): "uncertain",
    ("413", "before"): "refused",
    ("429", "before"): "busy",
    ("odd", "after"): None,
}


@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
async def test_every_fault_is_told_as_it_is(office, fault):
    kind, when = fault
    office.stage.world.faults.add(Fault(kind, method="sendMessage", when=when))
    if FAULTS[fault] is None:
        assert (await office.say(office.stage.private, text="x")).id == ""
        return
    with pytest.raises(SendError) as caught:
        await office.say(office.stage.private, text="x")
    assert caught.value.fact == FAULTS[fault]
    assert (await office.say(office.stage.private, text="y")).id


async def test_a_server_that_is_away_got_nothing(office):
    async with office.server.offline():
        with pytest.raises(SendError) as caught:
            await office.say(office.stage.private, text="x")
        assert caught.value.fact == "down"
        with pytest.raises(SendError) as caught:
            await office.channel.poll("")
        assert caught.value.fact == "down"
    assert (await office.say(office.stage.private, text="x")).id


async def test_flood_control_says_how_long_to_wait():
    async with open_office(flood=FloodLimits()) as office:
        said = [office.say(office.stage.private, text="x") for _ in range(40)]
        with pytest.raises(SendError) as caught:
            await asyncio.gather(*said)
    assert caught.value.fact == "busy"
    assert caught.value.retry_after_s > 0


@contextlib.asynccontextmanager
async def receiver(channel):
    """A webhook as the web role has it: verify, name, keep, 200."""
    kept, refused = [], []

    async def receive(request):
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            channel.accept(Call("telegram/kanigaran", headers, body))
        except Forged:
            refused.append(body)
            return web.Response(status=403)
        kept.append((channel.envelope(body), channel.read(body)))
        return web.Response()

    app = web.Application()
    app.router.add_post("/telegram/contoh", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    await web.SockSite(runner, sock).start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/telegram/contoh", kept, refused
    finally:
        await runner.cleanup()


async def test_by_webhook_with_the_secret(office):
    async with receiver(office.channel) as (url, kept, refused):
        office.channel.hook = url
        report = await office.channel.set_up()
        assert report.ready
        office.people.say(office.stage.sari, office.stage.private, "jalan rusak")
        office.people.say(office.stage.rahma, office.stage.desk, "/tugas@contoh_bot")
        await until(lambda: len(kept) == 2)
        assert {value.text for _, value in kept} == {"jalan rusak", "/tugas"}
        assert len({envelope.key for envelope, _ in kept}) == 2
        assert not refused
        with pytest.raises(SendError) as caught:
            await office.channel.poll("")
        assert caught.value.fact == "misconfigured"
        office.channel.hook = ""
        await office.channel.set_up()  # back to polling
        assert await office.hear() == []


async def test_by_webhook_with_another_secret_nothing_is_taken(office):
    async with receiver(office.channel) as (url, kept, refused):
        office.stage.ask("setWebhook", url=url, secret_token="salah")
        office.people.say(office.stage.sari, office.stage.private, "jalan rusak")
        await until(lambda: refused)
        assert not kept


async def test_a_poll_waits_for_news(office):
    waiting = Telegram("contoh", TOKEN, http=office.channel._http, api_url=office.server.url)
    asked = asyncio.ensure_future(waiting.poll(""))
    await until(lambda: office.stage.bot.poll_number)
    office.people.say(office.stage.sari, office.stage.private, "halo")
    payloads, cursor = await asked
    assert [waiting.read(each).text for each in payloads] == ["halo"]
    assert cursor == str(json.loads(payloads[0])["update_id"] + 1)


async def test_a_closed_topic_is_opened_again_where_the_bot_may_and_else_said_to_be_closed(office):
    forum, rahma, bot = office.stage.forum, office.stage.rahma, office.stage.bot
    made = await office.say(forum, "topic", topic="7K3F", text="7K3F Sari")
    others = office.people.open_topic(rahma, forum, "Ngobrol")
    office.people.set_bot_rights(rahma, forum, bot, frozenset())
    for topic in (forum.topics[int(made.thread)], others):
        office.people.close_topic(rahma, forum, topic)
    assert (await office.say(forum, "card", thread=made.thread, text="Kartu")).id
    assert not forum.topics[int(made.thread)].closed, "its maker may open it"
    with pytest.raises(SendError) as caught:
        await office.say(forum, "card", thread=str(others.id), text="Kartu")
    assert caught.value.fact == "closed_topic"


async def test_a_group_whose_topics_were_switched_off_is_known_by_the_next_one_that_is_wanted(office):
    forum, rahma = office.stage.forum, office.stage.rahma
    await office.channel.set_up()
    assert office.channel.topics is True
    office.people.set_topics(rahma, forum, on=False)
    with pytest.raises(SendError):
        await office.say(forum, "topic", topic="7K3F", text="7K3F Sari")
    assert office.channel.topics is False
    office.people.set_topics(rahma, forum, on=True)
    await office.channel.describe()
    assert office.channel.topics is True


async def test_a_bot_put_out_silenced_and_let_in_again_hears_of_it_and_says_so_itself(office):
    forum, rahma, bot = office.stage.forum, office.stage.rahma, office.stage.bot
    await office.channel.set_up()
    await office.hear()
    for lose, fact, words in (
        (office.people.silence_bot, "barred", "may not write"),
        (office.people.remove_bot, "gone", "bot was kicked"),
    ):
        lose(rahma, forum, bot)
        assert [each.welcome for each in await office.hear() if isinstance(each, Standing)] == [False]
        with pytest.raises(SendError) as caught:
            await office.say(forum, "card", text="Kartu")
        assert caught.value.fact == fact
        report = await office.channel.describe()
        assert [words in problem.what for problem in report.problems if problem.desk] == [True]
    office.people.add_bot(rahma, forum, bot, admin=True)
    assert [each.welcome for each in await office.hear() if isinstance(each, Standing)] == [True]
    assert (await office.say(forum, "card", text="Kartu")).id


async def test_who_leaves_is_told_of_in_both_ways_and_an_answer_to_the_former_group_names_it(office):
    forum, rahma, stage = office.stage.forum, office.stage.rahma, office.stage
    await office.hear()  # the first asking names the kinds of updates
    office.people.leave(rahma, forum)
    assert [each.person.id for each in await office.hear() if isinstance(each, Left)] == [str(rahma.id)] * 2
    basic = stage.world.add_group("Lama", members=[rahma], bots=[stage.bot], basic=True)
    card = await office.say(basic, "card", text="Kartu")
    old = office.standing(basic, card.id)
    new = office.people.upgrade(rahma, basic)
    await office.hear()
    office.people.reply_to_former(rahma, new, old, "Sudah dicek")
    (said,) = await office.hear()
    assert (said.chat.chat, said.reply_to, said.quotes) == (str(new.id), "", (str(basic.id), card.id))
