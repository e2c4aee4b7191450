"""The clerk's guide is tested by following it: every line of every office's page, with its very buttons."""

from __future__ import annotations

import re

import pytest

from tests.workflow.desk_people import OFFICES, office
from tests.workflow.desk_scene import Scene
from workflow.desk.commands import COMMANDS
from workflow.desk.guide import Task, guide, tasks
from workflow.message import Press, Sender
from workflow.procedure.progress import turn
from workflow.standard.standard import shipped

TYPED = {"number": "400.14/7/432/2026"}
WORDS = "Jalan sudah kami tambal pada hari ini."


def follow(scene: Scene, task: Task) -> None:
    """Do what the line says, as the first person of the role it names."""
    press = Press(chat=scene.group, id="x", sender=Sender(id="0"), at=scene.bench.now, data="-")
    now = turn(scene.complaint, scene.bench.world_for(press))
    assert now.role == task.role, f"{task.no}: the guide sends {task.who}, the card waits for {now.role}"
    name = now.people[0].name
    for do in task.do:
        if do.kind == "press":
            scene.press(name, do.what)
        elif do.kind == "name":
            scene.press(name, scene.bench.office.with_role(do.what)[0].name)
        else:
            scene.reply(name, "Langkah", TYPED.get(do.what, WORDS))


@pytest.mark.parametrize("name", OFFICES)
def test_who_follows_the_page_brings_a_complaint_from_the_first_message_to_the_archive(name):
    scene = Scene(name)
    for task in tasks(shipped()[name]):
        if task.do:
            follow(scene, task)
    assert scene.complaint.closed_as == "answered"
    assert scene.complaint.answer == WORDS


@pytest.mark.parametrize("name", OFFICES)
def test_every_published_step_stands_on_the_page(name):
    standard = shipped()[name]
    assert list(dict.fromkeys(task.no for task in tasks(standard))) == [step.no for step in standard.steps]


@pytest.mark.parametrize("name", OFFICES)
def test_every_command_on_the_page_is_one(name):
    page = guide(office(name))
    text = "\n".join(line for box in page["boxes"] for line in box["lines"])
    assert set(re.findall(r"/([a-z]+)", text.replace("Bapak/Ibu", ""))) <= COMMANDS


def test_a_reply_to_the_citizens_words_leaves_after_the_seconds_named_and_can_be_stopped():
    scene = Scene("kanigaran")
    assert "setelah 10 detik" in guide(scene.bench.office)["boxes"][0]["lines"][0]
    scene.citizen("kapan ditambal?")
    scene.reply("Petugas Satu", "kapan ditambal", "Besok pagi.")
    sent = scene.wait_s(10)
    assert any(each.to == scene.home and "Besok pagi." in each.text for each in sent)
    scene.citizen("jam berapa?")
    scene.reply("Petugas Satu", "jam berapa", "Jam 25.")
    scene.press("Petugas Satu", "Batalkan")
    assert not any(each.to == scene.home for each in scene.wait_s(60))


def test_a_dot_makes_a_note_and_talk_stays_in_the_group():
    scene = Scene("kanigaran")
    scene.citizen("kapan ditambal?")
    scene.reply("Petugas Satu", "kapan ditambal", ". sudah ditelepon")
    scene.say("Petugas Dua", "siapa piket besok?")
    assert not any(each.to == scene.home for each in scene.wait_s(60))


def test_the_example_of_catat_makes_a_complaint():
    page = guide(office("kanigaran"))
    example = re.search(r"misalnya: (/catat .+)$", page["boxes"][1]["lines"][0])
    scene = Scene("kanigaran", changes={"empty": True})
    scene.say("Petugas Satu", example[1])
    assert scene.complaint.statement == example[1].removeprefix("/catat ")


def test_a_wrong_press_is_taken_back_by_the_button_it_names():
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    assert "[Tarik kembali]" in guide(scene.bench.office)["boxes"][2]["lines"][0]
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.complaint.step == shipped()["kanigaran"].steps[1].id


def test_it_says_where_papers_to_be_printed_are():
    page = guide(office("kedopok"))
    assert any(line.startswith("Naskah untuk dicetak: [Lainnya]") for line in page["boxes"][2]["lines"])
    assert page["tasks"][0]["who"] == "Pemohon"
