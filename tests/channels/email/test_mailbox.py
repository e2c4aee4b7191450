"""The mailbox on pymap and on a real Dovecot, plain and over TLS: nothing lost, nothing moved before it's stored."""

from __future__ import annotations

import asyncio
import time

import pytest

from channels.email.payload import unpacked
from channels.email.session import Session
from tests.channels.email.boxes import Intake, eventually, mail
from workflow.message import SendError


@pytest.fixture
async def intake(box):
    """An intake over a mailbox that is looked at for the first time."""
    made = Intake(box.mailbox())
    await made.poll()
    yield made
    made.mailbox.hang_up()


async def again(intake, box, **settings):
    """The intake after its process died: what is stored is all it knows."""
    intake.mailbox.hang_up()
    intake.mailbox = box.mailbox(**settings)


async def test_mails_are_taken_whole_and_moved_once_they_are_stored(box, intake):
    await box.deliver(mail("satu"), mail("dua"))
    await intake.until(2)
    there = await box.folder()
    assert [unpacked(payload)[1] for payload in intake.payloads] == there
    assert await box.words("Diproses") == []
    await box.deliver(mail("tiga"))
    await intake.until(3)
    assert await box.words("Diproses") == ["satu", "dua"]
    assert await box.words() == ["tiga"]


async def test_a_payload_says_where_and_when_the_mail_was_received(box, intake):
    await box.deliver(mail("satu"))
    await intake.until(1)
    taken, raw = unpacked(intake.payloads[0])
    assert (taken.folder, taken.whole, taken.size_bytes) == ("INBOX", True, len(raw))
    assert taken.uid > 0
    assert taken.validity > 0
    assert taken.at.tzinfo is not None
    assert taken.at.year == 2026


async def test_what_could_not_be_stored_is_handed_over_again_and_stays(box, intake):
    await box.deliver(mail("satu"))
    before = intake.cursor
    first = await intake.poll()
    intake.cursor = before  # the database refused
    second = await intake.poll()
    assert [len(first), first] == [1, second]
    assert await box.words() == ["satu"]
    assert await box.words("Diproses") == []


async def test_after_a_death_between_storing_and_moving_only_the_doublet_is_moved(box, intake):
    await box.deliver(mail("satu"))
    await intake.until(1)
    await again(intake, box)
    await box.deliver(mail("dua"))
    await intake.until(2)
    await again(intake, box, idle_s=0.2)
    await intake.poll()
    await intake.poll()
    assert intake.words == ["satu", "dua"]
    assert await box.words("Diproses") == ["satu", "dua"]


async def test_mail_that_lands_between_looking_and_idling_is_heard_of(box, intake, monkeypatch):
    loop = asyncio.get_running_loop()
    idle, landed = Session.idle, []

    def landing(session, seconds):
        if not landed:
            landed.append(time.monotonic())
            asyncio.run_coroutine_threadsafe(box.deliver(mail("di antara")), loop).result(10)
        # Dovecot tells of it with the "+"; pymap says nothing, so there it's found at the next look.
        idle(session, seconds if box.kind == "dovecot" else 1.0)

    monkeypatch.setattr(Session, "idle", landing)
    await intake.until(1)
    assert time.monotonic() - landed[0] < 20  # IDLE lasts 30 s


@pytest.fixture
async def idling(box, monkeypatch):
    """Wait until the mailbox idles."""
    loop, idle, begun = asyncio.get_running_loop(), Session.idle, asyncio.Event()
    monkeypatch.setattr(Session, "idle", lambda *args: (loop.call_soon_threadsafe(begun.set), idle(*args)))

    async def wait():
        await asyncio.wait_for(begun.wait(), 30)
        await eventually(lambda: box.front.idling or not box.front.connections)  # over TLS there's no relay

    return wait


async def test_mail_that_lands_while_idling_is_taken_at_once(box, intake, idling):
    waiting = asyncio.create_task(intake.until(1))
    await idling()
    await box.deliver(mail("satu"))
    assert await waiting < 20  # IDLE lasts 30 s


async def test_stopping_while_idling_takes_no_time(box, intake, idling):
    waiting = asyncio.create_task(intake.poll())
    await idling()
    keeper, began = intake.mailbox._keeper, time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await eventually(lambda: keeper._session is None)  # the thread lets the connection go
    assert time.monotonic() - began < 20  # IDLE lasts 30 s


async def test_old_mail_is_never_taken(box):
    await box.deliver(mail("lama"), age_s=3600)
    intake = Intake(box.mailbox())
    assert await intake.poll() == []
    await box.deliver(mail("baru"))
    await intake.until(1)
    assert intake.words == ["baru"]
    intake.mailbox.hang_up()


async def test_mail_is_taken_from_a_day_on_where_the_operator_says_so(box):
    await box.deliver(mail("lama"), age_s=3600)
    intake = Intake(box.mailbox(since="2026-11-01"))
    await intake.until(1)
    late = Intake(box.mailbox(since="2036-11-01", idle_s=0.1))
    await late.poll()
    assert await late.poll() == []
    for each in (intake, late):
        each.mailbox.hang_up()


async def test_new_uids_double_nothing_and_lose_nothing(box):
    await box.deliver(mail("lama"), age_s=3600)
    intake = Intake(box.mailbox(idle_s=0.2))
    await intake.poll()
    await box.deliver(mail("satu"))
    await intake.until(1)
    intake.mailbox.hang_up()
    await box.deliver(mail("dua"))
    await box.renumber()
    intake.mailbox = box.mailbox(idle_s=0.2)
    await intake.until(2)
    await intake.poll()
    assert intake.words == ["satu", "dua"]
    assert await box.words("Diproses") == ["satu", "dua"]
    assert await box.words() == ["lama"]
    intake.mailbox.hang_up()


async def test_a_poisonous_mail_between_two_good_ones_ends_aside(box, intake):
    await box.deliver(mail("satu"), mail("BOM"), mail("MESIN"), mail("dua"))
    assert await intake.until(4) < 5
    await box.deliver(mail("tiga"))
    await intake.until(5)
    assert await box.words("Diproses") == ["satu", "dua"]
    assert await box.words("Gagal") == ["BOM"]
    assert await box.words("Otomatis") == ["MESIN"]


@pytest.mark.parametrize(
    ("largest_mb", "size_bytes", "taken_bytes"), [(1, 1_500_000, 1_000_000), (6, 7_000_000, 5_000_000)]
)
async def test_of_what_is_longer_than_allowed_the_beginning_is_taken_and_it_says_so(
    box, largest_mb, size_bytes, taken_bytes
):
    intake = Intake(box.mailbox(largest_mb=largest_mb))
    await intake.poll()
    await box.deliver(mail("besar", size_bytes=size_bytes), mail("kecil"))
    await intake.until(2)
    big, small = (unpacked(payload) for payload in intake.payloads)
    assert (big[0].whole, len(big[1]), big[0].size_bytes > size_bytes) == (False, taken_bytes, True)
    assert small[0].whole
    intake.mailbox.hang_up()


async def test_batches_are_small_by_count_and_by_size(box, intake):
    await box.deliver(*(mail(f"surat {n}", n) for n in range(20)))
    sizes = [len(await intake.poll()) for _ in range(3)]
    assert sizes == [8, 8, 4]
    await box.deliver(*(mail(f"besar {n}", n, 900_000) for n in range(3)))
    assert [len(await intake.poll()) for _ in range(2)] == [2, 1]


async def test_taking_a_mail_does_not_mark_it_as_read(box, intake):
    await box.deliver(mail("satu"))
    await intake.until(1)
    session = intake.mailbox._keeper._session
    assert await asyncio.to_thread(session.search, "UNSEEN") == [unpacked(intake.payloads[0])[0].uid]


@pytest.mark.parametrize("able", [{"UIDPLUS"}, set()])
async def test_without_move_nothing_else_is_removed(box, intake, able):
    await box.deliver(mail("milik orang"), mail("satu"))
    await intake.until(2)
    session = intake.mailbox._keeper._session
    session.capabilities -= {"MOVE", "UIDPLUS"} - able
    intake.mailbox._keeper._to_move = {unpacked(intake.payloads[1])[0].uid: "Diproses"}
    intake.mailbox._keeper._handed = None
    other = unpacked(intake.payloads[0])[0].uid
    await asyncio.to_thread(session.client.uid, "STORE", str(other), "+FLAGS", r"(\Deleted)")
    intake.mailbox._keeper.idle_s = 0.1
    await intake.poll()
    assert await box.words("Diproses") == ["satu"]
    assert await box.words() == (["milik orang"] if able else ["milik orang", "satu"])


async def test_without_idle_the_mailbox_is_looked_at_all_the_same(box, intake):
    intake.mailbox._keeper.idle_s = 0.2
    intake.mailbox._keeper._session.capabilities -= {"IDLE"}
    await intake.poll()
    await box.deliver(mail("satu"))
    await intake.until(1)


async def test_a_refused_login_is_told_and_not_tried_again_soon(box):
    mailbox = box.mailbox(password="salah")
    with pytest.raises(SendError) as told:
        await mailbox.next("")
    assert told.value.fact == "misconfigured"
    assert "salah" not in told.value.reason
    assert "login refused" in mailbox.trouble
    assert mailbox._keeper._pause_left_s > 200
    mailbox.hang_up()


async def test_a_mail_the_server_cannot_hand_out_holds_up_nobody(box, intake, monkeypatch):
    body = Session.body

    def failing(session, item, limit_bytes):
        found = body(session, item, limit_bytes)
        if found and b"RUSAK" in found:
            raise OSError("the server died of it")
        return found

    monkeypatch.setattr(Session, "body", failing)
    monkeypatch.setattr("channels.email.keeper._FIRST_PAUSE_S", 0.01)
    await box.deliver(mail("satu"), mail("RUSAK"), mail("dua"))
    await intake.until(2)
    intake.mailbox._keeper.idle_s = 0.1
    for _ in range(12):
        try:
            await intake.poll()
        except SendError:
            continue
    assert "can't hand out" in intake.mailbox.trouble
    assert intake.words == ["satu", "dua"]
    assert await box.words() == ["RUSAK"]
    await box.deliver(mail("tiga"))
    await intake.until(3)


async def test_a_mail_somebody_takes_away_meanwhile_is_passed_by(box, intake, monkeypatch):
    items = Session.items

    def gone(session, uids):
        found = items(session, uids)
        first = min(found)
        session.move([first], "Diambil")
        return found

    monkeypatch.setattr(Session, "items", gone)
    await box.deliver(mail("satu"), mail("dua"))
    await intake.until(1)
    assert intake.words == ["dua"]
