"""What runs and yet fails somebody: each remark with its place, what it says, and the way to mend it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.workflow.test_standard import OFFICES, edited
from workflow.office import Office, Staff
from workflow.problems import key_of
from workflow.procedure.staffing import staffing
from workflow.standard.assumptions import assumptions, comment_of
from workflow.standard.flow import flow
from workflow.standard.review import remarks, times
from workflow.standard.standard import load, shipped, shipped_text

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def found(*changes: tuple[str, str], office: str = "kanigaran") -> dict[tuple[str, str], str]:
    """(weight, place) -> what is said, of an edited standard, without what the unedited one has too."""
    before = {(each.weight, key_of(each.finding.loc), each.finding.sentence) for each in of(shipped_text(office))}
    after = of(edited(office, *changes))
    return {
        (each.weight, key_of(each.finding.loc)): each.finding.sentence
        for each in after
        if (each.weight, key_of(each.finding.loc), each.finding.sentence) not in before
    }


def of(text: str):
    return remarks(load(text, place="x.toml"), TODAY)


# --- the standard alone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", OFFICES)
def test_the_five_have_nothing_to_mend_and_every_remark_says_how(office):
    every = of(shipped_text(office))
    assert [each for each in every if each.weight == "mend"] == []
    assert [each for each in every if not each.finding.mend] == []


CASES = [
    ([('stage = "completeness"', 'stage = "review"'), ('from = ["verify", ', "from = [")], "mend", "steps[1].returns_to", "Nothing returns from 'verify'"),
    ([('next = ["disposition"]', 'next = ["disposition"]\nbranch = [{ when = "kurang", to = "ask_citizen" }]')], "mend", "steps[2].branch[0]", "Waiting for the citizen is no branch"),
    ([('from = ["report_up", "disposition"]', "from = []")], "look", "exits.refer.from", "From no step"),
    ([('from = ["report_up", ', 'from = ["archive", ')], "mend", "exits.refer.from", "'archive' comes with or after the answer"),
    ([('informs = ["camat"] ', "# "), ('overdue = ["sekcam", "camat"]', 'overdue = ["sekcam"]'), ('confidential_to = ["camat"]', 'confidential_to = ["sekcam"]'), ('actor = "camat"', 'actor = "sekcam"')], "look", "roles.camat", "Camat has no part"),
    ([("{urut:03}", "1")], "mend", "letter.number_template", "same number"),
    ([('number_owner = "staff"', 'number_owner = "system"')], "look", "letter.number_owner", "no step gives the number"),
    ([('signer = ""', 'signer = "sekcam"')], "mend", "letter.signer", "neither writes, approves nor signs"),
    ([('overdue = ["sekcam", "camat"]', "overdue = []")], "mend", "escalation.overdue", "Nobody is told"),
    ([('confidential_to = ["camat"]', "confidential_to = []")], "mend", "escalation.confidential_to", "reaches nobody"),
    ([('overdue = ["sekcam"', 'overdue = ["pelapor"')], "mend", "escalation.overdue", "The citizen is no one to tell"),
    ([('mon = ["07:30", "16:00"]', 'mon = ["04:30", "21:00"]')], "look", "hours.mon", "it is open 16 h 30 min, it opens before 05:00, it closes after 20:00"),
    ([("sat = []", 'sat = ["08:00", "11:00"]')], "look", "hours.sat", "weekend day"),
    ([('holidays = ["public", "government"]', "holidays = []")], "look", "hours.holidays", "National holidays count"),
    ([("closures = []", "closures = [{ date = 2026-11-28, name = 'HUT', confirmed = false }]")], "look", "closures[0]", "closed on that weekday anyway"),
    ([("closures = []", "closures = [{ date = 2026-10-05, name = 'HUT', confirmed = false }]")], "look", "closures[0]", "has passed"),
    ([("[hours.ramadan]", "[hours.ramadan]\nfrom = 2026-02-18\nuntil = 2026-03-19")], "look", "hours.ramadan.until", "ended on 2026-03-19"),
    ([('value = "(0335) 427550"', 'value = ""')], "look", "channels[1]", "phone without an address"),
    ([('title = "Kasi Trantib"', 'title = ""')], "look", "topics[3]", "'banjir' suggests nobody"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "weight", "place", "said"), CASES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_what_serves_nobody_well_is_told(changes, weight, place, said):
    told = found(*changes)
    assert said in told.get((weight, place), f"nothing at {place}: {told}")


def test_a_role_that_writes_and_approves_needs_two_people():
    told = found(('actor = "camat"', 'actor = "kasi"'), office="pekutatan")
    assert "writes the answer and alone approves it" in told["look", "steps[3].actor"]


def test_norms_longer_than_the_total_are_told_and_nothing_is_derived():
    told = found(("value = 12", "value = 2"), office="pegantenan")
    assert "15 h" in told["look", "deadline.value"]
    assert "s02" in told["look", "steps[1].norm"]
    assert times(shipped()["pegantenan"]) == (
        "the norms of 12 steps make 84 h 15 min, the total 12 Hari kerja is 90 h: 5 h 45 min to spare"
    )
    assert times(shipped()["kanigaran"]) == "the total is 60 Menit; no step has a norm of its own"


# --- with people ------------------------------------------------------------------------------------------------------


def office(name: str, *people: tuple[str, str]) -> Office:
    staff = tuple(Staff(id=n, name=who, roles=tuple(roles.split())) for n, (who, roles) in enumerate(people, 1))
    return Office(id=name, standard=shipped()[name], staff=staff)


def staffed(name: str, *people: tuple[str, str]) -> list[tuple[str, str, str]]:
    every = staffing(office(name, *people), NOW)
    assert [each for each in every if not each.finding.mend] == []
    return [(each.weight, key_of(each.finding.loc), each.finding.sentence) for each in every if each.group == "staff"]


def test_a_role_that_nobody_holds_is_named_with_its_steps():
    told = staffed("pekutatan", ("Sari", "petugas"), ("Arya", "kasi"), ("Sudana", "sekcam"))
    (camat,) = [each for each in told if each[1] == "roles.camat"]
    assert camat == ("mend", "roles.camat", "Nobody holds Camat (step 4): a complaint stands still there.")
    assert ("mend", "escalation.confidential_to") in [each[:2] for each in told]


def test_who_alone_would_have_to_approve_their_own_draft_is_named():
    told = staffed("pekutatan", ("Sari", "petugas sekcam"), ("Rai", "kasi camat"))
    assert (
        "mend",
        "roles.camat",
        "Rai alone writes the answer and alone would approve it as Camat (step 4).",
    ) in told
    two = staffed("pekutatan", ("Sari", "petugas sekcam"), ("Rai", "kasi camat"), ("Arya", "kasi"))
    assert ("look", "roles.camat", "Rai may write the answer, and alone approves it as Camat (step 4).") in two


def test_a_role_of_one_person_is_told_with_who_could_stand_in():
    told = staffed("pekutatan", ("Sari", "petugas"), ("Arya", "kasi"), ("Sudana", "sekcam"), ("Rai", "camat"))
    assert [each[0] for each in told] == ["look"] * len(told)
    assert ("look", "roles.camat", "Rai alone is Camat (step 4).") in told


def test_a_topic_that_names_a_title_nobody_bears_is_told():
    every = staffing(office("kanigaran", ("Sari", "petugas")), NOW)
    assert "'Kasi Pembangunan'" in next(each.finding.sentence for each in every if each.group == "topics")


# --- what the office confirms -----------------------------------------------------------------------------------------


def test_values_that_were_not_published_are_listed_with_line_and_value():
    text = shipped_text("kanigaran")
    marked = {each.place: each for each in assumptions(text)}
    line = text.splitlines()[marked["office.timezone"].line - 1]
    assert line.startswith("timezone")
    assert marked["office.timezone"].value == '"Asia/Jakarta"'
    assert marked["steps[5].with_next"].value == "true"
    assert "hours.ramadan.fri" in marked
    assert "topics[8].title" in marked
    assert "office.name" not in marked
    assert "escalation.external[0].name" not in marked  # published


def test_what_the_office_confirmed_is_listed_no_longer():
    text = edited(
        "kanigaran",
        ("confirmed = false\nbasis", "confirmed = true\nbasis"),
        ('timezone = "Asia/Jakarta"                 # WIB; not in the published standard: the office confirms', 'timezone = "Asia/Jakarta"'),
    )  # fmt: skip
    places = [each.place for each in assumptions(text)]
    assert [each for each in places if each.startswith("hours")] == []
    assert "office.timezone" not in places
    assert "letter.hal" in places


def test_a_hash_inside_quotes_begins_no_comment():
    assert comment_of('a = "x # y"   # the office confirms') == ('a = "x # y"', "the office confirms")


# --- the picture's contents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
def test_the_picture_shows_every_step_with_its_words_and_marks_what_was_inferred(name):
    standard = shipped()[name]
    boxes = flow(standard)["boxes"]
    assert [box["no"] for box in boxes] == [step.no for step in standard.steps]
    assert [box["inferred"] for box in boxes] == [step.actor_basis.startswith("inferred") for step in standard.steps]
    assert [bool(box["join"]) for box in boxes] == [step.with_next for step in standard.steps]
    assert [box["back"] >= 0 for box in boxes] == [bool(step.returns_to) for step in standard.steps]
    assert all(box["text"] in step.text for box, step in zip(boxes, standard.steps, strict=True))


def test_loops_branches_exits_norms_and_the_shorter_view_are_in_the_picture():
    pegantenan, dpmd = flow(shipped()["pegantenan"]), flow(shipped()["dpmd-pasuruan"])
    assert pegantenan["boxes"][7]["back"] == 6
    assert pegantenan["boxes"][7]["back_inferred"]
    assert pegantenan["boxes"][1]["norm"] == "Waktu: 3 Hari"
    assert pegantenan["boxes"][3]["ways"] == ["Bila bukan tupoksi: dirujuk ke instansi lain"]
    assert pegantenan["summary"][3] == "4. Jawaban dari Camat kepada pengadu (langkah 4-12)"
    assert dpmd["boxes"][2]["skips"] == [4]
    assert "melaporkan" in dpmd["boxes"][3]["actor"]
    assert "hari kalender" in dpmd["under"]
    assert not flow(shipped()["pekutatan"])["boxes"][3]["back_inferred"]  # the one published loop
