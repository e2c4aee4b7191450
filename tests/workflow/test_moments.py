"""Clocks go by when something reached the office, not by when it was handled: an outage shifts no promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.workflow.desk_people import DESK, moment
from tests.workflow.desk_scene import Scene
from tests.workflow.talk import talk
from workflow import decide
from workflow.conversation import Conversation
from workflow.message import Address, Message, Press, Sender
from workflow.record import Complaint

HOUR = timedelta(hours=1)


def local(scene: Scene, when: str) -> datetime:
    return moment(scene.bench.office, f"2026-11-23 {when}")


def handled(scene: Scene, event: Message | Press, *, taken_in: str, now: str) -> None:
    """An event that was taken in at one time and handled at another."""
    scene.bench.now = local(scene, now)
    world = replace(scene.bench.world_for(event), received_at=local(scene, taken_in))
    scene.bench._apply(event, decide.decide(event, world))


def said(scene: Scene, text: str, **more) -> Message:
    return Message(chat=scene.home, id=f"c{text}", sender=Sender(id=scene.chat), at=scene.bench.now, text=text, **more)


def pressed(scene: Scene, name: str, label: str) -> Press:
    posted, data = scene.bench.button(DESK, label)
    return Press(chat=scene.group, id=f"p{label}", sender=Sender(id=str(scene.who(name).id)), at=scene.bench.now,
                 data=data, message_id=posted.id, private=False)  # fmt: skip


def pekutatan(channel: str = "whatsapp") -> Scene:
    """A citizen of Pekutatan who told their matter and was shown the summary."""
    chat = {"whatsapp": "+6281234567867", "email": "warga@contoh.id"}[channel]
    scene = Scene("pekutatan", channel=channel, chat=chat, changes={"empty": True})
    scene.bench.now = local(scene, "09:00")
    scene.bench.conversations[scene.home.lane] = Conversation(address=scene.home)
    scene.bench.feed(said(scene, "air PDAM di banjar pasar mati sudah dua hari"))
    scene.bench.pass_s(60)
    return scene


def the_one(scene: Scene) -> Complaint:
    return next(iter(scene.bench.complaints.values()))


def test_a_yes_that_waited_in_our_house_starts_the_total_when_it_was_taken_in() -> None:
    scene = pekutatan()
    handled(scene, said(scene, "ya"), taken_in="09:10", now="10:30")
    complaint = the_one(scene)
    assert complaint.confirmed_at == complaint.clock_started_at == local(scene, "09:10")
    assert complaint.due_at == local(scene, "10:45")
    assert {entry.at for entry in scene.bench.entries} == {local(scene, "09:10")}


def test_a_total_that_ran_out_meanwhile_is_told_at_once() -> None:
    scene = pekutatan()
    handled(scene, said(scene, "ya"), taken_in="09:10", now="11:30")
    scene.bench.pass_s(1)
    assert "total" in the_one(scene).late
    assert the_one(scene).due_at == local(scene, "10:45")


@pytest.mark.parametrize(
    ("lay_since", "begins"),
    [
        ("09:05", "09:05"),  # the server had it, we came an hour later
        ("08:00", "09:00"),  # never before the report was begun
        ("23:00", "10:05"),  # a clock that's ahead: never in the future
    ],
)
def test_of_a_mail_it_is_the_office_servers_moment_within_reason(lay_since: str, begins: str) -> None:
    scene = pekutatan("email")
    mail = said(scene, "ya", reached_at=local(scene, lay_since))
    handled(scene, mail, taken_in="10:05", now="10:06")
    assert the_one(scene).confirmed_at == local(scene, begins)


def test_a_mail_moved_in_from_years_ago_counts_from_its_taking_in() -> None:
    scene = pekutatan("email")
    old = said(scene, "ya", reached_at=local(scene, "09:05") - timedelta(days=700))
    handled(scene, old, taken_in="10:05", now="10:06")
    assert the_one(scene).confirmed_at == local(scene, "10:05")


def test_the_first_message_counts_from_when_it_was_taken_in() -> None:
    player = talk("pekutatan")
    player.received_at = player.now - 2 * HOUR
    player.say("lampu jalan di banjar pasar mati sudah seminggu")
    assert player.draft.began_at == player.now - 2 * HOUR


def test_what_staff_press_counts_from_when_they_pressed_it() -> None:
    scene = Scene("kanigaran")
    scene.bench.now = local(scene, "09:12")
    handled(scene, pressed(scene, "Petugas Satu", "Lengkap"), taken_in="09:20", now="11:00")
    assert scene.complaint.step_since == local(scene, "09:20")
    assert scene.bench.entries[-1].at == local(scene, "09:20")


def test_an_answer_given_in_time_is_in_time_however_late_it_was_handled() -> None:
    scene = Scene("kanigaran")
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    handled(scene, pressed(scene, "Petugas Satu", "Ya, kirim"), taken_in="10:05", now="10:40")
    assert scene.complaint.answered_at == local(scene, "10:05")
    assert scene.complaint.due_at == local(scene, "10:12")
    assert "total" not in scene.complaint.late


def test_what_was_said_before_it_was_asked_for_never_makes_a_wait_run_backwards() -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat="+6281234567867")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    handled(scene, pressed(scene, "Petugas Satu", "Ya, kirim permintaan"), taken_in="09:30", now="09:31")
    handled(scene, said(scene, "ini tambahan keterangan"), taken_in="09:25", now="09:32")
    (pause,) = scene.complaint.pauses
    assert pause.since == pause.until == local(scene, "09:30")
    assert scene.complaint.due_at == local(scene, "10:12")


def test_a_talk_carried_from_another_lane_keeps_the_moment_it_was_said() -> None:
    from workflow.happening import Carried

    lane, by = Address("kanigaran", "whatsapp", "+6281"), Address("kanigaran", "email", "w@contoh.id")
    scene = Scene("kanigaran")
    message = Message(chat=by, id="1", sender=Sender(id="w"), at=scene.bench.now, text="ya",
                      reached_at=scene.bench.now - HOUR)  # fmt: skip
    carried = Carried(chat=lane, at=scene.bench.now, by=by, message=message)
    world = scene.bench.world_for(carried)
    assert decide._reached(carried, world) == scene.bench.now - HOUR
    plain = Carried(chat=lane, at=scene.bench.now - HOUR / 2, by=by, message=said(scene, "ya"))
    assert decide._reached(plain, world) == scene.bench.now - HOUR / 2
