"""Retention through the real road: what was closed loses its documents, media and words each in its time, and for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from bot.alerts import Alerts
from bot.intake import Intake
from storage.files import NotThere
from storage.rows import read_outbound
from storage.seal import Unopenable
from storage.tables import entries, outbox, quarantine
from tests.bot.keeping import NIK, SECOND, TEXT, WITHDRAWN, Program, picture, told
from tests.doubles import MORNING, a_seal, citizen, payload
from workflow.world import Erasure, Timer


@pytest.fixture
async def program(sqlite, channel, tmp_path):
    made = Program(sqlite, channel, tmp_path / "files")
    channel.files = {name: picture(n) for n, name in enumerate(("ktp", "kk", "jalan"))}
    yield made
    await made.media.close()


async def test_documents_go_for_good_after_their_days_and_a_copy_of_their_bytes_opens_no_more(program) -> None:
    await told(program, then=WITHDRAWN)
    before = program.complaint()
    ktp, kk, place = (each for each in before.papers if each.sort in ("ktp", "kk", "location_photo"))
    assert before.closed_at is not None
    assert NIK in before.private.values()
    rows = {each.file: program.store.now(lambda unit, name=each.file: unit.shelf.file(name)) for each in before.papers}
    keys = {name: program.store.now(lambda unit, row=row: unit.shelf.file_key(row)) for name, row in rows.items()}
    assert await program.files.read(ktp.file, keys[ktp.file])
    sealed = next(path for path in program.folder.rglob("*") if path.is_file() and ktp.file in path.name).read_bytes()
    await program.pass_days(29)
    assert program.complaint() == before, "not a day too early"
    await program.pass_days(1.1)
    after = program.complaint()
    assert {each.sort: each.state for each in after.papers} == {
        "ktp": "erased", "kk": "erased", "location_photo": "ready"
    }  # fmt: skip
    assert NIK not in after.private.values()
    assert after.statement == before.statement
    for gone in (ktp.file, kk.file):
        with pytest.raises(NotThere):
            await program.files.read(gone, keys[gone])
        assert program.store.now(lambda unit, name=gone: unit.shelf.file(name)) is None
    assert await program.files.read(place.file, keys[place.file])
    with pytest.raises(Unopenable):
        program.store.now(lambda unit: unit.shelf.file_key(replace_row(rows[ktp.file])))
    assert len(sealed) > 1000
    (line,) = program.lines("erased")
    assert line.data == {"kind": "identity", "files": "2", "rule": "privacy.retention_days.identity = 30"}
    assert [(each.kind, each.files) for each in program.erased()] == [("identity", 2)]


def replace_row(row):
    """The row of a file as the database had it left to who kept a copy of the bytes: its key is destroyed."""
    from dataclasses import replace as changed

    return changed(row, sealed=None)


async def test_numbers_said_after_the_report_go_with_its_identity_data(program) -> None:
    await told(program)
    other = "3574014101900004"
    await program.say(f"tambahan KNG-2026-0001: NIK istri saya {other}")
    assert other in repr((program.complaint().private, program.talk().private))
    for text in WITHDRAWN:
        await program.say(text)
    await program.pass_days(31)
    assert NIK not in repr((program.complaint().private, program.talk().private))
    assert other not in repr((program.complaint().private, program.talk().private))
    stored = program.store.now(lambda unit: unit.connection.exec_driver_sql("SELECT * FROM identities").all())
    assert stored == []


async def test_photos_and_words_go_in_their_own_time_and_the_line_of_the_register_stays(program) -> None:
    await told(program, then=WITHDRAWN)
    for days in (30, 336, 366):
        await program.pass_days(days)
    after = program.complaint()
    assert [each.state for each in after.papers] == ["erased"] * 3
    assert (after.sayings, after.revisions) == ((), ())
    assert after.number == "KNG-2026-0001"
    assert "lampu jalan" in after.statement
    assert not [each for each in program.folder.rglob("*") if each.is_file() and each.stat().st_size > 1000]
    assert [each.kind for each in program.erased() if each.complaint] == ["identity", "media", "messages"]
    stored = program.store.now(lambda unit: unit.connection.execute(select(entries.c.act, entries.c.body)).all())
    assert not [body for _, body in stored if "tiangnya" in body]
    assert "said" in [act for act, _ in stored], "that something was said stays"


async def test_nothing_of_a_talk_can_be_found_in_the_database_after_two_years(program) -> None:
    await told(program, then=WITHDRAWN)
    await program.say("terima kasih, nama saya sebenarnya Wulandari Contoh Rahasia")
    for _ in range(12):
        await program.pass_days(80)
    words = " ".join(
        str(row)
        for table in ("conversations", "complaints", "entries", "outbox", "inbox", "sent")
        for row in program.store.now(
            lambda unit, table=table: unit.connection.exec_driver_sql(f"SELECT * FROM {table}").all()
        )
    )
    assert "Wulandari" not in words
    assert "tiangnya" not in words
    assert program.talk().complaints, "STATUS still finds it"


async def test_an_open_complaint_and_one_that_was_opened_again_lose_nothing(program) -> None:
    await told(program)
    assert program.timers() == {}
    await program.pass_days(800)
    assert [each.state for each in program.complaint().papers] == ["ready"] * 3
    assert program.lines("erased") == []


async def test_a_bell_that_rings_for_what_runs_again_takes_nothing(program) -> None:
    await told(program, then=WITHDRAWN)
    closed = program.complaint()
    program.clock.shift(timedelta(days=31))
    await program.ticks.step()  # it rang and waits in the lane; meanwhile the office opens the case again
    open_again = replace(closed, closed_at=None, closed_as="", version=closed.version + 1)

    def reopen(unit):
        kept = unit.cases.complaints(ids=[closed.id])[closed.id]
        from storage.cases import Turn

        unit.cases.keep_complaints([(open_again, kept.rev, Turn())], program.now)

    program.store.now(reopen)
    await program.turn()
    assert [each.state for each in program.complaint().papers] == ["ready"] * 3


async def test_complaints_closed_before_this_version_get_their_bells_and_other_days_move_them(program) -> None:
    await told(program, then=WITHDRAWN)
    timers = program.timers()
    assert set(timers) == {"keep_identity", "keep_media", "keep_messages"}
    program.store.now(lambda unit: unit.times.unset([("kanigaran", each.key) for each in timers.values()], program.now))
    program.start()
    assert await program.ticks.retain() == 3
    assert {kind: each.due_at for kind, each in program.timers().items()} == {
        kind: each.due_at for kind, each in timers.items()
    }
    assert await program.ticks.retain() == 0, "once for each rule"
    program.start(TEXT.replace("identity = 30,", "identity = 3,"))
    await program.ticks.retain()
    moved = program.timers()["keep_identity"]
    assert moved.due_at == timers["keep_identity"].due_at - timedelta(days=27)
    assert moved.rule.startswith("privacy.retention_days.identity = 3 from")
    program.start(TEXT.replace("identity = 30,", "identity = 90,"))
    await program.ticks.retain()
    await program.pass_days(40)
    assert program.lines("erased") == []


async def test_a_longer_time_holds_though_the_old_bell_rings_first(program) -> None:
    await told(program, then=WITHDRAWN)
    program.start(TEXT.replace("identity = 30,", "identity = 90,"))
    program.clock.shift(timedelta(days=31))
    while await program.ticks.step():
        pass
    await program.decide()
    assert program.lines("erased") == []
    assert program.timers()["keep_identity"].due_at == program.complaint().closed_at + timedelta(days=90)


async def test_dying_between_the_erasing_and_the_tidying_is_mended_by_the_next_process(program) -> None:
    await told(program, then=WITHDRAWN)
    program.clock.shift(timedelta(days=31))
    while await program.ticks.step():
        pass
    program.start()  # it rang, and the process died before anything was decided
    await program.decide()
    program.start()  # decided, and died before the bytes went
    (gone, *_) = [each.file for each in program.complaint().papers if each.state == "erased"]
    assert [path for path in program.folder.rglob("*") if gone in path.name]
    await program.ticks.tidy()
    assert not [path for path in program.folder.rglob("*") if gone in path.name]
    assert len(program.lines("erased")) == 1


async def test_a_document_used_again_in_a_running_report_stays_until_that_one_is_over(program) -> None:
    await told(program, then=WITHDRAWN)
    first = program.complaint()
    await program.say("min ada jalan rusak depan sd di gg melati rt 2")
    await program.say("ya")  # the same person
    for text in ("nanti", "ya", "ya"):
        await program.say(text)
    second = program.complaint("KNG-2026-0002")
    shared = {each.file for each in first.papers} & {each.file for each in second.papers}
    assert shared, "the identity documents were taken over"
    await program.pass_days(31)
    assert {each.state for each in program.complaint("KNG-2026-0002").papers if each.file in shared} == {"ready"}
    for name in shared:
        assert program.store.now(lambda unit, name=name: unit.shelf.file(name)).state == "ready"
    await program.say("batal KNG-2026-0002")
    await program.say("ya")
    for _ in range(6):
        await program.pass_days(8)
    assert [program.store.now(lambda unit, name=name: unit.shelf.file(name)) for name in shared] == [None] * len(shared)


async def test_what_nobody_brought_back_from_quarantine_goes_and_is_told_before(program) -> None:
    await Intake(program.road).receive(program.channel, payload("broken", None))
    await program.decide()
    assert len(program.store.now(lambda unit: unit.inbox.unread())) == 1
    alerts = Alerts(program.road, dict, str)
    await alerts.step()
    await program.pass_days(77)
    await alerts.step()
    known = program.store.now(lambda unit: unit.people.alerts())
    assert any(key.startswith("unread:kanigaran") for key in known)
    assert len(program.store.now(lambda unit: unit.inbox.unread())) == 1
    await program.pass_days(14)
    assert program.store.now(lambda unit: unit.inbox.unread()) == []
    payloads = program.store.now(lambda unit: unit.connection.execute(select(quarantine.c.payload)).scalars().all())
    assert payloads == [b""]


def queued(program) -> list[str]:
    """Everything that left or waits to: the recap that's drawn by the press waits before the report."""
    sealed = program.store.now(lambda unit: unit.connection.execute(select(outbox.c.payload)).scalars().all())
    return [read_outbound(a_seal().open("outbox", each)).text for each in sealed]


async def test_the_desk_reads_once_a_month_what_was_erased_and_the_citizen_that_it_was(program) -> None:
    await told(program, then=WITHDRAWN)
    for _ in range(4):
        await program.pass_days(20)
    texts = queued(program)
    (report,) = [each for each in texts if "Penghapusan data" in each]
    assert report.startswith("Penghapusan data Januari 2027: 1 laporan (identitas, 2 berkas), 0 laporan")
    assert len([each for each in texts if "KNG-2026-0001 sudah kami hapus, 30 hari" in each]) == 1


async def test_what_staff_hold_stays_until_they_let_it_go(program) -> None:
    await told(program, then=WITHDRAWN)
    await program.order("/tahan KNG-2026-0001 ada pemeriksaan Inspektorat")
    assert program.timers() == {}
    await program.pass_days(800)
    assert [each.state for each in program.complaint().papers] == ["ready"] * 3
    await program.order("/lepas KNG-2026-0001")
    await program.turn()
    assert [each.state for each in program.complaint().papers] == ["erased"] * 3
    assert [each.text for each in (*program.lines("hold"), *program.lines("release"))] == [
        "ada pemeriksaan Inspektorat",
        "",
    ]


def test_the_report_of_the_command_names_what_went_and_what_is_due(tmp_path, sqlite) -> None:
    from bot.retention_cli import rows_of

    line = Erasure(complaint="c1", kind="media", rule="privacy.retention_days.media = 365", files=2, at=MORNING)
    timer = Timer(key="keep_messages:c1", lane=citizen(), due_at=MORNING, kind="keep_messages", subject="c1", rule="r")

    def keep(unit):
        unit.privacy.record([("kanigaran", line), ("kedopok", line)])
        unit.times.set([timer])

    sqlite.now(keep)
    assert sqlite.now(lambda unit: rows_of(unit, "kanigaran", 30, MORNING + SECOND)) == [
        ("erased", "2026-11-23T02:00Z", "media", "c1", "2", "privacy.retention_days.media = 365"),
        ("due", "2026-11-23T02:00Z", "messages", "c1", "", "r"),
    ]
