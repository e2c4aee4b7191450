"""The table of stages and acts: what every step of the five offices offers, and who may do it."""

from __future__ import annotations

import pytest

from tests.workflow.desk_people import OFFICES, office, opened, straight
from workflow.procedure.complaint import Act, Complaint, Refused, apply
from workflow.procedure.progress import turn
from workflow.procedure.rights import available
from workflow.procedure.staff_acts import STAFF_ACTS
from workflow.procedure.stages import ACTS, STAGES, offered, parts, word_of, work_part
from workflow.say import say
from workflow.standard.vocabulary import StepActId
from workflow.words import texts
from workflow.world import Decision, World

OFFERS = {
    "kanigaran": {
        "verify": ["complete enough seen refuse ask"],
        "report_up": ["pass_on refer_sent refer_self"],
        "disposition": ["dispose refer_sent refer_self"],
        "follow_up": ["report write help hand ask"],
        "deliver": ["deliver hand_over reword"],
        "archive": ["archive"],
    },
    "pekutatan": {
        "register": ["register ask"],
        "disposition": ["dispose refer_sent refer_self"],
        "draft": ["draft write help hand ask"],
        "correct": ["approve return refer_sent refer_self"],
        "deliver": ["deliver hand_over reword", "archive"],
    },
    "kedopok": {
        "check": ["complete enough seen refuse ask"],
        "receipt": ["receipt"],
        "register": ["register"],
        "review": ["pass_on ask refer_sent refer_self"],
        "follow_up": ["draft write help hand refer_sent refer_self"],
        "number": ["number"],
        "deliver": ["deliver hand_over reword"],
        "archive": ["archive"],
    },
    "pegantenan": {
        "s01": ["accept"],
        "s02": ["verify enough seen refuse ask"],
        "s03": ["register"],
        "s04": ["dispose refer_sent refer_self"],
        "s05": ["report write help hand ask"],
        "s06": ["ask_staff"],
        "s07": ["draft write help hand"],
        "s08": ["approve return"],
        "s09": ["copy"],
        "s10": ["sign"],
        "s11": ["number", "archive"],
        "s12": ["deliver hand_over reword"],
    },
    "dpmd-pasuruan": {
        "record": ["register"],
        "confirm": ["pass_on branch ask refer_sent refer_self"],
        "distribute": ["dispose ask refer_sent refer_self", "report write help hand ask refer_sent refer_self"],
        "respond": ["deliver hand_over reword"],
        "archive": ["archive"],
    },
}


@pytest.mark.parametrize("name", OFFICES)
def test_each_step_offers_its_stage_s_acts_and_its_own_exits(name: str) -> None:
    rules = office(name).standard
    table = {
        step.id: [" ".join(offered(rules, step, part)) for part in parts(step)]
        for step in rules.steps
        if not rules.is_citizen(step.actor)
    }
    assert table == OFFERS[name]


def test_only_where_the_signer_writes_the_answer_and_nobody_checks_it_is_the_draft_approved_by_its_writer() -> None:
    called = {name: word_of("draft", office(name).standard) for name in OFFICES}
    assert [name for name, word in called.items() if word == "draft_own"] == ["kedopok"]


def test_every_act_has_a_function_and_every_stage_an_act() -> None:
    assert set(STAFF_ACTS) == set(ACTS)
    assert {row.act for row in STAGES.values()} <= set(ACTS)
    assert set(StepActId.__args__) <= set(ACTS)


def test_every_act_that_is_pressed_has_a_label_and_every_one_asked_again_its_yes() -> None:
    by_reply = {"write", "number", "note", "identify", "label", "source", "enclose", "attach", "tracking", "received", "behalf", "include", "plan", "respond",
               "object", "sheet", "hand_all", "withhold", "unwithhold"}  # fmt: skip
    people = {"dispose", "ask_staff", "branch"}
    for act, rule in ACTS.items():
        assert act in by_reply | people or f"desk.button.{act}" in texts(), act
        assert not rule.again or f"desk.button.{act}_yes" in texts(), act
        if rule.wants == "text" and act not in by_reply:
            assert f"desk.prompt.{act}" in texts(), act
        if rule.finishes:
            assert f"desk.did.{act}" in texts(), act


def stations(name: str, *, without: tuple[str, ...] = ()) -> list[tuple[Complaint, World]]:
    """The complaint at every place where somebody has to act."""
    decision, here = opened(office(name), without=without)
    found = []
    complaint = decision.complaints[0]
    while complaint.closed_at is None:
        found.append((complaint, here))
        act = straight(complaint, here)
        complaint = apply(complaint, act, here).complaints[0]
    return found


def every_act(complaint: Complaint, here: World, by: str) -> list[Act]:
    rules = here.standard_of(complaint.standard)
    role = rules.step(complaint.step).assignee
    person = str(here.office.with_role(role)[-1].id) if role else str(here.office.staff[-1].id)
    args = {"dispose": person, "ask_staff": person, "seen": "kk", "branch": "0", "hand": "951", "help": "951"}
    return [
        Act(
            kind=kind,
            by=by,
            text="kata-kata 1",
            version=complaint.version,
            data={"arg": args[kind]} if kind in args else {},
        )
        for kind in ACTS
    ]


def attempt(complaint: Complaint, act: Act, here: World) -> tuple[Decision | None, str]:
    """What came of it, or the sentence that says why nothing did."""
    try:
        return apply(complaint, act, here), ""
    except Refused as no:
        return None, say(no.key, **no.fields)


@pytest.mark.parametrize("without", [(), ("kk", "ktp", "identity", "name")])
@pytest.mark.parametrize("name", OFFICES)
def test_an_act_is_done_by_whose_turn_it_is_where_it_is_offered_and_refused_with_a_reason_elsewhere(
    name: str, without: tuple[str, ...]
) -> None:
    for complaint, here in stations(name, without=without):
        rules = here.standard_of(complaint.standard)
        mine = {str(person.id) for person in turn(complaint, here).people}
        for person in here.office.staff:
            for act in every_act(complaint, here, f"staff:{person.id}"):
                place = f"{name} {complaint.step} {act.kind} by {person.name}"
                done, reason = attempt(complaint, act, here)
                if done is None:
                    assert reason.startswith("Maaf"), place
                    continue
                after = done.complaints[0]
                assert after.version == complaint.version + 1, place
                assert all(entry.version == after.version for entry in done.entries), place
                if ACTS[act.kind].who == "turn":
                    assert str(person.id) in mine, place
                    assert act.kind in available(complaint, rules), place
                    assert done.entries, place


@pytest.mark.parametrize("name", OFFICES)
def test_whoever_has_the_turn_can_do_all_that_is_offered(name: str) -> None:
    needs_more = {"label", "source", "include", "undo", "enclose", "attach", "hand", "help", "seen"}
    for complaint, here in stations(name):
        person = turn(complaint, here).people[0]
        rules = here.standard_of(complaint.standard)
        for act in every_act(complaint, here, f"staff:{person.id}"):
            if act.kind in available(complaint, rules) and act.kind not in needs_more:
                assert apply(complaint, act, here).complaints[0].version == complaint.version + 1


def test_a_reopened_complaint_goes_back_to_where_the_work_is_done() -> None:
    places = {name: work_part(office(name).standard) for name in OFFICES}
    assert {name: (step.id, part) for name, (step, part) in places.items()} == {
        "kanigaran": ("follow_up", 0),
        "pekutatan": ("draft", 0),
        "kedopok": ("follow_up", 0),
        "pegantenan": ("s05", 0),
        "dpmd-pasuruan": ("distribute", 1),
    }
