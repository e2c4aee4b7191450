"""The five standards say what was published: every verbatim text stands in its seed, and nothing was lost on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.standard.standard import Asked, shipped

SEEDS = Path(__file__).parents[1] / "seeds"
VERBATIM = re.compile(r"(text|detail|lead|remark|(actor|name|text)_published|.*_text|.*_detail)$")

OFFICES = ["kedopok", "kanigaran", "pegantenan", "dpmd-pasuruan", "pekutatan"]


def plain(text: str) -> str:
    """A text without markdown's marks, and with single blanks."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # a link's words
    text = re.sub(r"^\s*(#+|-)\s+", "", text, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("**", "")).strip()


def seed_of(office: str) -> str:
    return plain((SEEDS / shipped()[office].source.file).read_text(encoding="utf-8"))


def verbatim(part: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a standard that claims to be the published words, with its place."""
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and VERBATIM.fullmatch(key) and value:
                yield f"{path}.{key}", value
            yield from verbatim(value, f"{path}.{key}")
    elif isinstance(part, tuple | list):
        for index, value in enumerate(part):
            yield from verbatim(value, f"{path}[{index}]")


@pytest.mark.parametrize("office", OFFICES)
def test_every_verbatim_text_stands_in_the_published_standard(office):
    seed = seed_of(office)
    texts = list(verbatim(shipped()[office].model_dump()))
    assert len(texts) > 8
    assert [(place, text) for place, text in texts if plain(text) not in seed] == []


def test_a_changed_word_would_be_noticed():
    standard = shipped()["pekutatan"]
    changed = standard.model_copy(update={"steps": (standard.first.model_copy(update={"text": "Petugas mencatat"}),)})
    assert [text for _, text in verbatim(changed.model_dump()) if plain(text) not in seed_of("pekutatan")] == [
        "Petugas mencatat"
    ]


@pytest.mark.parametrize("office", OFFICES)
def test_the_office_its_service_and_its_sk_are_the_published_ones(office):
    standard, seed = shipped()[office], seed_of(office)
    facts = [standard.office.name_published or standard.office.name, standard.office.government]
    facts += [standard.office.address, standard.office.website, standard.service.name, *standard.service.product]
    assert [fact for fact in facts if fact not in seed] == []
    assert (
        f"No. SK: {standard.source.sk}" in seed if standard.source.sk else re.search(r"No\. SK :\s*Persyaratan", seed)
    )
    assert standard.service.fee == 0


@pytest.mark.parametrize("office", OFFICES)
def test_every_published_channel_stands_in_the_published_standard(office):
    seed = seed_of(office)
    channels = [channel.value for channel in shipped()[office].channels if channel.value]
    assert [value for value in channels if plain(value) not in seed] == []


@pytest.mark.parametrize(
    ("office", "steps"),
    [("kedopok", 9), ("kanigaran", 7), ("pegantenan", 12), ("dpmd-pasuruan", 6), ("pekutatan", 5)],
)
def test_the_steps_are_the_published_ones_in_the_published_order(office, steps):
    standard, seed = shipped()[office], seed_of(office)
    assert len(standard.steps) == steps
    procedure = seed[seed.index("Mekanisme dan Prosedur") :]
    places = [procedure.find(plain(step.text_published or step.text)) for step in standard.steps]
    assert -1 not in places
    assert places == sorted(places)


def test_no_sentence_of_a_published_procedure_was_left_out():
    """What remains of a procedure once its steps are taken away is numbering, headings and the table's other columns."""
    leftover = {}
    for office in ["kedopok", "kanigaran", "dpmd-pasuruan", "pekutatan"]:
        standard, seed = shipped()[office], seed_of(office)
        procedure = seed[
            seed.index("Mekanisme dan Prosedur") + len("Mekanisme dan Prosedur") : seed.index("Waktu Penyel")
        ]
        for text in [*(step.text for step in standard.steps), standard.office.address, standard.office.website]:
            procedure = procedure.replace(plain(text), " ")
        for text in [standard.office.name_published, standard.office.name, standard.office.government]:
            procedure = procedure.replace(text or "\0", " ")
        leftover[office] = re.sub(r"\b(\d+\.){1,2}(\d+\.)?|\b[a-f]\.|\d{5,}|[/;]", " ", procedure).split()
    assert leftover == {"kedopok": [], "kanigaran": [], "dpmd-pasuruan": ["Keterangan:"], "pekutatan": []}


def test_pegantenans_rows_carry_their_own_columns():
    seed = (SEEDS / "002_7d4cac6169e98e43.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in seed.splitlines() if re.match(r"\d+\t", line)]
    ours = [
        [
            step.no,
            step.text_published or step.text,
            "",
            "",
            "",
            "",
            step.input_text,
            step.norm_text,
            step.output_text,
            step.remark,
        ]
        for step in shipped()["pegantenan"].steps
    ]
    assert ours == rows


@pytest.mark.parametrize(
    ("office", "minutes"),
    [("pegantenan", [15, "3 d", 15, "2 d", "2 d", 15, 15, "2 d", 15, "2 d", 15, 15])],
)
def test_the_parsed_norms_are_the_published_ones(office, minutes):
    steps = shipped()[office].steps
    assert [step.norm if step.unit == "office_minute" else f"{step.norm} d" for step in steps] == minutes
    for step in steps:
        number, word = step.norm_text.split()
        assert int(number) == step.norm
        assert {"menit": "office_minute", "hari": "working_day"}[word.lower()] == step.unit


ASKED = {
    "kedopok": {"2.1": ["name", "address"], "2.2": ["ktp"], "2.3": ["statement"]},
    "kanigaran": {"1": ["kk"], "2": ["ktp"], "3": ["location_photo"]},
    "pegantenan": {"1": ["name", "address", "statement"], "2": [], "3": ["identity"]},
    "dpmd-pasuruan": {
        "1a": ["name", "address"],
        "1b": ["statement", "loss"],
        "1c": ["remedy_requested"],
        "1d": ["submitted_place", "submitted_at", "signature"],
        "2": [],
        "3": [],
    },
    "pekutatan": {"1": ["statement"]},
}


@pytest.mark.parametrize("office", OFFICES)
def test_each_requirement_asks_for_what_it_says_and_nothing_else(office):
    standard = shipped()[office]
    things: tuple[Asked, ...] = standard.asked() + standard.derived()
    by_no = {row.no: sorted(one.id for one in things if one.requirement_no == row.no) for row in standard.requirements}
    assert by_no == {no: sorted(ids) for no, ids in ASKED[office].items()}
    texts = {row.no: row.text for row in standard.requirements}
    assert all(one.requirement_text == texts[one.requirement_no] for one in things if one.requirement_no)


@pytest.mark.parametrize("office", OFFICES)
def test_the_number_of_requirements_is_the_published_one(office):
    seed = seed_of(office)
    text = seed[seed.index("Persyaratan") : seed.index("Sistem, Mekanisme")]
    assert [row.no for row in shipped()[office].requirements if plain(row.text) not in text] == []
    for row in shipped()[office].requirements:
        text = text.replace(plain(row.text), " ").replace(plain(row.lead) or "\0", " ")
    left = re.sub(r"\b\d+(\.\d+)?\.|\b[a-d]\.|,", " ", text.removeprefix("Persyaratan")).split()
    assert left in ([], ["dan"])  # DPMD's list: "c. ..., dan d. ..."
