"""What a citizen asks about their own data, on the whole road: sealed, answered once, in time, and provable after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.alerts import Alerts
from bot.pump import Pump
from storage.rows import read_outbound
from storage.tables import entries, keys, outbox
from storage.tables_personal import data_requests, erasures, notices
from storage.unit import Conflict
from tests.bot.keeping import NIK, WITHDRAWN, Program, picture, told
from tests.doubles import a_seal


@pytest.fixture
async def program(store, channel, tmp_path):
    """On both databases."""
    made = Program(store, channel, tmp_path / "files")
    channel.files = {name: picture(n) for n, name in enumerate(("ktp", "kk", "jalan"))}
    yield made
    await made.media.close()


def only(program):
    """The one request there is."""
    (name,) = program.store.now(lambda unit: unit.connection.execute(select(data_requests.c.id)).scalars().all())
    ((request, rev),) = program.store.now(lambda unit: unit.privacy.requests([name])).values()
    return request, rev


def texts(program, chat: str = "") -> list[str]:
    rows = program.store.now(lambda unit: unit.connection.execute(select(outbox.c.payload)).scalars().all())
    sent = [read_outbound(a_seal().open("outbox", each)) for each in rows]
    return [each.text for each in sent if not chat or each.to.chat == chat]


async def test_a_request_is_sealed_and_its_words_never_enter_the_group(program) -> None:
    await told(program)
    await program.say(f"tolong hapus data saya, nama saya Wulandari, nik {NIK}")
    request, _ = only(program)
    assert (request.wish, request.due_at - request.asked_at) == ("erase", timedelta(hours=72))
    raw = program.store.now(lambda unit: unit.connection.execute(select(data_requests)).mappings().one())
    assert b"Wulandari" not in bytes(raw["sealed"])
    assert "Wulandari" in request.words
    assert not [each for each in texts(program, "-100200") if "Wulandari" in each]
    assert {each.kind for each in program.all_timers() if each.subject == request.id} == {
        "request_half",
        "request_last",
        "request_due",
    }


async def test_two_who_press_at_once_answer_it_once(program) -> None:
    await told(program, then=WITHDRAWN)
    await program.say("tolong hapus data saya")
    request, _ = only(program)
    for _ in range(2):
        await program.press(f"d:dreq:{request.id}:0:erase!")
    answers = [each for each in texts(program, "1") if f"DP-{request.id}, " in each]
    assert len(answers) == 1
    request, _ = only(program)
    assert (request.outcome, request.words, request.by) == ("erase", "", "staff:900")


async def test_deleting_what_is_closed_leaves_the_register_the_proof_and_nothing_else(program) -> None:
    await told(program, then=WITHDRAWN)
    await program.say("tolong hapus data dan foto ktp saya")
    request, _ = only(program)
    await program.press(f"d:dreq:{request.id}:0:erase!")
    await program.ticks.tidy()
    after = program.complaint()
    assert [each.state for each in after.papers] == ["erased"] * 3
    assert NIK not in after.private.values()
    assert (after.sayings, after.number) == ((), "KNG-2026-0001")
    assert not [each for each in program.folder.rglob("*") if each.is_file() and each.stat().st_size > 1000]
    (line,) = program.lines("data_request")
    assert line.data["articles"] == "UU 27/2022 Pasal 8, 43, 45, 50"
    kinds = program.store.now(lambda unit: unit.connection.execute(select(erasures.c.kind)).scalars().all())
    assert sorted(kinds) == ["identity", "media", "messages", "messages", "request"]
    assert {each.subject for each in program.all_timers()} & {request.id, after.id} == set()
    (row,) = [each for each in program.report() if each[0] == "request"]
    assert row[2:4] == ("answered", f"DP-{request.id}")
    assert row[-1].endswith("in time")


async def test_what_still_runs_keeps_its_data_and_loses_it_once_it_cannot_be_opened_again(program) -> None:
    await told(program)
    await program.say("tolong hapus data saya")
    request, _ = only(program)
    await program.press(f"d:dreq:{request.id}:0:erase!")
    assert [each.state for each in program.complaint().papers] == ["ready"] * 3
    for text in WITHDRAWN:
        await program.say(text)
    await program.pass_days(13)
    assert [each.state for each in program.complaint().papers] == ["ready"] * 3
    await program.pass_days(2)
    assert [each.state for each in program.complaint().papers] == ["erased"] * 3
    assert [each for each in texts(program, "1") if f"sesuai permintaan DP-{request.id}" in each]


async def test_a_copy_goes_to_their_own_chat_alone_and_holds_what_we_have(program) -> None:
    await told(program)
    await program.say("minta salinan data saya")
    request, _ = only(program)
    await program.press(f"d:dreq:{request.id}:0:copy!")
    (copy,) = [each for each in texts(program) if each.startswith("Salinan data")]
    assert copy in texts(program, "1")
    for part in ("lampu jalan", "tiangnya juga miring", "KTP", NIK, "Pemberitahuan privasi"):
        assert part in copy


async def test_unanswered_it_is_told_to_the_operator_and_once_more_when_it_is_over(program) -> None:
    await told(program)
    await program.say("minta salinan data saya")
    request, _ = only(program)
    alerts = Alerts(program.road, dict, str)
    await alerts.step()
    for hours in (37, 24, 12):
        await program.pass_days(hours / 24)
    group = texts(program, "-100200")
    assert [
        sum(word in each for each in group) for word in ("Pengingat: permintaan", "harus dijawab", "LEWAT WAKTU")
    ] == [
        1,
        1,
        1,
    ]
    await alerts.step()
    assert "data_requests:kanigaran" in program.store.now(lambda unit: unit.people.alerts())
    await program.press(f"d:dreq:{request.id}:0:copy!")
    await alerts.step()
    assert "data_requests:kanigaran" not in program.store.now(lambda unit: unit.people.alerts())
    assert program.report()[-1][-1].endswith("late")


async def test_a_process_that_dies_between_the_decision_and_the_doing_is_followed_by_one_that_does_it(program) -> None:
    await told(program)
    await program.say("minta salinan data saya")
    request, _ = only(program)
    before = Pump.step
    try:

        async def once(self):
            done = await before(self)
            Pump.step = nothing
            return done

        async def nothing(self):
            return False

        Pump.step = once
        await program.press(f"d:dreq:{request.id}:0:copy!")
    finally:
        Pump.step = before
    assert only(program)[0].closed_at is None
    program.start()
    await program.decide()
    assert only(program)[0].outcome == "copy"
    assert len([each for each in texts(program) if each.startswith("Salinan data")]) == 1


async def test_a_request_whose_key_was_destroyed_is_as_good_as_gone_and_a_stale_write_is_refused(program) -> None:
    await told(program)
    await program.say("minta salinan data saya")
    request, rev = only(program)
    with pytest.raises(Conflict):
        program.store.now(lambda unit: unit.privacy.keep_requests([(request, rev - 1)], program.now))
    name = f"kanigaran/request/{request.id}"
    program.store.now(lambda unit: unit.connection.execute(update(keys).where(keys.c.name == name).values(sealed=None)))
    assert program.store.now(lambda unit: unit.privacy.requests([request.id])) == {}
    await program.press(f"d:dreq:{request.id}:0:copy!")
    assert not [each for each in texts(program) if each.startswith("Salinan data")]


async def test_the_words_of_the_notice_that_was_shown_can_be_printed_years_later(program) -> None:
    await told(program)
    (line,) = program.lines("notice")
    assert {name: line.data[name] for name in ("on", "followed")} == {"on": "telegram", "followed": "went_on"}
    ((row,),) = [program.store.now(lambda unit: unit.privacy.notice(line.data["version"]))]
    for part in ("Pasal 20 ayat (2) huruf e", "30 hari", "Telegram", "3 x 24 jam", line.data["version"]):
        assert part in row.words
    program.start(program.text.replace("identity = 30,", "identity = 20,"))
    await program.say("min jalan di gg melati rt 9 rusak berlubang", chat="2")
    versions = program.store.now(lambda unit: unit.connection.execute(select(notices.c.version)).scalars().all())
    assert len(set(versions)) == 2, "other words, another version; the first stays"


async def test_a_draft_given_up_leaves_only_that_it_was_and_what_was_shown(program) -> None:
    await program.say("min lampu jalan di gg mawar rt 3 mati")
    await program.say("", "ktp")
    for text in ("batal", "ya"):
        await program.say(text)
    found = program.store.now(
        lambda unit: unit.privacy.erased("kanigaran", program.now - timedelta(days=1), program.soon)
    )
    ((kind, rule, files),) = [(each.kind, each.rule, each.files) for each in found]
    assert (kind, files) == ("draft", 1)
    assert rule.startswith("cancelled; notice ")
    assert program.store.now(lambda unit: unit.connection.execute(select(entries)).all()) == []
