"""Delivery of updates: order, retries, patience and expiry, on a clock moved by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from channels.sandbox.telegram import serve
from channels.sandbox.telegram.model import Webhook
from channels.sandbox.telegram.updates import Outcome, due, pending, settle
from tests.channels.sandbox.telegram.receiver import Receiver
from tests.channels.sandbox.telegram.scene import scene, until

FAILED = Outcome(500, reason="Internal Server Error")
TAKEN = Outcome(200)


@pytest.fixture
def office():
    made = scene()
    made.bot.webhook = Webhook("http://127.0.0.1:1/x")
    return made


def attempt(office, outcome):
    """Deliver what is due and report the texts (or the kinds) of it."""
    now = office.clock.now()
    updates = due(office.bot, now)
    for update in updates:
        update.in_flight = True
    assert due(office.bot, now) == [] or {u.queue for u in due(office.bot, now)}.isdisjoint(u.queue for u in updates)
    for update in updates:
        settle(office.bot, update, outcome, now)
    return [update.body.get("text", update.kind) for update in updates]


def test_a_chats_messages_come_one_at_a_time_and_in_order(office):
    for words in ("satu", "dua", "tiga"):
        office.people.say(office.sari, office.private, words)
    assert [attempt(office, TAKEN) for _ in range(4)] == [["satu"], ["dua"], ["tiga"], []]


def test_other_chats_and_presses_do_not_wait_for_a_failing_chat(office):
    card = office.desk.messages[
        office.ask(
            "sendMessage",
            chat_id=office.desk.id,
            text="kartu",
            reply_markup={"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]},
        )["message_id"]
    ]
    office.people.say(office.sari, office.private, "satu")
    office.people.say(office.sari, office.private, "dua")
    office.people.say(office.rahma, office.desk, "obrolan")
    office.people.press(office.rahma, card, "Ya")
    office.people.press(office.camat, card, "Ya")
    office.people.block(office.sari, office.bot)
    assert attempt(office, FAILED) == ["satu", "obrolan", "callback_query", "callback_query", "my_chat_member"]
    assert attempt(office, TAKEN) == ["satu", "obrolan", "callback_query", "callback_query", "my_chat_member"]
    assert attempt(office, TAKEN) == ["dua"]


def test_a_failing_update_is_tried_again_at_once_then_ever_more_slowly(office):
    office.people.say(office.sari, office.private, "halo")
    waits = []
    for _ in range(10):
        assert attempt(office, FAILED) == ["halo"]
        wait_s = (office.bot.updates[0].next_at - office.clock.now()).total_seconds()
        waits.append(wait_s)
        if wait_s:
            office.clock.advance(wait_s - 1)
            assert attempt(office, FAILED) == []
            office.clock.advance(1)
    assert waits == [0, 2, 4, 8, 16, 32, 64, 90, 90, 90]


def test_retry_after_is_obeyed_up_to_an_hour(office):
    office.people.say(office.sari, office.private, "halo")
    attempt(office, Outcome(503, retry_after_s=30))
    assert office.bot.updates[0].next_at == office.clock.now() + timedelta(seconds=30)
    office.clock.advance(30)
    attempt(office, Outcome(503, retry_after_s=99_999))
    assert office.bot.updates[0].next_at == office.clock.now() + timedelta(hours=1)


def test_a_message_lives_for_a_day_and_a_press_for_150_seconds(office):
    card = office.private.messages[
        office.ask(
            "sendMessage",
            chat_id=office.sari.id,
            text="kartu",
            reply_markup={"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]},
        )["message_id"]
    ]
    said = office.people.say(office.sari, office.private, "halo")
    office.people.press(office.sari, card, "Ya")
    office.clock.advance(149)
    assert [update.kind for update in pending(office.bot, office.clock.now())] == ["message", "callback_query"]
    office.clock.advance(1)
    assert [update.kind for update in pending(office.bot, office.clock.now())] == ["message"]
    office.clock.advance(86_400 - 151)
    assert len(pending(office.bot, office.clock.now())) == 1
    office.people.edit(said, "halo, ralat")
    office.clock.advance(1)
    assert [update.kind for update in pending(office.bot, office.clock.now())] == ["edited_message"]


def test_a_retry_that_would_come_too_late_is_not_waited_for(office):
    office.people.say(office.sari, office.private, "halo")
    office.clock.advance(86_400 - 10)
    attempt(office, Outcome(503, retry_after_s=60))
    assert office.bot.updates == []


def test_no_more_go_out_at_once_than_the_bot_allows(office):
    office.bot.webhook.max_connections = 2
    for name in ("Ani", "Budi", "Citra"):
        user = office.world.add_user(name)
        office.people.start(user, office.bot)
    assert len(due(office.bot, office.clock.now())) == 2


def test_410_for_23_hours_takes_the_webhook_away(office):
    office.people.say(office.sari, office.private, "halo")
    gone = Outcome(410, retry_after_s=3600, reason="Gone")
    for _ in range(24):
        attempt(office, gone)
        office.clock.advance(3600)
    assert office.bot.webhook is not None
    office.people.say(office.sari, office.private, "masih ada?")
    attempt(office, gone)
    assert office.bot.webhook is None


def test_only_wanted_kinds_are_queued_and_the_wish_lasts(office):
    office.bot.webhook = None
    office.ask("getUpdates", allowed_updates=["callback_query"])
    office.people.say(office.sari, office.private, "tidak diminta")
    assert office.told() == []
    office.people.say(office.sari, office.private, "tetap tidak")
    assert office.told() == []
    office.ask("getUpdates", allowed_updates=[])
    office.people.say(office.sari, office.private, "sekarang ya")
    assert [update["message"]["text"] for update in office.told()] == ["sekarang ya"]


def test_a_negative_offset_keeps_only_the_newest(office):
    office.bot.webhook = None
    for words in ("satu", "dua", "tiga"):
        office.people.say(office.sari, office.private, words)
    assert [update["message"]["text"] for update in office.ask("getUpdates", offset=-1)] == ["tiga"]
    assert len(office.ask("getUpdates", limit=1)) == 1


# Over HTTP


async def test_the_deliverer_waits_on_the_clock_and_then_tries_again():
    office = scene()
    async with (
        serve(office.world, office.clock),
        Receiver(answers=[(500, {}, ""), (503, {"Retry-After": "20"}, "")]) as receiver,
    ):
        office.ask("setWebhook", url=receiver.url, secret_token="rahasia")
        office.people.say(office.sari, office.private, "halo")
        await receiver.wait_for(2)  # the second at once
        await until(lambda: not office.bot.updates[0].in_flight)
        assert (
            office.ask("getWebhookInfo")["last_error_message"]
            == "Wrong response from the webhook: 503 Service Unavailable"
        )
        office.clock.advance(19)
        assert len(receiver.hits) == 2
        office.clock.advance(1)
        assert [hit.status for hit in await receiver.wait_for(3)] == [500, 503, 200]


async def test_a_receiver_that_says_nothing_is_left_after_a_minute():
    office = scene()
    async with serve(office.world, office.clock), Receiver() as receiver:
        receiver.held = asyncio.Event()
        office.ask("setWebhook", url=receiver.url)
        office.people.say(office.sari, office.private, "halo")
        await receiver.wait_for(1)
        office.clock.advance(60)
        await receiver.wait_for(2)
        assert office.ask("getWebhookInfo")["last_error_message"] == "Read timeout expired"


async def test_an_answer_may_hold_a_call_but_not_every_call():
    office = scene()
    say = f'{{"method": "sendMessage", "chat_id": {office.sari.id}, "text": "lewat jawaban"}}'
    drop = '{"method": "deleteWebhook"}'
    async with serve(office.world, office.clock), Receiver(answers=[(200, {}, say), (200, {}, drop)]) as receiver:
        office.ask("setWebhook", url=receiver.url)
        office.people.say(office.sari, office.private, "satu")
        office.people.say(office.sari, office.private, "dua")
        await until(lambda: not office.bot.updates)
        assert len(receiver.hits) == 2
        assert office.world.calls_of("sendMessage")[-1].params["text"] == "lewat jawaban"
        assert office.world.calls_of("deleteWebhook") == []


async def test_a_webhook_nobody_listens_at_is_noted():
    office = scene()
    async with serve(office.world, office.clock):
        office.ask("setWebhook", url="http://127.0.0.1:9/telegram")
        office.people.say(office.sari, office.private, "halo")
        await until(lambda: office.bot.updates[0].failures > 1)
        assert office.ask("getWebhookInfo")["last_error_message"] == "Connection refused"
