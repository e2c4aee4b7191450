"""What the engine may rely on in a loaded standard, checked on the five that ship."""

import hashlib

import pytest
from pydantic import ValidationError

from workflow.standard.standard import Asked, load, shipped, shipped_text

OFFICES = ["dpmd-pasuruan", "kanigaran", "kedopok", "pegantenan", "pekutatan"]


def edited(office: str, *changes: tuple[str, str]) -> str:
    """A shipped text with some words exchanged; each must occur."""
    text = shipped_text(office)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_the_five_standards_ship_and_load():
    assert list(shipped()) == OFFICES
    assert len(shipped()) == 5
    assert [shipped()[office].id for office in OFFICES] == OFFICES


def test_a_standard_that_is_not_shipped_is_a_key_error():
    with pytest.raises(KeyError):
        shipped()["bangil"]
    with pytest.raises(KeyError):
        shipped_text("../__init__")


def test_the_version_is_the_content_hash():
    text = shipped_text("kanigaran")
    standard = load(text, place="kanigaran.toml")
    assert standard.version == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert load(text + "\n", place="kanigaran.toml").version != standard.version
    assert hash(standard) == hash(shipped()["kanigaran"])
    assert standard == shipped()["kanigaran"]


def test_a_standard_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        shipped()["kanigaran"].office = None


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("office", "asked"),
    [
        ("pekutatan", ["statement"]),
        ("kanigaran", ["statement", "kk", "ktp", "location_photo"]),
        ("kedopok", ["statement", "name", "address", "ktp"]),
        ("pegantenan", ["statement", "name", "address", "identity"]),
        ("dpmd-pasuruan", ["statement", "name", "address", "loss", "remedy_requested", "signature"]),
    ],
)
def test_exactly_what_the_standard_requires_is_asked_and_the_statement_first(office, asked):
    assert [one.id for one in shipped()[office].asked()] == asked


def test_what_is_asked_says_how_it_is_given_and_why():
    by_id = {one.id: one for one in shipped()["kanigaran"].asked()}
    assert by_id["statement"] == Asked(id="statement", kind="text")  # inherent: no requirement names it
    assert by_id["kk"] == Asked(
        id="kk",
        kind="document",
        requirement_no="1",
        requirement_text="Fotocopy Kartu Keluarga (KK)",
        identity=True,
        personal=True,
    )
    assert by_id["location_photo"] == Asked(
        id="location_photo",
        kind="place_photo",
        optional_documents=("supporting",),
        requirement_no="3",
        requirement_text="Bukti Foto Lokasi Pengaduan dan Persyaratan Pendukung Lainnya",
    )


def test_any_one_of_several_documents_is_one_question():
    identity = shipped()["pegantenan"].asked()[-1]
    assert identity.options == ("ktp", "sim", "kk", "other_id")
    assert (identity.kind, identity.identity, identity.required) == ("document", True, True)


def test_any_one_of_several_documents_without_identity_reads_as_their_names():
    text = edited("pegantenan", ('["ktp", "sim", "kk", "other_id"]', '["location_photo", "supporting"]'))
    asked = load(text, place="x.toml").asked()[-1]
    assert (asked.id, asked.identity, asked.personal) == ("location_photo_atau_supporting", False, False)


def test_place_and_time_of_submitting_are_shown_and_never_asked_while_the_signature_is_typed():
    standard = shipped()["dpmd-pasuruan"]
    assert [(one.id, one.kind) for one in standard.derived()] == [
        ("submitted_place", "derived"),
        ("submitted_at", "derived"),
    ]
    assert [one.kind for one in standard.asked()] == ["text"] * 5 + ["signature"]


def test_a_statement_the_standard_publishes_keeps_its_requirement():
    assert shipped()["kedopok"].asked()[0].requirement_no == "2.3"


@pytest.mark.parametrize(("office", "personal"), [("pekutatan", False), ("kanigaran", True), ("dpmd-pasuruan", True)])
def test_it_knows_whether_anything_personal_is_asked(office, personal):
    assert shipped()[office].asks_personal() is personal


def test_optional_documents_alone_ask_for_nothing():
    text = edited("kanigaran", ('documents = ["location_photo"]\n', ""))
    assert [one.id for one in load(text, place="x.toml").asked()] == ["statement", "kk", "ktp"]


# --- steps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("office", "where", "at_once"),
    [
        ("kanigaran", ("system", "intake"), True),
        ("pekutatan", "register", True),
        ("dpmd-pasuruan", "record", True),
        ("kedopok", "register", False),
        ("pegantenan", "s03", False),
    ],
)
def test_it_knows_where_a_complaint_is_registered(office, where, at_once):
    standard = shipped()[office]
    assert standard.registers_at() == where
    assert standard.registers_at_once() is at_once


def test_a_registering_step_that_somebody_must_do_does_not_come_at_once():
    by_hand = edited("pekutatan", ('by = "system" ', "# "))
    assert not load(by_hand, place="x.toml").registers_at_once()
    later = edited("kanigaran", ('after = "intake"', 'after = "verify"'))
    assert load(later, place="x.toml").registers_at() == ("system", "verify")
    assert not load(later, place="x.toml").registers_at_once()


def test_a_step_knows_its_place_and_its_next():
    standard = shipped()["pekutatan"]
    draft = standard.step("draft")
    assert standard.first.id == "register"
    assert standard.position(draft) == (3, 5)
    assert draft.stages == ("draft", "follow_up")
    assert standard.next_step(draft) is standard.step("correct")
    assert standard.next_step(standard.step("deliver")) is None
    assert standard.is_clerical(standard.first)
    assert not standard.is_clerical(draft)
    with pytest.raises(KeyError):
        standard.step("archive")


@pytest.mark.parametrize(
    ("office", "step", "joined"),
    [
        ("kedopok", "check", ["check", "receipt", "register"]),
        ("kedopok", "intake", ["intake"]),
        ("kanigaran", "deliver", ["deliver", "archive"]),
        ("pegantenan", "s02", ["s02", "s03"]),
        ("pegantenan", "s11", ["s11", "s12"]),
    ],
)
def test_joined_steps_are_one_press_in_published_order(office, step, joined):
    standard = shipped()[office]
    assert [one.id for one in standard.joined(standard.step(step))] == joined


def test_a_step_joined_only_in_the_chat_stands_alone_when_the_answer_goes_by_post():
    standard = shipped()["pegantenan"]
    assert [one.id for one in standard.joined(standard.step("s11"), through_chat=False)] == ["s11"]
    assert [one.id for one in standard.joined(standard.step("s02"), through_chat=False)] == ["s02", "s03"]


@pytest.mark.parametrize(
    ("office", "step"),
    [("kedopok", "deliver"), ("kanigaran", "deliver"), ("pegantenan", "s12"), ("dpmd-pasuruan", "respond")],
)
def test_it_knows_from_where_the_answer_leaves(office, step):
    assert shipped()[office].delivers_at().id == step


def test_the_citizens_line_covers_the_offices_steps():
    pegantenan, kanigaran = shipped()["pegantenan"], shipped()["kanigaran"]
    assert [pegantenan.summary_no(step) for step in pegantenan.steps] == ["1", "2", "3"] + ["4"] * 9
    assert kanigaran.summary_no(kanigaran.step("verify")) == "2"


def test_roles_are_found_by_id_and_by_kind():
    standard = shipped()["dpmd-pasuruan"]
    assert standard.role("bidang").label == "bidang terkait"
    assert standard.roles_of("officer") == ("petugas", "tim_pengaduan")
    assert standard.is_citizen("pelapor")
    assert not standard.is_citizen("bidang")


# --- what the office still has to look at -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("office", "count"),
    [("pegantenan", 12), ("kedopok", 2), ("dpmd-pasuruan", 2), ("kanigaran", 1), ("pekutatan", 0)],
)
def test_inferred_actors_are_counted_office_by_office(office, count):
    places = [place for place, _ in shipped()[office].inferred()]
    assert sum(".actor (" in place for place in places) == count


def test_what_is_inferred_carries_its_reason():
    inferred = dict(shipped()["kedopok"].inferred())
    assert inferred["steps[4].actor (review)"] == "3.4 handed the file to Kasi Pelayanan"
    assert "deadline.unit" not in inferred  # published


def test_loops_read_into_the_standards_are_listed_and_the_published_one_is_not():
    loops = {office: [p for p, _ in shipped()[office].inferred() if ".returns (" in p] for office in OFFICES}
    assert loops == {
        "dpmd-pasuruan": [],
        "kanigaran": ["steps[1].returns (verify)"],
        "kedopok": ["steps[1].returns (check)"],
        "pegantenan": ["steps[1].returns (s02)", "steps[7].returns (s08)"],
        "pekutatan": [],
    }


def test_what_the_office_has_not_confirmed_is_listed_until_it_does():
    before = load(shipped_text("pekutatan"), place="x.toml").unconfirmed()
    assert before[:8] == ("hours", "emergency", "escalation", "letter", "quiet", "asking", "after", "privacy")
    assert "closures[0] (Hari Raya Galungan)" in before
    assert "topics[0] (jalan)" in before
    assert "information[1] (syarat KK baru)" in before
    after = load(edited("pekutatan", ("confirmed = false", "confirmed = true")), place="x.toml").unconfirmed()
    assert after == before[1:]  # the first one in the file is [hours]


def test_local_emergency_numbers_are_shown_only_once_confirmed_with_a_date():
    def shown(*changes: tuple[str, str]) -> list[str]:
        return [number.number for number in load(edited("kanigaran", *changes), place="x.toml").emergency_numbers()]

    assert shown()[0] == "110"
    assert shown(('scope = "local"', 'scope = "local"\nconfirmed_on = 2026-11-02'))[0] == "112"
    section = "[emergency]                               # every value in this section: not in the published standard: the office confirms\nconfirmed = "
    assert shown((section + "false", section + "true\nconfirmed_on = 2026-11-02"))[0] == "112"
    assert shown((section + "false", section + "false\nconfirmed_on = 2026-11-02"))[0] == "110"


def test_pegantenans_norms_fit_into_its_total_with_room_to_spare():
    assert shipped()["pegantenan"].norms() == (84 * 60 + 15, 90 * 60)
    assert shipped()["pegantenan"].notes() == ()


def test_norms_that_exceed_the_total_are_noted_and_no_error():
    text = edited("pegantenan", ('norm = 3\nnorm_text = "3 Hari"', 'norm = 4\nnorm_text = "4 Hari"'))
    (note,) = load(text, place="x.toml").notes()
    assert "5505" in note
    assert "5400" in note


def test_without_all_norms_nothing_is_compared():
    assert shipped()["kanigaran"].norms() is None
    assert shipped()["kanigaran"].notes() == ()


def test_a_letters_number_is_filled_from_its_template():
    text = edited("dpmd-pasuruan", ('klasifikasi = ""', 'klasifikasi = "060"'))
    assert load(text, place="x.toml").letter.number(urut=24, year=2023) == "060/024/424.079/2023"
