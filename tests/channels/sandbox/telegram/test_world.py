"""What the stand-in lets bots and people do, and how it refuses: Telegram's rules, one by one, without a server."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from channels.sandbox.telegram import (
    AlbumItem,
    BotApiError,
    CannotActError,
    FloodLimits,
    HandClock,
    Upload,
    call,
    spaced,
)
from channels.sandbox.telegram.flood import Flood
from tests.channels.sandbox.telegram.scene import picture, raw, scene, until

KEYS = {"inline_keyboard": [[{"text": "Terima", "callback_data": "terima:1"}]]}


@pytest.fixture
def office():
    return scene()


def card(office, chat, **params):
    sent = office.ask("sendMessage", chat_id=chat.id, text="kartu", **{"reply_markup": KEYS, **params})
    return chat.messages[sent["message_id"]]


def keys(*buttons):
    return {"reply_markup": {"inline_keyboard": [list(buttons)]}}


# What is refused, in Telegram's words

YES = {"text": "Ya", "callback_data": "y"}
REFUSED = [
    ("sendMessage", {"text": "a" * 4096 + "\n"}, None),
    ("sendMessage", {"text": "a" * 4097}, "400 Bad Request: message is too long"),
    ("sendMessage", {"text": "\N{PARTY POPPER}" * 2049}, "400 Bad Request: message is too long"),
    ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}, "400 Bad Request: message text is empty"),
    ("sendMessage", {"text": "a", "chat_id": ""}, "400 Bad Request: chat_id is empty"),
    ("sendMessage", {"text": "a", "chat_id": "@kanal"}, "400 Bad Request: chat not found"),
    ("sendMessage", {"text": "a", "chat_id": -5}, "400 Bad Request: chat not found"),
    ("sendMessage", {"text": "a", "chat_id": 100200}, "403 Forbidden: bots can't send messages to bots"),
    ("sendMessage", {"text": "a", "message_thread_id": 77}, "400 Bad Request: message thread not found"),
    ("sendMessage", {"text": "a", "reply_parameters": {"message_id": 77}}, "400 Bad Request: message to be replied not found"),
    ("sendMessage", {"text": "a", **keys({**YES, "callback_data": "x" * 64})}, None),
    ("sendMessage", {"text": "a", **keys({**YES, "callback_data": "x" * 65})}, "400 Bad Request: BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", **keys({**YES, "callback_data": "é" * 33})}, "400 Bad Request: BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", **keys({**YES, "callback_data": ""})}, "400 Bad Request: BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", **keys({"text": "Ya"})}, "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ("sendMessage", {"text": "a", **keys({"text": " ", "callback_data": "y"})}, "400 Bad Request: BUTTON_TEXT_INVALID"),
    ("sendMessage", {"text": "a", **keys({"text": "a", "url": "contoh"})}, "400 Bad Request: BUTTON_URL_INVALID"),
    ("sendMessage", {"text": "a", "reply_markup": {"inline_keyboard": [YES]}}, '400 Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
    ("sendMessage", {"text": "a", "reply_markup": [1]}, "400 Bad Request: object expected as reply markup"),
    ("sendMessage", {"text": "a", "reply_markup": "{"}, "400 Bad Request: can't parse reply keyboard markup JSON object"),
    ("sendMessage", {"text": "a", **keys(*[YES] * 101)}, "400 Bad Request: reply markup is too long"),
    ("sendMessage", {"text": "a", "reply_markup": {"keyboard": [[{"text": "Lokasi", "request_location": True}]]}}, None),
    ("sendPhoto", {}, "400 Bad Request: there is no photo in the request"),
    ("sendPhoto", {"photo": "https://contoh.id/a.jpg"}, "400 Bad Request: failed to get HTTP URL content"),
    ("sendPhoto", {"photo": "AgACsalah"}, "400 Bad Request: wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"photo": "attach://tiada"}, "400 Bad Request: there is no photo in the request"),
    ("sendPhoto", {"photo": "x", "caption": "a" * 1025}, "400 Bad Request: wrong file identifier/HTTP URL specified"),
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]}, "400 Bad Request: too few messages to send as an album"),
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}] * 11}, "400 Bad Request: too many messages to send as an album"),
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}, {"type": "document", "media": "x"}]}, "400 Bad Request: document can't be mixed with other media types"),
    ("sendLocation", {"latitude": 91, "longitude": 0}, "400 Bad Request: wrong latitude specified"),
    ("sendVenue", {"latitude": 1, "longitude": 1, "title": "x"}, "400 Bad Request: address must be non-empty"),
    ("sendChatAction", {"action": "menari"}, "400 Bad Request: wrong parameter action in request"),
    ("editMessageText", {"text": "a", "message_id": 77}, "400 Bad Request: message to edit not found"),
    ("editMessageText", {"text": "a"}, "400 Bad Request: message identifier is not specified"),
    ("editMessageText", {"text": "a", "message_id": 1}, "400 Bad Request: message can't be edited"),
    ("deleteMessage", {"message_id": 77}, "400 Bad Request: message to delete not found"),
    ("answerCallbackQuery", {"callback_query_id": "7"}, "400 Bad Request: query is too old and response timeout expired or query ID is invalid"),
    ("getFile", {"file_id": "x"}, "400 Bad Request: invalid file_id"),
    ("createForumTopic", {"name": "x"}, "400 Bad Request: the chat is not a forum"),
    ("getChatAdministrators", {}, "400 Bad Request: there are no administrators in the private chat"),
    ("setMyCommands", {"commands": [{"command": "Tugas", "description": "x"}]}, "400 Bad Request: BOT_COMMAND_INVALID"),
    ("setWebhook", {"url": "https://kantor.example:9000/x"}, "400 Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
    ("setWebhook", {"url": "https://kantor.example/x", "secret_token": "x" * 257}, "400 Bad Request: secret token is too long"),
    ("setWebhook", {"url": "kantor"}, "400 Bad Request: invalid webhook URL specified"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "params", "words"), REFUSED)
def test_calls_are_refused_in_telegrams_words(office, method, params, words):
    params = {"chat_id": office.sari.id, **params}
    if words is None:
        assert office.ask(method, **params)
    else:
        assert office.refusal(method, **params) == words
        assert office.world.calls[-1].error["description"] == words[4:]


def test_buttons_that_ask_for_a_place_or_number_belong_in_private_chats(office):
    for wish, words in (("request_location", "location"), ("request_contact", "phone number")):
        markup = {"keyboard": [[{"text": "Kirim", wish: True}]]}
        said = office.refusal("sendMessage", chat_id=office.desk.id, text="a", reply_markup=markup)
        assert said == f"400 Bad Request: {words} can be requested in private chats only"


def test_a_bot_cannot_begin_a_talk():
    office = scene(started=False)
    assert office.refusal("sendMessage", chat_id=office.sari.id, text="a") == "400 Bad Request: chat not found"
    known = office.refusal("sendMessage", chat_id=office.rahma.id, text="a")
    assert known == "403 Forbidden: bot can't initiate conversation with a user"
    office.people.start(office.rahma, office.bot, "kode-1")
    assert office.told()[-1]["message"]["text"] == "/start kode-1"
    assert office.ask("sendMessage", chat_id=office.rahma.id, text="a")


def test_a_deleted_account_and_a_lost_seat_in_the_group_are_told_apart(office):
    office.people.deactivate(office.sari)
    assert office.refusal("sendMessage", chat_id=office.sari.id, text="a") == "403 Forbidden: user is deactivated"
    office.people.remove_bot(office.rahma, office.desk, office.bot)
    assert (
        office.refusal("sendMessage", chat_id=office.desk.id, text="a")
        == "403 Forbidden: bot was kicked from the supergroup chat"
    )
    office.ask("leaveChat", chat_id=office.forum.id)
    assert (
        office.refusal("sendMessage", chat_id=office.forum.id, text="a")
        == "403 Forbidden: bot is not a member of the supergroup chat"
    )


def test_a_person_who_blocked_the_bot_must_unblock_it_to_write(office):
    office.people.block(office.sari, office.bot)
    with pytest.raises(CannotActError):
        office.people.say(office.sari, office.private, "halo")
    assert [update["my_chat_member"]["new_chat_member"]["status"] for update in office.told()] == ["kicked"]


# Presses


def test_a_press_is_answered_once_and_in_time(office):
    shown = card(office, office.desk)
    first = office.people.press(office.rahma, shown, "Terima")
    late = office.people.press(office.camat, shown, "terima:1")
    assert office.ask("answerCallbackQuery", callback_query_id=first.id, text="Baik")
    assert "query is too old" in office.refusal("answerCallbackQuery", callback_query_id=first.id)
    office.clock.advance(16)
    assert "query is too old" in office.refusal("answerCallbackQuery", callback_query_id=late.id)
    with pytest.raises(CannotActError):
        office.people.press(office.rahma, shown, "Tolak")


def test_a_press_on_a_deleted_card_still_says_which_card_it_was(office):
    shown = card(office, office.desk)
    office.people.delete(shown)
    office.people.press(office.rahma, shown, "Terima")
    (press,) = office.told()
    assert press["callback_query"]["message"] == {
        "chat": {"id": office.desk.id, "type": "supergroup", "title": "Meja"},
        "message_id": shown.id,
        "date": 0,
    }


def test_an_anonymous_admin_writes_as_the_group_but_presses_as_himself(office):
    shown = card(office, office.desk)
    office.people.join(office.camat, office.desk, anonymous=True)
    office.people.say(office.camat, office.desk, "setuju", reply_to=shown)
    office.people.press(office.camat, shown, "Terima")
    said, press = office.told()
    assert said["message"]["from"]["id"] == 1087968824
    assert said["message"]["sender_chat"]["id"] == office.desk.id
    assert press["callback_query"]["from"]["id"] == office.camat.id
    admins = office.ask("getChatAdministrators", chat_id=office.desk.id)
    assert office.camat.id not in {admin["user"]["id"] for admin in admins}


# Groups and topics


def test_in_a_topic_every_message_seems_to_answer_its_beginning(office):
    topic = office.ask("createForumTopic", chat_id=office.forum.id, name="KNG-1")["message_thread_id"]
    shown = card(office, office.forum, message_thread_id=topic)
    office.people.say(office.rahma, office.forum, "obrolan", thread=topic)
    office.people.say(office.rahma, office.forum, "jawaban", reply_to=shown)
    office.people.say(office.rahma, office.forum, "umum")
    office.people.say(
        office.rahma, office.forum, "balas umum", reply_to=max(office.forum.messages.values(), key=lambda m: m.id)
    )
    echo, chatter, reply, general, answer = (update["message"] for update in office.told())
    assert echo["from"]["id"] == office.bot.id
    assert echo["forum_topic_created"]["name"] == "KNG-1"
    assert (chatter["reply_to_message"]["message_id"], chatter["message_thread_id"], chatter["is_topic_message"]) == (
        topic,
        topic,
        True,
    )
    assert (reply["reply_to_message"]["message_id"], reply["message_thread_id"]) == (shown.id, topic)
    assert not {"reply_to_message", "message_thread_id", "is_topic_message"} & general.keys()
    assert answer["message_thread_id"] == general["message_id"]
    assert "is_topic_message" not in answer


def test_general_has_no_number_for_bots(office):
    said = office.refusal("sendMessage", chat_id=office.forum.id, text="a", message_thread_id=1)
    assert said == "400 Bad Request: message thread not found"
    assert "message_thread_id" not in office.ask("sendMessage", chat_id=office.forum.id, text="a")


def test_a_topic_the_staff_deleted_is_gone_without_a_word(office):
    topic = office.ask("createForumTopic", chat_id=office.forum.id, name="KNG-1")["message_thread_id"]
    card(office, office.forum, message_thread_id=topic)
    office.told()
    office.people.delete_topic(office.rahma, office.forum, office.forum.topics[topic])
    assert office.told() == []
    assert office.forum.messages == {}
    assert (
        office.refusal("sendMessage", chat_id=office.forum.id, text="a", message_thread_id=topic)
        == "400 Bad Request: message thread not found"
    )
    assert (
        office.refusal("closeForumTopic", chat_id=office.forum.id, message_thread_id=topic)
        == "400 Bad Request: TOPIC_DELETED"
    )
    assert (
        office.refusal("closeForumTopic", chat_id=office.forum.id, message_thread_id=9)
        == "400 Bad Request: TOPIC_ID_INVALID"
    )


def test_a_closed_topic_is_open_only_to_who_manages_topics(office):
    topic = office.people.open_topic(office.rahma, office.forum, "Lama")
    office.people.close_topic(office.rahma, office.forum, topic)
    assert card(office, office.forum, message_thread_id=topic.id)
    office.people.set_bot_rights(office.rahma, office.forum, office.bot, frozenset({"can_delete_messages"}))
    assert (
        office.refusal("sendMessage", chat_id=office.forum.id, text="a", message_thread_id=topic.id)
        == "400 Bad Request: TOPIC_CLOSED"
    )
    assert (
        office.refusal("createForumTopic", chat_id=office.forum.id, name="x")
        == "400 Bad Request: not enough rights to create a topic"
    )
    with pytest.raises(CannotActError):
        office.people.say(office.camat, office.forum, "masih bisa?", thread=topic)


def test_topics_are_renamed_closed_and_reopened_once(office):
    topic = office.ask("createForumTopic", chat_id=office.forum.id, name="KNG-1")["message_thread_id"]
    where = {"chat_id": office.forum.id, "message_thread_id": topic}
    assert office.refusal("editForumTopic", **where, name="KNG-1") == "400 Bad Request: TOPIC_NOT_MODIFIED"
    assert office.ask("editForumTopic", **where, name="KNG-1 selesai")
    assert office.ask("closeForumTopic", **where)
    assert office.refusal("closeForumTopic", **where) == "400 Bad Request: TOPIC_NOT_MODIFIED"
    assert office.ask("reopenForumTopic", **where)
    kinds = [next(name for name in update["message"] if name.startswith("forum_topic")) for update in office.told()]
    assert kinds == ["forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"]
    assert [item.data["state"] for item in office.world.feed.after() if item.kind == "topic"] == [
        "created",
        "edited",
        "closed",
        "reopened",
    ]
    assert (
        office.refusal("createForumTopic", chat_id=office.forum.id, name="x" * 129)
        == "400 Bad Request: TOPIC_TITLE_INVALID"
    )


def test_privacy_mode_hides_chatter_but_not_replies_and_commands():
    office = scene()
    office.desk.members[office.bot.id].status = "member"
    other = office.world.add_bot("300:x", username="lain_bot", name="Lain")
    office.people.add_bot(office.rahma, office.desk, other)
    shown = card(office, office.desk)
    office.told()
    for text in ("obrolan", "/status", "/tugas@contoh_bot", "/tugas@lain_bot"):
        office.people.say(office.rahma, office.desk, text)
    office.people.say(office.rahma, office.desk, "siap", reply_to=shown)
    assert [update["message"]["text"] for update in office.told()] == ["/status", "/tugas@contoh_bot", "siap"]
    office.bot.can_read_all_group_messages = True
    office.people.say(office.rahma, office.desk, "obrolan")
    assert len(office.told()) == 1
    call(office.world, other, "sendMessage", raw({"chat_id": office.desk.id, "text": "dari bot lain"}))
    assert office.told() == []


def test_a_migrated_group_lives_on_in_two_chats(office):
    old = office.world.add_group("Lama", members=[office.rahma], bots=[office.bot], basic=True)
    shown = card(office, old)
    new = office.people.upgrade(office.rahma, old)
    assert (new.kind, new.id < -1_000_000_000_000) == ("supergroup", True)
    assert [
        (update["message"]["chat"]["id"], update["message"].get("migrate_from_chat_id")) for update in office.told()
    ] == [(old.id, None), (new.id, old.id)]
    with pytest.raises(BotApiError, match="upgraded") as caught:
        office.ask("sendMessage", chat_id=old.id, text="a")
    assert caught.value.parameters == {"migrate_to_chat_id": new.id}
    assert new.messages.keys().isdisjoint({shown.id}) or new.messages[shown.id] is not shown
    said = office.people.say(office.rahma, old, "di sini")
    assert said.chat is new


def test_two_groups_count_their_messages_apart_and_private_chats_together(office):
    first, second = card(office, office.desk), card(office, office.forum)
    assert (first.id, second.id) == (2, 2)
    office.people.start(office.rahma, office.bot)
    mine, hers = card(office, office.private), card(office, office.world.private(office.rahma, office.bot))
    assert hers.id == mine.id + 1


# Messages and media


def test_photos_lose_their_exif_and_come_in_sizes_while_files_stay_as_they_are(office):
    shot = picture(3000, 2000, exif=True)
    office.people.send_photo(office.sari, office.private, shot)
    office.people.send_document(office.sari, office.private, shot, "IMG_1.jpg", "image/jpeg")
    photo, document = (update["message"] for update in office.told())
    assert [(size["width"], size["height"]) for size in photo["photo"]] == [
        (90, 60),
        (320, 213),
        (800, 533),
        (1280, 853),
    ]
    kept = office.world.files.by_unique_id(photo["photo"][-1]["file_unique_id"]).content
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
    assert office.world.files.by_unique_id(document["document"]["file_unique_id"]).content == shot
    assert document["document"]["file_size"] == len(shot)


def test_photos_are_turned_upright(office):
    office.people.send_photo(office.sari, office.private, picture(400, 300, turned=True))
    (update,) = office.told()
    assert [(size["width"], size["height"]) for size in update["message"]["photo"]] == [
        (68, 90),
        (240, 320),
        (300, 400),
    ]


def test_files_have_one_id_per_bot_and_one_for_all(office):
    other = office.world.add_bot("300:x", username="lain_bot", name="Lain", reads_all=True)
    office.people.add_bot(office.rahma, office.desk, other)
    office.told()
    office.people.send_document(office.rahma, office.desk, b"%PDF", "a.pdf")
    (mine,) = office.told()
    theirs = other.updates[-1].body["document"]
    assert mine["message"]["document"]["file_unique_id"] == theirs["file_unique_id"]
    assert mine["message"]["document"]["file_id"] != theirs["file_id"]
    assert office.refusal("getFile", file_id=theirs["file_id"]) == "400 Bad Request: invalid file_id"
    again = office.ask("sendDocument", chat_id=office.sari.id, document=mine["message"]["document"]["file_id"])
    assert again["document"] == mine["message"]["document"]
    as_photo = office.refusal("sendPhoto", chat_id=office.sari.id, photo=again["document"]["file_id"])
    assert as_photo == "400 Bad Request: can't use file of type Document as Photo"


def test_files_above_20_megabytes_cannot_be_fetched(office):
    office.people.send_document(office.sari, office.private, b"x", "film.mp4", size_bytes=20 * 1024 * 1024 + 1)
    (update,) = office.told()
    assert (
        office.refusal("getFile", file_id=update["message"]["document"]["file_id"])
        == "400 Bad Request: file is too big"
    )


def test_what_is_no_picture_or_too_big_is_refused_as_a_photo(office):
    def sent(data):
        params = raw({"chat_id": office.sari.id})
        with pytest.raises(BotApiError, match="400") as caught:
            call(office.world, office.bot, "sendPhoto", params, {"photo": Upload("a.jpg", data)})
        return caught.value.description

    assert sent(b"bukan gambar") == "Bad Request: IMAGE_PROCESS_FAILED"
    assert sent(b"") == "Bad Request: file must be non-empty"
    assert sent(picture(2100, 100)) == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert "is too big for a photo; the maximum size is 10485760 bytes" in sent(bytes(10 * 1024 * 1024 + 1))


async def test_an_albums_items_come_as_slowly_as_they_are_sent(office):
    clock = HandClock()
    items = office.people.album(office.sari, office.private, [AlbumItem(picture()), AlbumItem(picture(), "KK")])
    steps = spaced(items, clock, 11.4)
    first = await anext(steps)
    assert [update["message"]["media_group_id"] for update in office.told()] == [first.album]
    assert (await anext_after(steps, clock, 11.4)).album == first.album
    (late,) = office.told()
    assert (late["message"]["caption"], late["message"]["media_group_id"]) == ("KK", first.album)


async def anext_after(steps, clock, seconds):
    waiting = asyncio.ensure_future(anext(steps))
    await until(lambda: clock.waiters)
    clock.advance(seconds)
    return await waiting


def test_an_edit_is_told_with_its_date_but_a_change_of_buttons_is_not(office):
    said = office.people.say(office.sari, office.private, "jalan rusak")
    shown = card(office, office.private)
    office.told()
    office.clock.advance(60)
    office.people.edit(said, "jalan rusak parah")
    office.ask("editMessageReplyMarkup", chat_id=office.sari.id, message_id=shown.id)
    (edited,) = office.told()
    assert edited["edited_message"]["edit_date"] - edited["edited_message"]["date"] == 60


def test_a_deletion_by_a_person_is_told_to_nobody(office):
    said = office.people.say(office.sari, office.private, "salah kirim")
    office.told()
    office.people.delete(said)
    assert office.told() == []
    assert (
        office.refusal("sendMessage", chat_id=office.sari.id, text="a", reply_parameters={"message_id": said.id})
        == "400 Bad Request: message to be replied not found"
    )
    sent = office.ask(
        "sendMessage",
        chat_id=office.sari.id,
        text="a",
        reply_parameters={"message_id": said.id, "allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in sent


def test_messages_can_be_deleted_for_two_days(office):
    old = card(office, office.private)
    office.clock.advance(48 * 3600 + 1)
    assert (
        office.refusal("deleteMessage", chat_id=office.sari.id, message_id=old.id)
        == "400 Bad Request: message can't be deleted"
    )
    fresh = card(office, office.private)
    assert office.ask("deleteMessage", chat_id=office.sari.id, message_id=fresh.id)
    foreign = office.people.say(office.rahma, office.desk, "obrolan")
    office.people.set_bot_rights(office.rahma, office.desk, office.bot, frozenset())
    assert (
        office.refusal("deleteMessage", chat_id=office.desk.id, message_id=foreign.id)
        == "400 Bad Request: message can't be deleted"
    )


def test_captions_and_texts_are_edited_each_in_their_own_way(office):
    photo = call(
        office.world,
        office.bot,
        "sendPhoto",
        raw({"chat_id": office.sari.id, "caption": "a"}),
        {"photo": Upload("a.jpg", picture())},
    )
    text = card(office, office.private)
    where = {"chat_id": office.sari.id}
    assert (
        office.refusal("editMessageText", **where, message_id=photo["message_id"], text="b")
        == "400 Bad Request: there is no text in the message to edit"
    )
    assert (
        office.refusal("editMessageCaption", **where, message_id=text.id, caption="b")
        == "400 Bad Request: there is no caption in the message to edit"
    )
    assert office.ask("editMessageCaption", **where, message_id=photo["message_id"], caption="b")["caption"] == "b"
    assert "is not modified" in office.refusal(
        "editMessageCaption", **where, message_id=photo["message_id"], caption="b"
    )
    assert (
        office.refusal("editMessageText", **where, message_id=text.id, text="b", reply_markup={"remove_keyboard": True})
        == "400 Bad Request: inline keyboard expected"
    )


def test_a_protected_message_is_neither_copied_nor_forwarded(office):
    sent = office.ask("sendMessage", chat_id=office.sari.id, text="KTP CONTOH", protect_content=True)
    assert sent["has_protected_content"] is True
    source = {"chat_id": office.desk.id, "from_chat_id": office.sari.id, "message_id": sent["message_id"]}
    assert office.refusal("copyMessage", **source) == "400 Bad Request: the message can't be copied"
    assert office.refusal("forwardMessage", **source) == "400 Bad Request: the message can't be forwarded"


def test_a_text_longer_than_a_message_leaves_the_app_in_pieces(office):
    office.people.say(office.sari, office.private, "a" * 4097)
    assert [len(update["message"]["text"]) for update in office.told()] == [4096, 1]


def test_a_mention_by_number_names_an_account_the_world_knows(office):
    text = f'<a href="tg://user?id={office.rahma.id}">Bu Rahma</a> <a href="tg://user?id=7">siapa</a>'
    (mark,) = office.ask("sendMessage", chat_id=office.desk.id, text=text, parse_mode="HTML")["entities"]
    assert (mark["type"], mark["user"]["first_name"]) == ("text_mention", "Siti Rahma")


# Flood control


def outcomes(office, chat, times, **params):
    """Send at those seconds and return what became of each: 0 for sent, else the seconds to wait."""
    start, seen = office.clock.now(), []
    for at in times:
        office.clock.advance(at - (office.clock.now() - start).total_seconds())
        try:
            office.ask("sendMessage", chat_id=chat.id, text="a", **params)
            seen.append(0)
        except BotApiError as error:
            seen.append(error.parameters["retry_after"])
    return seen


def test_a_private_chat_takes_three_at_once_then_one_a_second():
    office = scene(flood=FloodLimits())
    assert outcomes(office, office.private, [0, 0, 0, 0, 0.5, 1, 1, 2, 5, 5, 5, 5]) == [
        0,
        0,
        0,
        1,
        1,
        0,
        1,
        0,
        0,
        0,
        0,
        1,
    ]


def test_a_group_takes_twenty_in_any_sixty_seconds():
    office = scene(flood=FloodLimits())
    assert outcomes(office, office.desk, [*range(20), 20, 59, 60, 60]) == [0] * 20 + [40, 1, 0, 1]
    assert office.ask("sendMessage", chat_id=office.forum.id, text="another group")


def test_edits_topics_pins_and_every_item_of_an_album_count():
    office = scene(flood=FloodLimits(group_messages=6))
    topic = office.ask("createForumTopic", chat_id=office.forum.id, name="KNG-1")["message_thread_id"]
    shown = card(office, office.forum, message_thread_id=topic)
    office.ask("editMessageText", chat_id=office.forum.id, message_id=shown.id, text="lain")
    office.ask("pinChatMessage", chat_id=office.forum.id, message_id=shown.id)
    files = {"a": Upload("a.jpg", picture()), "b": Upload("b.jpg", picture())}
    media = raw(
        {
            "chat_id": office.forum.id,
            "media": [{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}],
        }
    )
    assert len(call(office.world, office.bot, "sendMediaGroup", media, files)) == 2
    assert "429 Too Many Requests: retry after 60" in office.refusal(
        "closeForumTopic", chat_id=office.forum.id, message_thread_id=topic
    )
    assert office.ask("sendChatAction", chat_id=office.forum.id, action="typing")


def test_all_chats_together_take_thirty_a_second():
    office = scene(flood=FloodLimits(private_burst=99))
    assert outcomes(office, office.private, [0] * 31 + [1]) == [0] * 30 + [1, 0]
    flood, now = Flood(FloodLimits(private_burst=99)), office.clock.now()
    flood.admit(office.bot, office.private, now, cost=10)
    flood.admit(office.bot, office.private, now, cost=20)
    with pytest.raises(BotApiError, match="retry after 1"):
        flood.admit(office.bot, office.private, now)


def test_the_webhook_changes_once_a_second():
    office = scene(flood=FloodLimits())
    assert office.ask("setWebhook", url="https://kantor.example/a")
    assert office.refusal("setWebhook", url="https://kantor.example/b") == "429 Too Many Requests: retry after 1"
    office.clock.advance(1)
    assert office.ask("setWebhook", url="https://kantor.example/b")


def test_an_album_larger_than_the_burst_leaves_a_debt(office):
    flood = Flood(FloodLimits())
    now = office.clock.now()
    flood.admit(office.bot, office.private, now, cost=10)
    for _ in range(2):  # a refusal counts nothing
        with pytest.raises(BotApiError, match="retry after 8"):
            flood.admit(office.bot, office.private, now)


# The feed


def test_the_feed_shows_what_a_phone_would_show(office):
    seen = []
    stop = office.world.feed.subscribe(seen.append)
    shown = card(office, office.private)
    query = office.people.press(office.sari, shown, "Terima")
    office.ask("answerCallbackQuery", callback_query_id=query.id, text="Baik", show_alert=True)
    office.ask("editMessageText", chat_id=office.sari.id, message_id=shown.id, text="selesai")
    office.ask("deleteMessage", chat_id=office.sari.id, message_id=shown.id)
    stop()
    office.people.say(office.sari, office.private, "sesudahnya")
    assert [item.kind for item in seen] == ["message", "pressed", "alert", "edited", "deleted"]
    assert {item.chat for item in seen} == {f"{office.bot.id}:{office.sari.id}"}
    assert seen[0].data["reply_markup"] == KEYS
    assert office.world.feed.after(seen[0].number - 1)[:5] == seen
    assert office.world.feed.last == seen[-1].number + 1
    assert office.world.find_message(office.private.key, shown.id) is None


def test_the_feed_shows_keyboards_and_the_person_behind_an_anonymous_admin(office):
    office.ask("sendMessage", chat_id=office.sari.id, text="a", reply_markup={"keyboard": [["Lokasi"]]})
    assert office.world.feed.after()[-1].data["reply_markup"]["keyboard"] == [[{"text": "Lokasi"}]]
    office.people.join(office.camat, office.desk, anonymous=True)
    office.people.say(office.camat, office.desk, "setuju")
    assert office.world.feed.after()[-1].data["really_from"]["id"] == office.camat.id
