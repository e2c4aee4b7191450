"""A broken standard is told whole: each problem with its place, its line, the way to mend it and the word meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_standard import edited
from workflow.standard.standard import Problem, StandardProblems, load, shipped, shipped_text
from workflow.standard.vocabulary import keys_of


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(StandardProblems) as raised:
        load(text, place="kanigaran.toml")
    return list(raised.value.problems)


def problems(*changes: tuple[str, str], office: str = "kanigaran") -> list[tuple[str, str]]:
    """(key, sentence) of each problem, without file and line."""
    found = problems_of(edited(office, *changes))
    return [(one.place.removeprefix("kanigaran.toml: ").split(" (line")[0], one.sentence) for one in found]


def test_one_problem_says_where_what_and_how_to_mend_it():
    (problem,) = problems_of(edited("kanigaran", ('actor = "sekcam"', 'actor = "sekcamm"')))
    line = edited("kanigaran", ('actor = "sekcam"', 'actor = "sekcamm"')).splitlines().index('actor = "sekcamm"') + 1
    assert problem == Problem(
        place=f"kanigaran.toml: steps[2].actor (line {line})",
        sentence="'sekcamm' is no role of this file.",
        mend="Known: pelapor, petugas, kasi, sekcam, camat.",
        suggestion="sekcam",
    )
    assert str(problem) == (
        f"kanigaran.toml: steps[2].actor (line {line}): 'sekcamm' is no role of this file. Did you mean 'sekcam'? "
        "Known: pelapor, petugas, kasi, sekcam, camat."
    )


def test_every_problem_is_told_at_once_in_the_order_of_the_lines():
    found = problems_of(
        edited(
            "kanigaran",
            ('timezone = "Asia/Jakarta"', 'timezone = "Asia/Jakarte"'),
            ("value = 60", 'value = "60"'),
            ('documents = ["kk"]', 'documents = ["kkk"]'),
            ('next = ["verify"]', 'next = ["verfy"]'),
            ('assignee = "kasi"', 'asignee = "kasi"'),
            ("[exits.refer]", "[exits.reffer]"),
            ('mon = ["07:30", "16:00"]', 'mon = ["16:00", "07:30"]'),
            ("{urut:03}", "{nomor}"),
        )
    )
    lines = [int(one.place.split("(line ")[1].rstrip(")")) for one in found if "(line" in one.place]
    assert lines == sorted(lines)
    keys = {one.place.split(": ")[1].split(" (")[0]: one for one in found}
    assert keys["steps[3].asignee"].suggestion == "assignee"
    assert keys["exits.reffer"].suggestion == "refer"
    assert keys["office.timezone"].suggestion == "Asia/Jakarta"
    assert keys["requirements[0].documents[0]"].suggestion == "kk"
    assert keys["steps[0].next[0]"].suggestion == "verify"
    assert {"deadline.value", "hours.mon", "letter.number_template", "exits.refer"} <= keys.keys()


def test_what_is_no_toml_names_its_line():
    (problem,) = problems_of("schema = 1\n[office\n")
    assert problem.place == "kanigaran.toml"
    assert "line 2" in problem.sentence


def test_an_empty_file_lacks_every_section():
    found = problems_of("")
    assert "kanigaran.toml: steps" in [one.place for one in found]
    assert ("kanigaran.toml: office", "'office' is missing.") in [(one.place, one.sentence) for one in found]


def test_a_file_of_another_kind_is_refused_whole():
    found = problems_of('steps = "many"\nroles = 3\nhours = []\noffice = 1\nrequirements = [1]\ndeadline = false\n')
    assert {"kanigaran.toml: steps (line 1)", "kanigaran.toml: roles (line 2)"} <= {one.place for one in found}


def test_an_endless_file_is_not_read():
    (problem,) = problems_of("# " + "x" * 300_000)
    assert "longer than" in problem.sentence


SHAPES = [
    # words exchanged in kanigaran.toml, then place and beginning of the sentence
    ([('name = "Kecamatan Kanigaran"\n', "")], "office.name", "'name' is missing."),
    ([('name = "Kecamatan Kanigaran"', 'name = "  "')], "office.name", "'  ' doesn't have the right form."),
    (
        [('ticket_prefix = "KNG"', 'ticket_prefix = "kng"')],
        "office.ticket_prefix",
        "'kng' doesn't have the right form.",
    ),
    ([("schema = 1", "schema = 2")], "schema", "2 isn't known here."),
    ([("fee = 0", "fee = -1")], "service.fee", "fee is wrong:"),
    ([("fee = 0", "fee = 0.0")], "service.fee", "fee is wrong:"),
    ([("asks_statement = true", "asks_statement = false")], "service.asks_statement", "False isn't known here."),
    ([('unit = "office_minute"', 'unit = "minute"')], "deadline.unit", "'minute' isn't known here."),
    ([('stage = "review"', 'stage = "reveiw"')], "steps[2].stage", "'reveiw' isn't known here."),
    ([('kind = "section"', 'kind = "sektion"')], "roles.kasi.kind", "'sektion' isn't known here."),
    ([('next = ["verify"]', 'next = ["verify", "archive"]')], "steps[0].next", "next is wrong:"),
    ([("with_next = true", 'with_next = "yes"')], "steps[5].with_next", "with_next is wrong:"),
    (
        [("identity = 30", "identitas = 30")],
        "privacy.retention_days.identitas",
        "'identitas' is no key of this section.",
    ),
    ([('mon = ["07:30", "16:00"]', 'mon = "07:30-16:00"')], "hours.mon", "A day is [] (closed)"),
    ([('mon = ["07:30", "16:00"]', 'mon = ["07:30"]')], "hours.mon", "Two times are written"),
    (
        [('mon = ["07:30", "16:00"]', 'mon = ["07.30", "16.00"]')],
        "hours.mon",
        "A time is written \"07:30\", not '07.30'.",
    ),
    ([('mon = ["07:30", "16:00"]', "mon = [730, 1600]")], "hours.mon", 'A time is written "07:30", not 730.'),
    ([('mon = ["07:30", "16:00"]', 'mon = ["16:00", "07:30"]')], "hours.mon", "The office must open before it closes."),
    (
        [('mon = ["07:30", "16:00"]', 'mon = [["07:30", "12:00"], ["11:30", "16:00"]]')],
        "hours.mon",
        "The parts of a split day must follow each other.",
    ),
    ([('after = "intake"', 'after = "intake"\nbefore = 1')], "register.before", "'before' is no key of this section."),
    ([("[hours.ramadan]", "[hours.ramadan]\nsabtu = []")], "hours.ramadan.sabtu", "'sabtu' is no key of this section."),
    ([('kind = "head"', 'kind = "head"\nrank = 1')], "roles.camat.rank", "'rank' is no key of this section."),
    ([('citizen = ["20:00", "07:00"]', 'citizen = "20-7"')], "quiet.citizen", "Two times are written"),
]


@pytest.mark.parametrize(("changes", "place", "sentence"), SHAPES)
def test_a_wrong_shape_is_told_with_its_place(changes, place, sentence):
    found = dict(problems(*changes))
    assert place in found
    assert found[place].startswith(sentence)


NAMES = [
    ([('returns_to = "intake"', 'returns_to = "intak"')], "steps[1].returns_to", "'intak' is no step of this file."),
    ([('starts_at = "intake"', 'starts_at = "begin"')], "deadline.starts_at", "'begin' is no step of this file."),
    ([('ends_at = "deliver"', 'ends_at = "delivr"')], "deadline.ends_at", "'delivr' is no step of this file."),
    ([('from = ["report_up", ', 'from = ["reportup", ')], "exits.refer.from[0]", "'reportup' is no step of this file."),
    ([('after = "intake"', 'after = "intace"')], "register.after", "'intace' is no step of this file."),
    ([('informs = ["camat"]', 'informs = ["bupati"]')], "steps[4].informs[0]", "'bupati' is no role of this file."),
    ([('assignee = "kasi"', 'assignee = "kasie"')], "steps[3].assignee", "'kasie' is no role of this file."),
    ([('role = "kasi"', 'role = "kasih"')], "topics[0].role", "'kasih' is no role of this file."),
    ([('overdue = ["sekcam"', 'overdue = ["sekda"')], "escalation.overdue[0]", "'sekda' is no role of this file."),
    ([('confidential_to = ["camat"]', 'confidential_to = ["x"]')], "escalation.confidential_to[0]", "'x' is no role"),
    ([('signer = ""', 'signer = "camatt"')], "letter.signer", "'camatt' is no role of this file."),
    ([('place = "Probolinggo"', 'place = "P"\nnumber_step = "nomor"')], "letter.number_step", "'nomor' is no step"),
    (
        [('place = "Probolinggo"', 'place = "P"\nnumber_step = "deliver"')],
        "letter.number_step",
        "'deliver' gives no number.",
    ),
    ([('id = "verify"', 'id = "intake"')], "steps[1].id", "'intake' stands here a second time."),
    ([('id = "pju"', 'id = "jalan"')], "topics[1].id", "'jalan' stands here a second time."),
    ([('id = "pju"', 'id = "pungli"')], "topics[1].id", "Pungli is confidential"),
    (
        [('no = "2"\ntext = "Fotocopy Kartu Tanda', 'no = "1"\ntext = "Fotocopy Kartu Tanda')],
        "requirements[1].no",
        "'1' stands",
    ),
    (
        [('label = "Camat"\nkind = "head"', 'label = "Camat"\nkind = "citizen"')],
        "roles",
        "2 roles are of kind 'citizen'.",
    ),
]


@pytest.mark.parametrize(("changes", "place", "sentence"), NAMES)
def test_a_name_that_leads_nowhere_is_told(changes, place, sentence):
    assert any(key == place and said.startswith(sentence) for key, said in problems(*changes))


def test_via_acts_branches_and_the_citizens_view_name_what_exists():
    assert problems(('via = "sekcam"', 'via = "sekcap"'), office="kedopok") == [
        ("steps[5].via", "'sekcap' is no role of this file.")
    ]
    assert problems(('by = "bidang"', 'by = "bidan"'), office="dpmd-pasuruan") == [
        ("steps[3].acts[1].by", "'bidan' is no role of this file.")
    ]
    assert problems(('to = "refer"', 'to = "reffer"'), office="pegantenan") == [
        ("steps[3].branch[0].to", "'reffer' is no step or exit of this file.")
    ]
    assert problems(('to = "respond"', 'to = "record"'), office="dpmd-pasuruan") == [
        ("steps[2].branch", "It leads back to 'record'.")
    ]
    assert problems(('covers = ["s02"]', 'covers = ["s01"]'), office="pegantenan") == [
        ("summary_steps", "'s01' stands behind 2 lines of the citizen's view."),
        ("summary_steps", "'s02' stands behind 0 lines of the citizen's view."),
    ]


PROCEDURES = [
    (
        [('returns_to = "intake"', 'returns_to = "verify"')],
        [("steps[1].returns_to", "'verify' is no earlier step.")],
    ),
    ([('next = ["disposition"]', 'next = ["follow_up"]')], [("steps[3]", "No step leads to 'disposition'.")]),
    (
        [('next = ["deliver"]', 'next = ["disposition"]')],
        [
            *(
                (f"steps[{n}]", f"From '{s}' the last step can't be reached.")
                for n, s in enumerate(("intake", "verify", "report_up", "disposition", "follow_up"))
            ),
            ("steps[4].next", "It leads back to 'disposition'."),
            ("steps[5]", "No step leads to 'deliver'."),
            ("steps[6]", "No step leads to 'archive'."),
        ],
    ),
    (
        [('next = ["archive"]\nwith_next = true', "next = []")],
        [("steps", "Steps without a next one: deliver, archive."), ("steps[6]", "No step leads to 'archive'.")],
    ),
    (
        [("next = []", 'next = ["intake"]'), ("with_next = true", "with_next = false")],
        [
            ("steps", "Steps without a next one: none."),
            ("steps[6].next", "It leads back to 'intake'."),
            *(
                (f"steps[{n}]", f"From '{s}' the last step can't be reached.")
                for n, s in enumerate(
                    ("intake", "verify", "report_up", "disposition", "follow_up", "deliver", "archive")
                )
            ),
        ],
    ),
    (
        [('starts_at = "intake"', 'starts_at = "archive"')],
        [("deadline.ends_at", "The clock ends at 'deliver', before it starts at 'archive'.")],
    ),
    (
        [('stage = "review"', 'stage = "register"')],
        [("register", "A complaint is registered once, here by: steps[2], [register].")],
    ),
    (
        [("[register] ", "[registry] ")],
        [
            ("steps", "A complaint is registered once, here by: nothing."),
            ("registry", "'registry' is no key of this section."),
        ],
    ),
    ([('stage = "deliver"', 'stage = "copy"')], [("steps", "No step delivers the answer.")]),
    (
        [
            ('stage = "archive"\nactor = "petugas"', 'stage = "archive"\nactor = "pelapor"'),
            ("with_next = true", "with_next = false"),
        ],
        [("steps[6].actor", "The citizen acts only in the first step.")],
    ),
    ([('assignee = "kasi" ', "# ")], [("steps[3]", "A disposition names one responsible person.")]),
    ([("with_next = true", "norm = 10")], [("steps[5]", "`norm` and `unit` belong together.")]),
    (
        [("with_next = true", 'with_next_when = "chat"')],
        [("steps[5].with_next_when", "It limits `with_next`, which isn't set.")],
    ),
    ([("next = []", "next = []\nwith_next = true")], [("steps[6].with_next", "There is no next step to join.")]),
    (
        [('next = ["report_up"]', 'next = ["report_up"]\nwith_next = true')],
        [("steps[1].with_next", "One press is one role's: the next step belongs to 'sekcam'.")],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), PROCEDURES)
def test_a_procedure_that_does_not_lead_to_its_end_is_told(changes, expected):
    assert sorted(problems(*changes)) == sorted(expected)


RULES = [
    ([('documents = ["kk"]', "documents = []")], [("requirements[0]", "It asks for nothing.")]),
    ([('documents = ["ktp"]', 'documents = ["kk"]')], [("requirements[1]", "'kk' is asked a second time.")]),
    (
        [('documents = ["kk"]', 'documents = ["kk"]\nchannel_statement = true')],
        [("requirements[0]", "A channel is nothing to collect.")],
    ),
    (
        [("[hours.ramadan]", "[hours.ramadan]\nfrom = 2027-02-08")],
        [("hours.ramadan", "`from` and `until` belong together.")],
    ),
    (
        [("[hours.ramadan]", "[hours.ramadan]\nfrom = 2027-03-09\nuntil = 2027-02-08")],
        [("hours.ramadan", "Ramadan ends before it begins.")],
    ),
    ([("{klasifikasi}", "{klas}")], [("letter.number_template", "{klas} is no field of a letter's number.")]),
    (
        [("{klasifikasi}", "{klasifikasi.__class__}")],
        [("letter.number_template", "{klasifikasi.__class__} is no field of a letter's number.")],
    ),
    (
        [("{klasifikasi}", "{klasifikasi!r}")],
        [("letter.number_template", "{klasifikasi} has a form of its own; only {urut:03} and its like have one.")],
    ),
    (
        [("{urut:03}", "{urut:0999999999}")],
        [("letter.number_template", "{urut} has a form of its own; only {urut:03} and its like have one.")],
    ),
    (
        [("{tahun}", "{tahun")],
        [("letter.number_template", "It can't be filled in: expected '}' before end of string.")],
    ),
    (
        [('lembar_disposisi = "lembar disposisi"', 'lembar_disposition = "lembar"')],
        [
            ("prints.labels", "'lembar_disposisi' has no label."),
            ("prints.labels.lembar_disposition", "'lembar_disposition' is not among the printed documents."),
        ],
    ),
    (
        [('output = ["arsip"]', 'output = ["arsep"]')],
        [("prints.documents[2]", "No step has 'arsip' as input or output.")],
    ),
    (
        [
            (
                "every value in this section: not in the published standard: the office confirms\nconfirmed = false                         # national",
                "\nconfirmed = true # national",
            )
        ],
        [("emergency.numbers[0]", "A local number is confirmed with a date.")],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), RULES)
def test_what_does_not_fit_together_is_told(changes, expected):
    assert sorted(problems(*changes)) == sorted(expected)


def test_a_step_that_leads_to_itself_is_told():
    assert ("steps[1].next", "It leads back to 'verify'.") in problems(('next = ["report_up"]', 'next = ["verify"]'))


def test_a_clock_may_start_and_end_at_one_step():
    assert load(edited("kanigaran", ('starts_at = "intake"', 'starts_at = "deliver"')), place="x.toml")


def test_an_office_that_never_opens_is_told():
    text = shipped_text("kanigaran")
    for day in ("mon", "tue", "wed", "thu"):
        text = text.replace(f'{day} = ["07:30", "16:00"]', f"{day} = []", 1)
    text = text.replace('fri = ["07:30", "16:30"]', "fri = []", 1)
    assert [one.sentence for one in problems_of(text)] == ["The office is never open."]


def test_an_office_without_a_head_or_an_officer_is_told():
    found = problems(('kind = "officer"', 'kind = "section"'), ('kind = "head"', 'kind = "section"'))
    assert found == [("roles", "No role is of kind 'officer'."), ("roles", "No role is of kind 'head'.")]


def test_a_suggestion_is_made_only_when_something_is_near():
    (problem,) = problems_of(edited("kanigaran", ('actor = "sekcam"', 'actor = "xyz"')))
    assert problem.suggestion == ""
    assert "Did you mean" not in str(problem)


def test_times_of_toml_itself_are_understood():
    standard = load(edited("kanigaran", ('mon = ["07:30", "16:00"]', "mon = [07:30:00, 16:00:00]")), place="x.toml")
    assert standard.hours.mon == standard.hours.tue


def test_what_is_no_section_has_no_keys():
    assert keys_of(int) == ()
    assert keys_of(tuple[int, ...]) == ()


VALUES = [
    "1",
    '"x"',
    "[]",
    "[1]",
    '["x"]',
    "true",
    "{ a = 1 }",
    "2026-01-31",
    "[[], []]",
    '[["07:30", "x"]]',
    "1.5",
    '""',
]
TABLES = ["[steps]", "[[office]]", "[[hours.mon]]", "[roles]", "[prints.labels]", "[[steps.next]]"]


@given(
    st.sampled_from(list(shipped())),
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([*VALUES, *TABLES, ""])), min_size=1, max_size=6),
)
def test_whatever_stands_in_the_file_only_problems_come_out(office, changes):
    lines = shipped_text(office).splitlines()
    for where, word in changes:
        row = where % len(lines)
        key = lines[row].split("=")[0]
        lines[row] = f"{key} = {word}" if word in VALUES and "=" in lines[row] else word
    for problem in told("\n".join(lines)):
        assert problem.place.startswith("x.toml")
        assert problem.sentence


def told(text: str) -> tuple[Problem, ...]:
    """The problems of a text, none if it loads; any other error fails the test."""
    try:
        load(text, place="x.toml")
    except StandardProblems as broken:
        return broken.problems
    return ()
