"""Drawn papers: as many pages as they should have, an office's own look, and what becomes of a broken template."""

import asyncio
import io
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image

from bot.check import _papers
from bot.config import parse
from bot.documents.look import Look
from bot.documents.proofs import misplaced, problems, proofs
from bot.documents.sheets import TEMPLATES, Sheets, job_of
from bot.documents.typesetting import SHIPPED, Typesetter, Unprintable
from tests.workflow.desk_people import office
from workflow.conversation import Paper
from workflow.papers import signing
from workflow.papers.making import MAKERS
from workflow.papers.sample import sample
from workflow.papers.sheet import ref
from workflow.standard.standard import shipped

AT = datetime(2026, 11, 25, 3, 12, tzinfo=UTC)
LONG = (
    "Raden Roro Siti Nurhalimah Kusumaningtyas Wijayakusuma Prawirodirdjo binti Haji Abdurrahman Sastrodihardjo CONTOH"
)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 100"><rect width="80" height="100" fill="green"/></svg>'


@pytest.fixture
async def typesetter():
    made = Typesetter()
    yield made
    await made.close()


def sheet(kind="answer_letter", name="pegantenan", text="", **changes):
    complaint, entries, world = sample(shipped()[name], AT)
    if text:
        complaint = replace(complaint, answer=text, draft=text, report=text)
        acts = (*signing.WRITING, *signing.LEAVING)
        entries = [replace(each, text=text) if each.act in acts else each for each in entries]
    return MAKERS[kind](replace(complaint, **changes), entries, world)


async def pages(typesetter, wanted, look=None) -> int:
    """How many pages a paper has."""
    return len(await typesetter.pages(job_of(wanted, look or Look(), "png")))


@pytest.mark.parametrize("name", sorted(shipped()))
async def test_every_paper_of_every_office_can_be_drawn_twice_alike(typesetter, name):
    kinds = []
    async for proof in proofs(shipped()[name], Look(), typesetter, AT):
        assert proof.problem == ""
        assert proof.pages[0].startswith(b"%PDF-")
        kinds.append(proof.kind)
    assert set(kinds) == {kind for kind in MAKERS if kind != "complaint_letter" or name == "dpmd-pasuruan"}
    drawn = [(await typesetter.pages(job_of(sheet(name=name), Look())))[0] for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("label", "wanted", "expected"),
    [
        ("a short letter", sheet(), 1),
        ("three pages", sheet(text="\n".join(["Kami sampaikan bahwa pekerjaan dilaksanakan bertahap. " * 9] * 16)), 3),
        ("a receipt with long names", sheet("receipt", private={"name": LONG, "address": LONG * 2}), 1),
        (
            "a receipt with twelve files",
            sheet("receipt", papers=tuple(Paper(file=f"k.{n}", message="1", at=AT, state="ready", type="photo", sort=sort)
                  for n, sort in enumerate(("ktp", "kk", "sim", "other_id", "location_photo", "supporting") * 2))),
            1,
        ),
        ("a letter to a long name", sheet(private={"name": LONG, "address": LONG * 2}), 1),
        ("a control card of twelve steps", sheet("control"), 1),
        ("a sheet of one who disposed", sheet("disposition", "kanigaran"), 1),
    ],
)  # fmt: skip
async def test_long_papers_flow_and_short_ones_stay_on_a_page(typesetter, label, wanted, expected):
    assert await pages(typesetter, wanted) == expected, label


@pytest.mark.parametrize("kind", ["answer_letter", "receipt"])
@pytest.mark.parametrize("name", sorted(shipped()))
async def test_a_logo_leaves_room_for_each_line_of_the_letterhead(typesetter, own, name, kind):
    """No line of it is broken: the paper is no longer than with a letterhead of three words."""
    wanted = sheet(kind, name)
    brief = replace(wanted, kop=replace(wanted.kop, contact=tuple("x" for _ in wanted.kop.contact)))
    look = Look(logo=own.logo)
    above = [await _rule_at(typesetter, each, look) for each in (wanted, brief)]
    assert above[0] == above[1]


async def _rule_at(typesetter, wanted, look):
    """Where the thick line below the letterhead begins, in pixels."""
    (first, *_) = await typesetter.pages(job_of(wanted, look, "png"))
    picture = Image.open(io.BytesIO(first)).convert("L")
    middle = picture.width * 4 // 5
    return next(y for y in range(picture.height) if all(picture.getpixel((middle + x, y)) < 60 for x in range(60)))


@pytest.mark.parametrize(
    "text", ["#panic()", '$x$ *b* _m_ `k` @r <l> \\ // /* "', "= Judul\n- satu\n+ dua", "\u202e\u0000ab"]
)
async def test_what_people_write_is_never_typesetting(typesetter, text):
    assert await pages(typesetter, sheet(text=text.replace("\u0000", ""), statement=text)) == 1


async def test_a_sheet_is_drawn_from_its_reference(typesetter):
    wanted = msgspec.json.decode(ref(sheet("receipt")))
    assert (await Sheets(typesetter).draw(wanted)).startswith(b"%PDF-")
    with pytest.raises(Unprintable):
        await Sheets(typesetter).draw({"paper": "soup"})


# --- an office's own look ---------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """A look with a copy of every shipped template and a logo."""
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in (*TEMPLATES.values(), "kop.typ"):
        shutil.copy(SHIPPED / name, folder)
    (tmp_path / "logo.svg").write_text(LOGO)
    return Look(folder, tmp_path / "logo.svg")


async def test_an_offices_own_template_and_logo_are_used(typesetter, own):
    assert await problems(shipped()["pegantenan"], own, typesetter, AT) == []
    path = own.templates / "surat-jawaban.typ"
    path.write_text(path.read_text() + "\n#pagebreak()\nHalaman milik kantor.\n")
    assert await pages(typesetter, sheet(), own) == 2
    plain, logo = Sheets(typesetter), Sheets(typesetter, {"pegantenan": Look(logo=own.logo)})
    assert await plain.pages(sheet()) != await logo.pages(sheet())


@pytest.mark.parametrize(
    ("name", "added", "told"),
    [
        ("surat-jawaban.typ", "\n#salah\n", "surat-jawaban.typ:"),
        ("kop.typ", "\n#let x = \n", "kop.typ:"),
        ("surat-jawaban.typ", '\n#image("tidak-ada.png")\n', "surat-jawaban.typ:"),
        ("surat-jawaban.typ", "\n#data.tidak-ada\n", "surat-jawaban.typ:"),
    ],
)
async def test_a_broken_template_is_told_with_file_line_and_mend_and_the_shipped_one_stands_in(
    typesetter, own, name, added, told
):
    path = own.templates / name
    path.write_text(path.read_text() + added)
    found = await problems(shipped()["pegantenan"], own, typesetter, AT)
    assert len(found) == 1, "said once, whatever papers it breaks"
    what, mend = found[0]
    lines = path.read_text().count("\n")
    assert any(f"{told}{line}:" in what for line in range(lines - 2, lines + 2)), what
    assert mend.startswith("mend line ")
    drawn = await Sheets(typesetter, {"pegantenan": own}).pages(sheet())
    assert drawn[0].startswith(b"%PDF-")
    assert drawn == await Sheets(typesetter, {"pegantenan": Look(logo=own.logo)}).pages(sheet())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda own: Look(own.templates / "x", own.logo), "is no folder"),
        (lambda own: Look(own.templates, own.logo.with_name("x.svg")), "is not there"),
        (
            lambda own: Look(own.templates, own.logo.rename(own.logo.with_suffix(".bmp"))),
            "no picture that can be printed",
        ),
        (lambda own: Look(None, _noise(own.logo)), "logo.png"),
    ],
)
async def test_a_folder_or_logo_that_is_not_right_is_told_and_letters_leave_all_the_same(typesetter, own, change, told):
    look = change(own)
    found = await problems(shipped()["pegantenan"], look, typesetter, AT)
    assert any(told in what for what, _ in found)
    assert (await Sheets(typesetter, {"pegantenan": look}).pages(sheet()))[0].startswith(b"%PDF-")


def _noise(logo: Path) -> Path:
    other = logo.with_suffix(".png")
    other.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    return other


async def test_a_template_that_hangs_is_left_alone_after_the_first_time(own):
    impatient = Typesetter(longest_s=2.0)
    path = own.templates / "surat-jawaban.typ"
    path.write_text(path.read_text() + "\n#let n = range(100000)\n#for a in n { for b in n { let c = a * b } }\n")
    drawing = Sheets(impatient, {"pegantenan": Look(own.templates)})
    assert (await drawing.pages(sheet()))[0].startswith(b"%PDF-")
    assert drawing._hanging == {("pegantenan", "answer_letter")}
    assert (await drawing.pages(sheet()))[0].startswith(b"%PDF-")
    await impatient.close()


@pytest.mark.parametrize(
    "reach",
    [
        '#read("../../../../../../etc/passwd")',
        '#read("/etc/passwd")',
        '#read("/proc/self/environ")',
        '#read("tautan.txt")',
        '#read("map/rahasia.txt")',
        '#import "@local/cetz:0.2.2": *',
        '#image("https://example.org/x.png")',
    ],
)
async def test_a_template_reads_nothing_but_what_lies_in_its_folder(typesetter, own, reach):
    outside = own.logo.with_name("elsewhere")
    outside.mkdir()
    (outside / "rahasia.txt").write_text("KUNCI RAHASIA")
    (own.templates / "tautan.txt").symlink_to(outside / "rahasia.txt")
    (own.templates / "map").symlink_to(outside)
    path = own.templates / "surat-jawaban.typ"
    path.write_text(path.read_text() + f"\n{reach}\n")
    with pytest.raises(Unprintable):
        await typesetter.pages(job_of(sheet(), own))
    assert any("tautan.txt" in what and "leads out of the folder" in what for what, _ in misplaced(own))
    assert (await Sheets(typesetter, {"pegantenan": own}).pages(sheet()))[0].startswith(b"%PDF-")


async def test_a_template_that_is_itself_a_link_out_of_the_folder_is_not_used(typesetter, own):
    path = own.templates / "kop.typ"
    path.rename(own.logo.with_name("other.typ"))
    path.symlink_to(own.logo.with_name("other.typ"))
    with pytest.raises(Unprintable, match=r"kop\.typ.*leads out"):
        job_of(sheet(), own)
    assert (await Sheets(typesetter, {"pegantenan": own}).pages(sheet()))[0].startswith(b"%PDF-")


@pytest.mark.parametrize("way", ["typst.org:443", "proxy"])
async def test_a_template_fetches_no_package_from_the_network(own, monkeypatch, way):
    """Whatever way out the service itself has: nobody is asked."""
    asked = []

    async def listening(_, writer):
        asked.append(way)
        writer.close()

    server = await asyncio.start_server(listening, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    if way == "proxy":
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    path = own.templates / "surat-jawaban.typ"
    path.write_text(path.read_text() + '\n#import "@preview/cetz:0.2.2": *\n')
    setter = Typesetter(longest_s=20.0)
    with pytest.raises(Unprintable) as told:
        await setter.pages(job_of(sheet(), own))
    await setter.close()
    server.close()
    assert asked == []
    assert "Dns" not in str(told.value)
    found = await problems(shipped()["pegantenan"], own, Typesetter(), AT)
    assert [mend.partition(":")[0] for _, mend in found] == ["no package is fetched"]


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


async def test_the_typesetting_child_knows_none_of_our_secrets(typesetter, monkeypatch):
    monkeypatch.setenv("ADUAN_KEY", "rahasia-sekali")
    await typesetter.pages(job_of(sheet(), Look()))
    environment = environment_of(typesetter._child._process.pid)
    assert b"rahasia-sekali" not in environment
    assert b"PATH=" in environment


async def test_aduan_check_tries_an_offices_own_look_and_says_nothing_of_a_shipped_one(own, tmp_path):
    text = """
        [service]
        database_url = "sqlite:///aduan.db"
        files = "files"
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        [[offices]]
        id = "kanigaran"
        standard = "kanigaran"
        [[offices]]
        id = "pegantenan"
        standard = "pegantenan"
        templates = "templates"
        logo = "logo.svg"
    """
    settings = parse(text, place="test", folder=tmp_path, environ={})
    assert settings.looks()["pegantenan"] == own
    assert [line async for line in _papers(office("kanigaran"), settings)] == []
    (line,) = [line async for line in _papers(office("pegantenan"), settings)]
    assert line.good
    (own.templates / "kop.typ").write_text("#salah")
    (line,) = [line async for line in _papers(office("pegantenan"), settings)]
    assert not line.good
    assert "kop.typ:1" in line.what


@pytest.mark.slow
def test_the_command_writes_every_paper_and_ends_with_its_code(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-c", "from bot.cli import main; main()", "offices", "papers", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    done = run("pekutatan", "--out", str(tmp_path / "p"))
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == sorted(
        Path(line).name for line in done.stdout.split()
    )
    assert "surat-jawaban.pdf" in done.stdout
    assert run("atlantis", "--out", str(tmp_path / "p")).returncode == 2
