"""One suite of scenes through two independent clients; where they disagree, the stand-in is wrong.

This is the only file that imports aiogram: its import takes seconds, and each test process should pay it once at most.
"""

from __future__ import annotations

import asyncio
import json

import pytest

from channels.sandbox.telegram import AlbumItem, Fault, FloodLimits, Upload, call, forward_origin, serve
from tests.channels.sandbox.telegram.drivers import AiogramDriver, PtbDriver, Refused
from tests.channels.sandbox.telegram.receiver import Receiver
from tests.channels.sandbox.telegram.scene import TOKEN, picture, scene, until

# python-telegram-bot warns of a change to come whenever it meets a 429.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")

CARD = [[("Terima", "terima:KNG1:3")], [("Tolak", "tolak:KNG1:3")]]


@pytest.fixture
def office():
    return scene()


@pytest.fixture
async def server(office):
    async with serve(office.world, office.clock) as running:
        yield running
    validate_results(office.world)


@pytest.fixture(params=[PtbDriver, AiogramDriver], ids=lambda driver: driver.name)
async def client(request, server):
    driver = request.param(server.url, TOKEN)
    yield driver
    await driver.close()


def validate_results(world):
    """Every result the stand-in gave must be what the method returns, to aiogram's strict eye."""
    from aiogram import methods
    from pydantic import TypeAdapter

    for made in world.calls:
        if made.error is None and not made.fault and made.method != "download":
            TypeAdapter(getattr(methods, made.method[0].upper() + made.method[1:]).__returning__).validate_python(
                made.result
            )


async def refusal(coroutine) -> Refused:
    with pytest.raises(Refused) as caught:
        await coroutine
    return caught.value


# The ways of a bot


async def test_a_bot_knows_itself(client):
    assert await client.me() == "contoh_bot"


async def test_a_card_is_sent_pressed_answered_and_edited(client, office):
    card = await client.text(office.desk.id, "<b>KNG-2026-0001</b> jalan rusak", html=True, buttons=CARD)
    assert office.desk.messages[card].content["text"] == "KNG-2026-0001 jalan rusak"
    office.people.press(office.rahma, office.desk.messages[card], "Terima")
    (press,) = await client.updates()
    assert (press.kind, press.data, press.sender, press.message) == (
        "callback_query",
        "terima:KNG1:3",
        office.rahma.id,
        card,
    )
    await client.answer(press.query, "Diterima", alert=True)
    shown = office.world.feed.after()[-1]
    assert (shown.kind, shown.data["user_id"], shown.data["text"]) == ("alert", office.rahma.id, "Diterima")
    await client.edit(office.desk.id, card, "KNG-2026-0001 diterima")
    assert office.desk.messages[card].markup is None
    again = await refusal(client.edit(office.desk.id, card, "KNG-2026-0001 diterima"))
    assert again.kind == "bad request"
    assert "message is not modified" in again.words


async def test_buttons_change_alone_and_go(client, office):
    card = await client.text(office.desk.id, "kartu", buttons=CARD)
    await client.edit_buttons(office.desk.id, card, [[("Setujui", "setuju")]])
    assert office.desk.messages[card].markup == {"inline_keyboard": [[{"text": "Setujui", "callback_data": "setuju"}]]}
    await client.edit_buttons(office.desk.id, card, None)
    assert office.desk.messages[card].markup is None


async def test_a_topic_is_opened_written_in_and_closed(client, office):
    thread = await client.topic(office.forum.id, "KNG-2026-0001 jalan rusak")
    card = await client.text(office.forum.id, "kartu", thread=thread, buttons=CARD)
    office.people.say(office.rahma, office.forum, "obrolan biasa", thread=thread)
    office.people.say(office.rahma, office.forum, "saya cek", reply_to=office.forum.messages[card])
    echo, chatter, reply = await client.updates()
    assert (echo.sender, echo.thread, echo.in_topic) == (office.bot.id, thread, True)
    assert (chatter.reply_to, chatter.thread) == (thread, thread)
    assert (reply.reply_to, reply.thread) == (card, thread)
    await client.close_topic(office.forum.id, thread)
    assert office.forum.topics[thread].closed


async def test_an_album_arrives_as_messages_of_one_group(client, office):
    sent = await client.album(office.sari.id, [picture(), picture(300, 200)])
    assert len({group for _, group in sent}) == 1
    assert [office.private.messages[number].album for number, _ in sent] == [sent[0][1]] * 2


async def test_a_citizens_photo_is_fetched(client, office):
    office.people.send_photo(office.sari, office.private, picture(exif=True), "KTP CONTOH")
    (photo,) = await client.updates()
    data = await client.download(photo.largest_photo)
    assert data.startswith(b"\xff\xd8")
    assert b"Exif" not in data


async def test_files_go_up_as_they_are(client, office):
    number = await client.document(office.sari.id, b"%PDF-1.7 CONTOH \r\n--x\r\n", "jawaban.pdf")
    shown = office.private.messages[number].content["document"]
    assert (shown["file_name"], shown["$file"].content) == ("jawaban.pdf", b"%PDF-1.7 CONTOH \r\n--x\r\n")
    photo = await client.photo(office.sari.id, picture(), "lokasi")
    assert office.private.messages[photo].content["caption"] == "lokasi"


async def test_a_reply_to_a_deleted_message_goes_only_if_allowed(client, office):
    said = office.people.say(office.sari, office.private, "halo")
    await client.delete(office.sari.id, said.id)
    strict = await refusal(client.text(office.sari.id, "ya?", reply_to=said.id))
    assert (strict.kind, "message to be replied not found" in strict.words) == ("bad request", True)
    number = await client.text(office.sari.id, "ya?", reply_to=said.id, lenient=True)
    assert office.private.messages[number].reply_to is None


# Receiving


async def test_updates_are_confirmed_by_the_next_offset(client, office):
    for words in ("satu", "dua", "tiga"):
        office.people.say(office.sari, office.private, words)
    first = await client.updates()
    assert [told.text for told in first] == ["satu", "dua", "tiga"]
    assert [told.id for told in first] == [first[0].id + number for number in range(3)]
    assert [told.text for told in await client.updates(first[1].id + 1)] == ["tiga"]
    assert await client.updates(first[2].id + 1) == []


async def test_a_long_poll_ends_with_the_first_message(client, office):
    waiting = asyncio.ensure_future(client.updates(timeout_s=50))
    await until(lambda: office.clock.waiters == 2)  # the deliverer and the poll
    office.people.say(office.sari, office.private, "halo")
    assert [told.text for told in await waiting] == ["halo"]


async def test_a_long_poll_ends_empty_when_its_time_is_over(client, office):
    waiting = asyncio.ensure_future(client.updates(timeout_s=30))
    await until(lambda: office.clock.waiters == 2)  # the deliverer and the poll
    office.clock.advance(30)
    assert await waiting == []


async def test_a_second_poller_ends_the_first(client, office):
    first = asyncio.ensure_future(client.updates(timeout_s=50))
    await until(lambda: office.clock.waiters == 2)  # the deliverer and the poll
    assert await client.updates() == []
    assert (await refusal(first)).kind == "conflict"


async def test_a_webhook_brings_messages_with_the_secret(client, office):
    async with Receiver() as receiver:
        await client.webhook(receiver.url, "rahasia-CONTOH_1")
        office.people.say(office.sari, office.private, "halo")
        (hit,) = await receiver.wait_for(1)
        assert (hit.update["message"]["text"], hit.secret) == ("halo", "rahasia-CONTOH_1")
        conflict = await refusal(client.updates())
        assert (conflict.kind, "webhook is active" in conflict.words) == ("conflict", True)
        assert (await client.webhook_info())[0] == receiver.url
        await client.webhook("")
        assert await client.updates() == []


async def test_a_bad_secret_is_refused_when_the_webhook_is_set(client):
    refused = await refusal(client.webhook("https://kantor.example/telegram", "tidak boleh"))
    assert (refused.kind, "unallowed characters" in refused.words) == ("bad request", True)
    far = await refusal(client.webhook("http://kantor.example/telegram"))
    assert "https url must be provided" in far.words


async def test_a_receiver_that_refuses_the_secret_shows_in_the_webhook_info(client, office):
    async with Receiver(secret="yang benar") as receiver:
        await client.webhook(receiver.url, "yang-salah")
        office.people.say(office.sari, office.private, "halo")
        assert [hit.status for hit in await receiver.wait_for(2)] == [403, 403]
        assert (await client.webhook_info())[1] == 1


# Errors (docs/telegram.md 5.1)


async def test_a_group_that_became_a_supergroup_says_where_it_went(client, office):
    old = office.world.add_group("Lama", members=[office.rahma], bots=[office.bot], basic=True)
    card = await client.text(old.id, "kartu", buttons=CARD)
    new = office.people.upgrade(office.rahma, old)
    moved = await refusal(client.text(old.id, "halo"))
    assert (moved.kind, moved.value) == ("migrated", new.id)
    to, _ = await client.updates()
    assert (to.chat, to.migrated) == (old.id, new.id)
    await client.edit(old.id, card, "kartu lama tetap ada")
    assert await client.text(new.id, "kartu")


async def test_flood_control_says_how_long_to_wait(client, office):
    office.world.flood.limits = FloodLimits()
    for number in range(20):
        office.clock.advance(1)
        await client.text(office.desk.id, f"kartu {number}")
    flooded = await refusal(client.edit(office.desk.id, max(office.desk.messages), "edit counts too"))
    assert (flooded.kind, flooded.value) == ("flood", 41)
    office.clock.advance(41)
    await client.text(office.desk.id, "lagi")


async def test_a_block_is_told_and_refuses_what_is_sent(client, office):
    office.people.block(office.sari, office.bot)
    (told,) = await client.updates()
    assert told.kind == "my_chat_member"
    blocked = await refusal(client.text(office.sari.id, "jawaban"))
    assert (blocked.kind, "bot was blocked by the user" in blocked.words) == ("forbidden", True)
    office.people.unblock(office.sari, office.bot)
    assert await client.text(office.sari.id, "jawaban")


@pytest.mark.parametrize(
    ("chat", "text", "kind", "words"),
    [
        ("sari", "x" * 4097, "bad request", "message is too long"),
        ("sari", "   ", "bad request", "text"),
        ("sari", "<b>RT_03", "bad request", "can't parse entities"),
        ("nobody", "halo", "bad request", "chat not found"),
        ("rahma", "halo", "forbidden", "can't initiate conversation"),
    ],
)
async def test_what_telegram_refuses_is_refused_in_its_words(client, office, chat, text, kind, words):
    target = {"sari": office.sari.id, "rahma": office.rahma.id, "nobody": 999}[chat]
    refused = await refusal(client.text(target, text, html=True))
    assert (refused.kind, words in refused.words) == (kind, True), refused


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("refuse"), "reset"),
        (Fault("reset"), "reset"),
        (Fault("502"), "server"),
        (Fault("500"), "server"),
        (Fault("garbled"), "garbled"),
        (Fault("odd"), "garbled"),
        (Fault("429", retry_after_s=7), "flood"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_faults_strike_before_or_after_the_message_was_sent(client, office, fault, kind, when):
    office.world.faults.add(Fault(fault.kind, "sendMessage", when, retry_after_s=fault.retry_after_s))
    before = len(office.private.messages)
    refused = await refusal(client.text(office.sari.id, "halo"))
    assert refused.kind == kind
    assert refused.value == (7 if kind == "flood" else None)
    assert len(office.private.messages) - before == (when == "after")
    assert await client.text(office.sari.id, "halo")


async def test_an_answer_that_never_comes_is_a_timeout(server, office):
    for make in (PtbDriver, AiogramDriver):
        office.world.faults.add(Fault("timeout", "sendMessage", "after"))
        driver = make(server.url, TOKEN, timeout_s=0.05)
        assert (await refusal(driver.text(office.sari.id, "halo"))).kind == "timeout"
        await driver.close()
    assert len(office.private.messages) == 3


async def test_a_port_that_refuses_connections_means_not_sent(client, server, office):
    assert await client.text(office.sari.id, "halo")
    async with server.offline():
        first = await refusal(client.text(office.sari.id, "halo"))
        assert first.kind in {"reset", "not sent"}  # the kept connection may end only as it's used
        assert (await refusal(client.text(office.sari.id, "halo"))).kind == "not sent"
    assert await client.text(office.sari.id, "halo lagi")


async def test_an_unknown_token_is_refused(server):
    for make in (PtbDriver, AiogramDriver):
        stranger = make(server.url, "999:bukan-siapa-siapa")
        assert (await refusal(stranger.text(1, "halo"))).kind == "unauthorized"
        await stranger.close()


# Both read alike


def everything(office):
    """Let people do all they can, and return every update the bot was told."""
    said = everything_in_private(office)
    everything_in_groups(office)
    office.people.react(office.sari, said, "\N{THUMBS UP SIGN}")
    office.people.block(office.sari, office.bot)
    office.people.unblock(office.sari, office.bot)
    return [update.as_json() for update in office.bot.updates]


def everything_in_private(office):
    people, sari, chat = office.people, office.sari, office.private
    people.start(sari, office.bot, "KODE_123")
    said = people.say(sari, chat, "jalan di https://contoh.id rusak, hubungi @sari_contoh atau a@contoh.id #lapor")
    people.edit(said, "jalan depan SD rusak \N{PARTY POPPER} /status")
    people.say(sari, chat, "lampirannya", reply_to=said, quote="jalan depan")
    photo = people.send_photo(sari, chat, picture(exif=True), "KTP")
    people.edit(photo, "KTP saya")
    people.send_document(sari, chat, b"%PDF", "surat.pdf", "application/pdf", "surat")
    people.send_voice(sari, chat, b"OggS", 7)
    people.send_album(sari, chat, [AlbumItem(picture()), AlbumItem(picture(), "KK")])
    people.send_album(
        sari, chat, [AlbumItem(b"a", name="a.txt"), AlbumItem(b"b", name="b.txt", mime_type="text/plain")]
    )
    people.send_location(sari, chat, -7.75, 113.2, 12.0)
    live = people.send_live_location(sari, chat, -7.75, 113.2, 900)
    people.move(live, -7.76, 113.21)
    people.stop_sharing(live)
    people.send_venue(sari, chat, -7.75, 113.2, "SD Contoh", "Jl. Contoh 1")
    people.send_contact(sari, chat, "+620000000001", of=sari)
    people.send_contact(sari, chat, "+620000000002", name="Tetangga")
    people.send_sticker(sari, chat)
    people.send_poll(sari, chat, "Setuju?", ["ya", "tidak"])
    people.send_dice(sari, chat, 4)
    for kind in ("user", "hidden_user", "chat", "channel"):
        origin = forward_origin(kind, office.clock.now(), user=office.rahma, name="Warga", chat=office.desk)
        people.say(sari, chat, f"terusan {kind}", forward=origin)
    return said


def everything_in_groups(office):
    people, bot, rahma = office.people, office.bot, office.rahma
    keys = {"inline_keyboard": [[{"text": "Terima", "callback_data": "a:1"}]]}
    sent = office.ask("sendMessage", chat_id=office.desk.id, text="kartu", reply_markup=keys)
    card = office.desk.messages[sent["message_id"]]
    people.press(rahma, card, "Terima")
    people.say(rahma, office.desk, "siap", reply_to=card)
    people.delete(card)
    people.press(rahma, card, "Terima")
    people.join(office.camat, office.desk, anonymous=True)
    people.say(office.camat, office.desk, "setuju")
    people.publish(office.desk, "Kanal Contoh", "pengumuman")
    topic = people.open_topic(rahma, office.forum, "Umum")
    people.say(rahma, office.forum, "di topik", thread=topic)
    people.rename_topic(rahma, office.forum, topic, "Lain")
    people.close_topic(rahma, office.forum, topic)
    people.reopen_topic(rahma, office.forum, topic)
    people.delete_topic(rahma, office.forum, topic)
    office.ask("createForumTopic", chat_id=office.forum.id, name="KNG-1")
    pinned = office.ask("sendMessage", chat_id=office.desk.id, text="semat")["message_id"]
    office.ask("pinChatMessage", chat_id=office.desk.id, message_id=pinned)
    old = office.world.add_group("Lama", members=[rahma], bots=[], basic=True)
    people.add_bot(rahma, old, bot, admin=True)
    people.join(office.sari, old)
    people.leave(office.sari, old)
    people.upgrade(rahma, old)
    people.set_bot_rights(rahma, office.desk, bot, frozenset({"can_pin_messages"}))
    people.remove_bot(rahma, office.desk, bot)


#: Fields of a Bot API newer than python-telegram-bot 22.8's 10.0.
NEWER = {"can_send_welcome_messages", "members_only", "persistent_id", "allows_revoting"}


def missing(given, read, path=""):
    """Yield the places where a client's reading lacks or changes what was sent."""
    if isinstance(given, dict):
        if not isinstance(read, dict):
            yield f"{path}: {given!r} became {read!r}"
            return
        for name, value in given.items():
            if name not in NEWER:
                yield from missing(value, read.get(name), f"{path}.{name}")
    elif isinstance(given, list):
        if not isinstance(read, list | tuple) or len(read) != len(given):
            if given:  # python-telegram-bot leaves empty lists out
                yield f"{path}: {given!r} became {read!r}"
            return
        for number, (one, other) in enumerate(zip(given, read, strict=True)):
            yield from missing(one, other, f"{path}[{number}]")
    elif given != read and not (given is False and read is None):
        yield f"{path}: {given!r} became {read!r}"


def unknown(value, path=""):
    """Yield fields that aiogram has no name for."""
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from unknown(one, f"{path}[{number}]")


def test_both_clients_read_every_update_the_same_and_as_it_was_sent(office):
    from aiogram.types import Update as AiogramUpdate
    from telegram import Update as PtbUpdate

    office.bot.allowed = frozenset(
        {"message", "edited_message", "callback_query", "my_chat_member", "message_reaction"}
    )
    updates = everything(office)
    assert {kind for update in updates for kind in update} - {"update_id"} == office.bot.allowed
    validate_results(office.world)
    for update in updates:
        strict = AiogramUpdate.model_validate(update)
        assert list(unknown(strict)) == [], update
        assert list(missing(update, strict.model_dump(mode="json", by_alias=True, exclude_none=True))) == [], update
        lenient = PtbUpdate.de_json(update, None)
        assert list(missing(update, lenient.to_dict())) == [], update


def test_a_kind_of_origin_nobody_knows_yet_reaches_the_bot_all_the_same(office):
    from aiogram.types import Update as AiogramUpdate
    from pydantic import ValidationError
    from telegram import Update as PtbUpdate

    origin = forward_origin("hologram", office.clock.now())
    office.people.say(office.sari, office.private, "terusan", forward=origin)
    office.people.send_unknown(office.sari, office.private, "hologram", {"depth": 3})
    forwarded, unheard = office.told()
    assert PtbUpdate.de_json(forwarded, None).message.text == "terusan"
    with pytest.raises(ValidationError):  # why our own reading of updates depends on no library (docs/telegram.md D2)
        AiogramUpdate.model_validate(forwarded)
    assert unheard["message"]["hologram"] == {"depth": 3}
    assert AiogramUpdate.model_validate(unheard).message.message_id == unheard["message"]["message_id"]


def test_chats_members_and_the_rest_are_what_aiogram_expects(office):
    office.people.join(office.camat, office.desk, status="administrator")
    office.ask("getMe")
    for chat in (office.sari.id, office.desk.id, office.forum.id):
        office.ask("getChat", chat_id=chat)
    for user in (office.rahma, office.camat, office.sari, office.bot.user):
        office.ask("getChatMember", chat_id=office.desk.id, user_id=user.id)
    office.ask("getChatAdministrators", chat_id=office.desk.id)
    office.ask("getChatMemberCount", chat_id=office.desk.id)
    office.ask(
        "setMyCommands",
        commands=[{"command": "tugas", "description": "Tugas saya"}],
        scope={"type": "chat", "chat_id": office.desk.id},
        language_code="id",
    )
    office.ask("getMyCommands", scope={"type": "chat", "chat_id": office.desk.id}, language_code="id")
    office.ask("setWebhook", url="https://kantor.example/x", allowed_updates=["message"], max_connections=5)
    office.ask("getWebhookInfo")
    sent = office.ask(
        "sendVenue", chat_id=office.sari.id, latitude=-7.7, longitude=113.2, title="Kantor", address="Jl. Contoh"
    )
    office.ask("copyMessage", chat_id=office.desk.id, from_chat_id=office.sari.id, message_id=sent["message_id"])
    office.ask("forwardMessage", chat_id=office.desk.id, from_chat_id=office.sari.id, message_id=sent["message_id"])
    office.ask(
        "setMessageReaction",
        chat_id=office.sari.id,
        message_id=sent["message_id"],
        reaction=[{"type": "emoji", "emoji": "\N{THUMBS UP SIGN}"}],
    )
    voice = {"voice": Upload("suara.oga", b"OggS")}
    call(office.world, office.bot, "sendVoice", {"chat_id": str(office.sari.id), "duration": "4"}, voice)
    papers = {"a": Upload("a.pdf", b"%PDF", "application/pdf"), "b": Upload("b.pdf", b"%PDF", "application/pdf")}
    media = [
        {"type": "document", "media": f"attach://{name}", "caption": f"<b>{name}</b>", "parse_mode": "HTML"}
        for name in papers
    ]
    album = call(
        office.world, office.bot, "sendMediaGroup", {"chat_id": str(office.sari.id), "media": json.dumps(media)}, papers
    )
    assert [(item["document"]["file_name"], item["caption"]) for item in album] == [("a.pdf", "a"), ("b.pdf", "b")]
    office.ask("sendLocation", chat_id=office.sari.id, latitude=-7.7, longitude=113.2)
    office.ask("sendChatAction", chat_id=office.sari.id, action="typing")
    office.ask("deleteMessages", chat_id=office.sari.id, message_ids=[sent["message_id"], 9999])
    office.ask("leaveChat", chat_id=office.desk.id)
    validate_results(office.world)
