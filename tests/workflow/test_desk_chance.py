"""Whatever anybody presses, types or sends at the desk: nothing breaks, no step is skipped, every refusal has a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.desk_people import OFFICES
from tests.workflow.desk_scene import CITIZEN, DESK, Scene
from workflow.desk.show import show
from workflow.happening import Due
from workflow.message import Choice
from workflow.procedure.complaint import Act, Complaint, Entry, Refused, apply
from workflow.procedure.stages import parts
from workflow.say import units
from workflow.standard.standard import Standard

PEOPLE = ["901", "902", "903", "904", "951", "952", "4711"]
TEXTS = ["", ".catatan", "Sudah kami tangani.", "{number}", "/tugas", "/antrean", "/cari jalan", "/bantuan", "x" * 5000,
         "/absen", "/absen hari ini", "/absen kapan", "/serahkan", "/plh", "s.d. Jumat"]  # fmt: skip

MOVES = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 40), st.sampled_from(PEOPLE)),
    st.tuples(st.just("press"), st.just(0), st.sampled_from(PEOPLE)),
    st.tuples(st.just("turn"), st.integers(0, 5), st.just("")),
    st.tuples(st.just("reply"), st.integers(0, 15), st.sampled_from(PEOPLE)),
    st.tuples(st.just("say"), st.integers(0, 14), st.sampled_from(PEOPLE)),
    st.tuples(st.just("citizen"), st.integers(0, 4), st.just("")),
    st.tuples(st.just("wait"), st.integers(1, 3000), st.just("")),
)


def visible(scene: Scene) -> list[tuple[object, Choice]]:
    """Every button that can be pressed, the newest first; old ones too, as a slow phone still shows them."""
    return [
        (posted, choice)
        for posted in reversed(scene.bench.posted)
        for row in posted.message.choices
        for choice in row
        if posted.message.to.chat != CITIZEN and choice.data
    ]


def move(scene: Scene, kind: str, n: int, who: str) -> None:
    complaint = scene.complaint
    if kind == "press" and (buttons := visible(scene)):
        posted, choice = buttons[n % len(buttons)]
        scene.press_data(who, choice.data, posted, posted.message.to.chat)
    elif kind == "turn" and (buttons := visible(scene)):
        posted, choice = buttons[n % min(len(buttons), 6)]
        holder = complaint.waits_for.removeprefix("staff:")
        people = [str(p.id) for p in scene.bench.office.with_role(holder)] or [holder or "901"]
        scene.press_data(people[0], choice.data, posted, posted.message.to.chat)
    elif kind == "reply" and scene.bench.posted:
        posted = scene.bench.posted[-1 - n % len(scene.bench.posted)]
        if posted.message.to.chat == DESK:
            scene.say("Petugas Satu", TEXTS[n % len(TEXTS)], user=who, reply_to=posted.id)
    elif kind == "say":
        scene.say("Petugas Satu", TEXTS[n % len(TEXTS)], user=who)
    elif kind == "citizen":
        act = ["said", "evidence", "satisfied", "unsatisfied", "withdraw"][n]
        world = scene.bench.world_for(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list"))
        try:
            done = apply(complaint, Act(kind=act, text="halo", data={"message": "c1"}), world)
        except Refused:
            return
        scene.bench._apply(None, done + show(world.complaints, done.complaints, done, world))
    else:
        scene.wait_s(n)


def replayed(entries: list[Entry], rules: Standard) -> list[tuple[str, str]]:
    """The places that the record alone says the complaint went through: (from, to)."""
    return [
        (entry.step, entry.data["to"])
        for entry in entries
        if entry.data.get("to") and entry.step != entry.data["to"].partition("/")[0]
    ]


def allowed(rules: Standard, entries: list[Entry]) -> set[tuple[str, str]]:
    """Every move that the standard publishes, and the take-backs and reopenings that the record names."""
    moves = {(step.id, onward) for step in rules.steps for onward in step.next}
    moves |= {(step.id, step.returns_to) for step in rules.steps if step.returns_to}
    moves |= {(step.id, branch.to) for step in rules.steps for branch in step.branch}
    return moves | {(e.step, e.data["to"]) for e in entries if e.act in ("koreksi", "reopen")}


def stands_where_the_record_says(complaint: Complaint, entries: list[Entry], rules: Standard) -> bool:
    place = entries[0].step
    for entry in entries:
        if entry.act in ("koreksi", "reopen") or entry.data.get("to"):
            place = entry.data["to"].partition("/")[0]
    return place == complaint.step


@pytest.mark.parametrize("name", OFFICES)
@given(moves=st.lists(MOVES, max_size=25))
@settings(max_examples=15)
def test_random_presses_by_random_people_break_nothing(name: str, moves: list[tuple[str, int, str]]) -> None:
    scene = Scene(name)
    rules = scene.bench.office.standard
    for kind, n, who in moves:
        before = scene.complaint.version
        move(scene, kind, n, who)
        assert scene.complaint.version >= before
        for sent in scene.sent:
            assert all(len(choice.data.encode()) <= 64 for row in sent.choices for choice in row)
            assert not (sent.choices or sent.kind == "edit") or units(sent.text) <= 4096, sent.text[:80]
            assert not (sent.enclosure and sent.to.chat == DESK and not sent.enclosure.file)
    complaint = scene.complaint
    entries = [entry for entry in scene.bench.entries if entry.complaint == complaint.id]
    assert set(replayed(entries, rules)) <= allowed(rules, entries), "no published step is skipped"
    assert stands_where_the_record_says(complaint, entries, rules)
    assert 0 <= complaint.part < len(parts(rules.step(complaint.step)))
    assert (complaint.closed_at is None) == bool(complaint.waits_for)
    if complaint.number:
        assert complaint.number.endswith("-2026-0001")
