"""A calendar that changes: open deadlines are reckoned anew, once, recorded, and told where the day is another one."""

from __future__ import annotations

import msgspec

from tests.workflow.desk_people import DESK, moment
from tests.workflow.desk_scene import Scene
from tests.workflow.test_standard import edited
from workflow.happening import Due
from workflow.standard.standard import load


def closed_on(scene: Scene, day: str) -> None:
    """The office has a newer standard: closed on this day too."""
    row = f'{{date = {day}, name = "Libur setempat", confirmed = true}}'
    rules = load(edited(scene.name, ("closures = []", f"closures = [{row}]")), place="x.toml")
    scene.bench.office = msgspec.structs.replace(scene.bench.office, standard=rules)


def ring(scene: Scene) -> list[str]:
    scene.sent = scene.bench.feed(
        Due(chat=scene.group, at=scene.bench.now, timer="x", kind="recompute", subject=scene.complaint.id)
    )
    return [each.text for each in scene.sent]


def kedopok() -> Scene:
    """One working day: due on Tuesday at 16.00."""
    return Scene("kedopok", at="2026-11-23 09:12")


def test_a_new_closure_moves_the_promise_which_is_recorded_and_told() -> None:
    scene = kedopok()
    old = scene.complaint
    closed_on(scene, "2026-11-24")
    told = ring(scene)
    new = scene.complaint
    assert old.due_at == moment(scene.bench.office, "2026-11-24 16:00")
    assert new.due_at == moment(scene.bench.office, "2026-11-25 16:00")
    entry = scene.bench.entries[-1]
    assert (entry.act, entry.by) == ("recomputed", "system")
    assert entry.data["rule"].startswith("1 working_day from 2026-11-23")
    assert entry.data["before"] == old.due_at.isoformat()
    assert entry.data["due"] == new.due_at.isoformat()
    assert entry.data["standard"] == scene.bench.office.standard.version != old.standard == new.standard
    (citizen,) = scene.to_citizen()
    assert citizen == (
        f"Mohon maaf, batas waktu laporan Bapak/Ibu {new.number or 'kode ' + new.code} bergeser dari "
        "Selasa, 24 November 2026 pukul 16.00 WIB menjadi Rabu, 25 November 2026 pukul 16.00 WIB, "
        "karena hari libur atau jam kerja kantor berubah."
    )
    assert any("batas berubah dari" in text for text in told)
    assert scene.bench.timers[f"total:{new.id}"].due_at == new.due_at
    assert (new.step, new.closed_at) == (old.step, None)


def test_rung_again_it_changes_nothing() -> None:
    scene = kedopok()
    closed_on(scene, "2026-11-24")
    ring(scene)
    before = scene.complaint
    assert ring(scene) == []
    assert scene.complaint == before


def test_a_promise_that_comes_earlier_is_told_without_an_apology() -> None:
    scene = kedopok()
    first = scene.bench.office
    closed_on(scene, "2026-11-24")
    ring(scene)
    scene.bench.office = first  # the closure was a mistake
    ring(scene)
    assert scene.complaint.due_at == moment(first, "2026-11-24 16:00")
    (citizen,) = scene.to_citizen()
    assert citizen.startswith("Batas waktu laporan Bapak/Ibu")


def test_an_hour_less_on_the_same_day_is_recorded_and_not_told_to_the_citizen() -> None:
    scene = kedopok()
    rules = load(edited("kedopok", ('tue = ["07:30", "16:00"]', 'tue = ["07:30", "15:00"]')), place="x.toml")
    scene.bench.office = msgspec.structs.replace(scene.bench.office, standard=rules)
    ring(scene)
    assert scene.complaint.due_at == moment(scene.bench.office, "2026-11-24 15:00")
    assert scene.bench.entries[-1].act == "recomputed"
    assert scene.to_citizen() == []


def test_a_norm_that_changed_binds_only_what_begins_after_it() -> None:
    scene = Scene("kanigaran")
    rules = load(edited("kanigaran", ("value = 60", "value = 90")), place="x.toml")
    before = scene.complaint
    pinned = scene.bench.office.standard
    scene.bench.office = msgspec.structs.replace(scene.bench.office, standard=rules)
    event = Due(chat=scene.group, at=scene.bench.now, timer="x", kind="recompute", subject=before.id)
    from dataclasses import replace

    from workflow import decide

    world = replace(scene.bench.world_for(event), standards={pinned.version: pinned, rules.version: rules})
    assert decide.decide(event, world).complaints == ()


def test_no_date_moves_while_the_citizen_is_waited_for_and_then_it_does() -> None:
    scene = Scene("kanigaran", at="2026-11-23 15:30", channel="whatsapp", chat="+6281234567867")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    closed_on(scene, "2026-11-24")
    before = scene.complaint
    ring(scene)
    assert scene.complaint == before
    scene.bench.now = moment(scene.bench.office, "2026-11-23 15:40")
    scene.citizen("ini")
    assert scene.complaint.due_at == moment(scene.bench.office, "2026-11-25 08:10")


def test_a_confidential_reports_new_date_is_not_told_in_the_group() -> None:
    scene = Scene("kedopok", at="2026-11-23 09:12", changes={"confidential": True})
    closed_on(scene, "2026-11-24")
    before = len(scene.bench.sent)
    ring(scene)
    assert not [each for each in scene.bench.sent[before:] if each.to.chat == DESK and "batas" in each.text]
