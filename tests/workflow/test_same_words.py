"""The answer in the chat and in the letter: one text, one signature, in the capacity of whoever really signed."""

from __future__ import annotations

from dataclasses import replace as with_world

import msgspec
import pytest

from tests.workflow.desk_people import moment, office, opened, straight
from workflow.duty import Duty
from workflow.papers.letter import letter
from workflow.procedure import telling
from workflow.procedure.complaint import Act, Complaint, Entry, apply
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
