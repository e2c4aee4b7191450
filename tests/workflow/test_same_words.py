"""The answer in the chat and in the letter: one text, one signature, in the capacity of whoever really signed."""

from __future__ import annotations

import random
from dataclasses import replace as with_world
from datetime import timedelta

import msgspec
import pytest

from tests.workflow.desk_people import moment, office, opened, straight
from workflow.duty import Duty
from workflow.papers.letter import letter
from workflow.procedure import telling
from workflow.procedure.complaint import Act, Complaint, Entry, Refused, apply
from workflow.procedure.progress import part_of
from workflow.world import World

OFFICES = ("kedopok", "kanigaran", "pegantenan", "dpmd-pasuruan", "pekutatan")


def at_delivery(name: str, here: World | None = None) -> tuple[Complaint, list[Entry], World]:
    """A complaint that waits to be brought, with its record."""
    decision, world = opened(office(name))
    world = here or world
    complaint, entries = decision.complaints[0], list(decision.entries)
    for _ in range(40):
        if part_of(complaint, world.office.standard).act == "deliver":
            return complaint, entries, world
        done = apply(complaint, straight(complaint, world), world)
        complaint = done.complaints[0]
        entries += done.entries
    raise AssertionError(f"{name} never comes to its delivery")


def in_chat(complaint: Complaint, world: World) -> str:
    return telling.answer(complaint, world)


@pytest.mark.parametrize("name", OFFICES)
def test_the_words_and_the_signature_are_the_same_in_chat_and_letter(name):
    complaint, entries, world = at_delivery(name)
    sheet = letter(complaint, entries, world)
    assert sheet is not None
    text = in_chat(complaint, world)
    assert "\n\n".join(sheet.body) == complaint.answer
    assert complaint.answer in text
    role = sheet.signs[0].role
    signer = world.office.standard.letter.signer
    assert (role[0].rstrip(",") if signer else role[1]) in text
    assert ("Disampaikan oleh" in text) is not bool(signer)


@pytest.mark.parametrize("name", ["kedopok", "pegantenan", "pekutatan"])
def test_who_stood_in_signs_as_plh_in_both(name):
    here = office(name)
    head = here.with_role(here.standard.letter.signer)[0]
    other = next(each for each in here.staff if each.has_role("sekcam"))
    since = moment(here, "2026-11-20 08:00")
    duty = Duty(
        id="d1", kind="plh", person=other.id, since=since, at=since, role=here.standard.letter.signer, holder=head.id
    )
    away = Duty(id="d2", kind="away", person=head.id, since=since, at=since)
    _, world = opened(here)
    staffed = msgspec.structs.replace(here, duties=(duty, away))
    complaint, entries, world = at_delivery(name, with_world(world, office=staffed))
    sheet = letter(complaint, entries, world)
    assert sheet is not None
    assert sheet.signs[0].role[0].startswith("Plh. Camat")
    assert "Plh. Camat" in in_chat(complaint, world)


@pytest.mark.parametrize("name", ["kedopok", "pegantenan", "pekutatan"])
def test_an_approval_by_phone_that_they_object_to_is_nobodys_signature_in_both(name):
    """Where the head's own draft is the answer, what was entered is the draft."""
    decision, world = opened(office(name))
    complaint, entries = decision.complaints[0], list(decision.entries)
    signer = world.office.standard.letter.signer
    head = world.office.with_role(signer)[0]
    entered = ""
    while part_of(complaint, world.office.standard).act != "deliver":
        act = straight(complaint, world)
        if act.by == f"staff:{head.id}" and act.kind in ("draft", "approve", "sign"):
            petugas = world.office.with_role("petugas")[-1]  # not the one who drafted
            act = msgspec.structs.replace(
                act, by=f"staff:{petugas.id}", data={**act.data, "entered_for": str(head.id), "how": "phone"}
            )
            entered = str(complaint.version + 1)
        done = apply(complaint, act, world)
        complaint, entries = done.complaints[0], [*entries, *done.entries]
    assert "Disampaikan oleh" not in in_chat(complaint, world)
    done = apply(complaint, Act(kind="object", by=f"staff:{head.id}", data={"arg": entered}), world)
    complaint, entries = done.complaints[0], [*entries, *done.entries]
    sheet = letter(complaint, entries, world)
    assert sheet is not None
    assert sheet.signs[0].role[0] == "Disampaikan oleh"
    assert "Disampaikan oleh" in in_chat(complaint, world)


@pytest.mark.parametrize("name", ["kedopok", "pegantenan", "pekutatan"])
def test_words_changed_after_the_signature_bear_none_in_both(name):
    complaint, entries, world = at_delivery(name)
    petugas = world.office.with_role("petugas")[0]
    done = apply(complaint, Act(kind="reword", by=f"staff:{petugas.id}", text="Kata yang lain."), world)
    complaint, entries = done.complaints[0], [*entries, *done.entries]
    text = in_chat(complaint, world)
    sheet = letter(complaint, entries, world)
    assert sheet is not None
    assert "Kata yang lain." in text
    assert sheet.body == ("Kata yang lain.",)
    assert "Disampaikan oleh" in text
    assert not sheet.signs[0].role[0].startswith("Camat")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["kedopok", "pegantenan", "pekutatan"])
def test_whatever_happens_chat_and_letter_bear_the_same_signature(name, seed):
    """Drafts and approvals by phone, objections to any of them, returns, take-backs, other words, reopenings."""
    rng, compared = random.Random(seed), 0
    decision, world = opened(office(name))
    complaint, entries = decision.complaints[0], list(decision.entries)
    for n in range(60):
        world = with_world(world, now=world.now + timedelta(seconds=rng.choice((5, 60, 700))))
        try:
            done = apply(complaint, _anything(complaint, world, rng, n), world)
        except Refused:
            continue
        complaint, entries = (done.complaints or (complaint,))[0], [*entries, *done.entries]
        if complaint.answered_at is not None and complaint.delivery == "waiting":
            complaint = msgspec.structs.replace(complaint, delivery="delivered")
        if complaint.closed_at is None and part_of(complaint, world.office.standard).act != "deliver":
            continue
        sheet, text = letter(complaint, entries, world), in_chat(complaint, world)
        assert sheet is not None
        compared += 1
        assert ("Disampaikan oleh" in text) == (sheet.signs[0].role[0] == "Disampaikan oleh"), entries[-6:]
        assert all(line in text for line in sheet.body)
    assert compared


def _anything(complaint: Complaint, world: World, rng: random.Random, n: int) -> Act:
    """Mostly what's to be done next; now and then something that shakes a signature."""
    if complaint.closed_at is not None:
        return Act(kind="unsatisfied", by="citizen", text="belum")
    act, staff = straight(complaint, world), [str(each.id) for each in world.office.staff]
    kind = rng.choices(("next", "phone", "return", "write", "undo", "reword", "object"), (10, 6, 2, 2, 1, 1, 3))[0]
    if kind == "phone" and act.kind in ("report", "draft", "approve", "sign"):
        data = {**act.data, "entered_for": act.by.removeprefix("staff:"), "how": "phone"}
        return msgspec.structs.replace(act, by=f"staff:{rng.choice(staff)}", data=data)
    if kind == "object":
        versions = [key.partition(":")[2] for key in complaint.extra if key.startswith("entered:")] or ["1"]
        return Act(kind="object", by=f"staff:{rng.choice(staff)}", data={"arg": rng.choice(versions)})
    if kind in ("next", "phone"):
        return act
    return Act(
        kind=kind, by=complaint.acted_by if kind == "undo" else act.by, text=f"{kind} {n}", version=complaint.version
    )
