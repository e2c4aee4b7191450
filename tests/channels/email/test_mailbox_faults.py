"""A network and a server that misbehave: the mailbox comes back, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from channels.email.session import Session
from tests.channels.email.boxes import Intake, dovecot_box, eventually, mail, pymap_box
from workflow.message import SendError

BOTH = [
    pytest.param("pymap"),
    pytest.param("dovecot", marks=pytest.mark.needs_system("dovecot", "openssl")),
]


@pytest.fixture(params=BOTH)
async def box(request):
    """A mailbox behind a relay that fails on order."""
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "pymap":
            yield await stack.enter_async_context(pymap_box())
        else:
            account = request.getfixturevalue("account")
            yield await stack.enter_async_context(dovecot_box(request.getfixturevalue("server"), account, tls=False))


@pytest.fixture
async def intake(box):
    made = Intake(box.mailbox(timeout_s=1.0))
    await made.poll()
    yield made
    made.mailbox.hang_up()


async def idling(box, intake):
    """The intake, waiting for mail in IDLE."""
    waiting = asyncio.create_task(intake.until(1))
    await eventually(lambda: box.front.idling == 1)
    return waiting


async def test_a_server_killed_while_idling_is_found_again(box, intake):
    waiting = await idling(box, intake)
    box.front.cut()
    await box.deliver(mail("satu"))
    assert await waiting < 10
    assert (intake.words, intake.offered) == (["satu"], 1)


async def test_a_server_that_is_away_for_a_while_is_found_again(box, intake):
    waiting = await idling(box, intake)
    box.front.closed = True
    box.front.cut()
    await eventually(lambda: bool(intake.mailbox.trouble))
    box.front.closed = False
    await box.deliver(mail("satu"))
    assert await waiting < 10
    assert intake.mailbox.trouble == ""


async def test_a_goodbye_while_idling_is_understood_and_logged(box, intake, capsys):
    waiting = await idling(box, intake)
    box.front.say_bye()
    await box.deliver(mail("satu"))
    assert await waiting < 10
    assert "Server shutting down" in capsys.readouterr().out


async def test_a_goodbye_instead_of_go_on_is_understood(box, intake):
    box.front.bye_to_next_idle = True
    waiting = asyncio.create_task(intake.until(1))
    await eventually(lambda: not box.front.bye_to_next_idle)
    await box.deliver(mail("satu"))
    assert await waiting < 10


async def test_a_black_hole_is_noticed(box, intake):
    intake.mailbox._keeper.idle_s = 0.5
    waiting = await idling(box, intake)
    box.front.deaf = True
    await box.deliver(mail("satu"))
    began = time.monotonic()
    await eventually(lambda: "no answer" in intake.mailbox.trouble)
    assert time.monotonic() - began < 20  # 1 s where nothing else runs: the rest of IDLE, and the time-out
    box.front.deaf = False
    assert await waiting < 10


async def test_stopping_in_a_black_hole_takes_no_time(box):
    intake = Intake(box.mailbox(timeout_s=20.0, idle_s=0.1))
    await intake.poll()
    waiting = asyncio.create_task(intake.poll())
    await eventually(lambda: box.front.idling == 1)
    box.front.deaf = True
    await eventually(lambda: box.front.commands[-1] != "IDLE" or box.front.idling == 0)  # it waits for an answer
    keeper, began = intake.mailbox._keeper, time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await eventually(lambda: keeper._session is None)
    assert time.monotonic() - began < 10  # its time-out is 20 s


async def test_news_that_come_with_go_on_in_one_packet_are_heard(box, intake):
    box.front.coalesce = True
    box.front.before["IDLE"] = lambda: box.deliver(mail("satu")) if box.kind == "dovecot" else nothing()
    waiting = asyncio.create_task(intake.until(1))
    if box.kind == "pymap":  # it says nothing of what came before IDLE
        await eventually(lambda: "IDLE" in box.front.commands)
        await asyncio.sleep(0.05)
        await box.deliver(mail("satu"))
    assert await waiting < 5


async def nothing():
    """Do nothing."""


@pytest.mark.parametrize("command", ["UID FETCH", "UID SEARCH", "NOOP"])
async def test_a_connection_that_breaks_anywhere_loses_and_doubles_nothing(box, intake, command, monkeypatch):
    monkeypatch.setattr("channels.email.keeper._FIRST_PAUSE_S", 0.05)

    async def cut():
        box.front.cut()

    await box.deliver(mail("satu"), mail("dua"))
    box.front.before[command] = cut
    await intake.until(2)
    assert (intake.words, intake.offered) == (["satu", "dua"], 2)
    assert command not in box.front.before  # it did break


async def test_a_connection_that_breaks_once_turns_no_order_around(box, intake, monkeypatch):
    monkeypatch.setattr("channels.email.keeper._FIRST_PAUSE_S", 0.05)

    async def cut():
        box.front.cut()

    async def arm():
        box.front.before["UID FETCH"] = cut  # the mail itself: the first such command asks for its size

    await box.deliver(mail("satu"), mail("dua"), mail("tiga"))
    box.front.before["UID FETCH"] = arm
    await intake.until(3)
    assert (intake.words, intake.offered) == (["satu", "dua", "tiga"], 3)
    assert "UID FETCH" not in box.front.before  # it did break


async def test_a_move_that_breaks_is_made_again(box, intake, monkeypatch):
    monkeypatch.setattr("channels.email.keeper._FIRST_PAUSE_S", 0.05)

    async def cut():
        box.front.cut()

    await box.deliver(mail("satu"))
    await intake.until(1)
    box.front.before["UID MOVE"] = cut
    await box.deliver(mail("dua"))
    await intake.until(2)
    assert (intake.words, intake.offered) == (["satu", "dua"], 2)
    assert await box.words("Diproses") == ["satu"]


async def test_mail_that_cannot_be_moved_is_taken_once_and_stays(box, intake, monkeypatch):
    def refused(session, names, target):
        raise session.client.error("NO [NOPERM] not allowed")

    monkeypatch.setattr(Session, "_move", refused)
    intake.mailbox._keeper.idle_s = 0.1
    await box.deliver(mail("satu"))
    await intake.until(1)
    for _ in range(3):
        await intake.poll()
    assert intake.offered == 1
    assert "can't be moved to Diproses" in intake.mailbox.trouble
    monkeypatch.undo()
    await intake.poll()
    assert (await box.words("Diproses"), intake.mailbox.trouble) == (["satu"], "")


async def test_a_folder_somebody_deleted_is_made_again(box, intake):
    await box.deliver(mail("satu"))
    await intake.until(1)
    intake.mailbox._keeper.idle_s = 0.1
    await intake.poll()
    session = intake.mailbox._keeper._session
    await asyncio.to_thread(session.client.delete, "Diproses")
    await box.deliver(mail("dua"))
    await intake.until(2)
    for _ in range(3):
        await intake.poll()
    assert await box.words("Diproses") == ["dua"]


async def test_pauses_grow_up_to_five_minutes_and_end_with_success(box):
    intake = Intake(box.mailbox())
    await intake.poll()
    keeper = intake.mailbox._keeper
    pauses = []
    for _ in range(12):
        keeper._broken(SendError("down", "x"))
        pauses.append(keeper._pause_left_s)
    assert all(
        0.8 <= pause / wanted <= 1.2
        for pause, wanted in zip(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], strict=True)
    )
    keeper._pause_left_s = 0.0
    await box.deliver(mail("satu"))
    await intake.poll()
    assert keeper._failures == 0
    intake.mailbox.hang_up()


async def test_a_long_pause_is_waited_in_parts_and_ended_by_stopping(box):
    intake = Intake(box.mailbox())
    await intake.poll()
    intake.mailbox._keeper._pause_left_s = 250.0
    waiting = asyncio.create_task(intake.poll())
    await eventually(lambda: intake.mailbox._keeper._pause_left_s == 190.0)
    began = time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - began < 20  # a part is a minute


async def test_a_folder_may_have_any_name(box):
    intake = Intake(
        box.mailbox(handled="Sudah & Selesai – kantor", sort=lambda _: "Sudah & Selesai – kantor", idle_s=0.1)
    )
    await intake.poll()
    await box.deliver(mail("satu"))
    await intake.until(1)
    await intake.poll()
    session = intake.mailbox._keeper._session
    assert "Sudah & Selesai – kantor" in [each.name for each in await asyncio.to_thread(session.box.folder.list)]
    assert await box.words() == []
    intake.mailbox.hang_up()
