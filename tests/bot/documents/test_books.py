"""Books drawn out of a store: workbooks whose texts are never formulas, paper in volumes, and little memory."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app
from bot.documents import books
from bot.documents.books import BookDrawer
from bot.documents.press import Press
from bot.documents.typesetting import Typesetter, Unprintable
from bot.sniffing import sniff, sniff_ours
from storage import schema
from storage.engine import Store
from tests import many
from tests.doubles import MASTER, a_seal
from workflow.books.period import month, year
from workflow.office import Office
from workflow.standard.standard import shipped

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def office(name="pegantenan"):
    return Office(name, shipped()[name])


def reads(store):
    async def read(work):
        return store.look(work)

    return read


def sheet(content):
    """The cells of the first sheet by place: (text or number, what it is, formula or None, styles)."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        tree = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            table = ET.fromstring(book.read("xl/sharedStrings.xml"))
            shared = ["".join(each.text or "" for each in item.iter(f"{MAIN}t")) for item in table]
        styles = ET.fromstring(book.read("xl/styles.xml"))
    cells = {}
    for cell in tree.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        words = "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
        if cell.get("t") == "s":
            words = shared[int(value.text)]
        found = words or (value.text if value is not None else "")
        cells[cell.get("r")] = (found, cell.get("t") or "n", cell.find(f"{MAIN}f"), int(cell.get("s") or 0))
    return cells, tree, styles


@pytest.fixture
def kept(tmp_path):
    """Three hundred complaints, some of which look like formulas and one of which was corrected."""
    cases = list(many.made("pegantenan", 300, seed=2, step_s=7200))
    risky = ("=1+1", "+62 dicek", "-5", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")')
    for n, words in enumerate(risky):
        cases[n] = replace(cases[n][0], statement=words, confidential=False), cases[n][1]
    long = "Hj. Endang Sri Wahyuni Kusumaningrum binti Almarhum Haji Muhammad Sastrodiharjo Notonegoro " * 3
    cases[7] = replace(cases[7][0], private={"name": long, "address": "Jl. " + "Panjang" * 40}, confidential=False), cases[7][1]  # fmt: skip
    made = Store(f"sqlite:///{tmp_path}/kept.db", a_seal())
    schema.migrate(made)
    many.keep(made, cases)
    yield made
    made.close()


async def drawn(store, **ref):
    setter = Typesetter()
    wanted = {"book": "register", "office": "pegantenan", "first": "2026-01-01", "last": "2026-01-31", "shape": "xlsx", "names": True}  # fmt: skip
    press = Press({"book": BookDrawer(store, {"pegantenan": office()}.get, setter, lambda: NOW)})
    try:
        return b"".join([piece async for piece in press.download(json.dumps(wanted | ref), 20_000_000)])
    finally:
        await setter.close()


# --- the workbook -----------------------------------------------------------------------------------------------------


async def test_no_text_of_the_register_is_a_formula_and_dates_are_dates_of_the_office(kept):
    content = await drawn(kept, first="2026-01-01", last="2026-12-31")
    cells, tree, styles = sheet(content)
    assert not any(formula is not None for _, _, formula, _ in cells.values())
    texts = {text: style for text, kind, _, style in cells.values() if kind in ("inlineStr", "s")}
    looks = styles.find(f"{MAIN}cellXfs")
    for words in ("=1+1", "+62 dicek", "-5", "@SUM(A1)"):
        assert looks[texts[words]].get("quotePrefix") == "1"
    assert cells["A5"][0] == "No."
    assert cells["A6"][0] == "1"
    received, kind, _, style = cells["C6"]
    assert kind == "n"
    assert looks[style].get("numFmtId") != "0"
    first = next(many.made("pegantenan", 300, seed=2, step_s=7200))[0]
    local = first.confirmed_at.astimezone(office().calendar.zone)
    days = (local.replace(tzinfo=None, second=0, microsecond=0) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - of a sheet
    assert float(received) == pytest.approx(days, abs=1e-8)
    assert len([name for name in cells if re.fullmatch(r"B\d+", name)]) == 301  # the head, and every row has its number
    pane = tree.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
    assert (pane.get("state"), pane.get("topLeftCell")) == ("frozen", "C6")
    page = tree.find(f"{MAIN}pageSetup")
    assert (page.get("paperSize"), page.get("orientation")) == ("9", "landscape")


async def test_a_copy_without_names_holds_none(kept):
    cells, _, _ = sheet(await drawn(kept, names=False))
    every = " ".join(text for text, _, _, _ in cells.values())
    assert "Endang" not in every
    assert "Salinan" not in every  # that's said on paper; a column of a workbook says it in each row
    assert "(tidak dicetak)" in every


async def test_an_empty_month_is_a_book_that_says_so(kept):
    cells, _, _ = sheet(await drawn(kept, first="2025-01-01", last="2025-01-31"))
    assert "Tidak ada pengaduan yang dicatat dalam periode ini." in {text for text, _, _, _ in cells.values()}
    assert (await drawn(kept, first="2025-01-01", last="2025-01-31", shape="pdf")).startswith(b"%PDF-")
    picture = await drawn(kept, book="recap", first="2025-01-01", last="2025-01-31", shape="png")
    assert Image.open(io.BytesIO(picture)).size[0] > 1000


async def test_the_recap_is_a_picture_for_a_telephone_and_a_workbook_of_numbers(kept):
    picture = Image.open(io.BytesIO(await drawn(kept, book="recap", shape="png")))
    assert 1060 <= picture.size[0] <= 1100
    assert picture.size[1] > picture.size[0]
    cells, _, _ = sheet(await drawn(kept, book="recap"))
    texts = [text for text, _, _, _ in cells.values()]
    assert "Arus pengaduan" in texts
    assert "Norma waktu tiap langkah" in texts
    assert not any(formula is not None for _, _, formula, _ in cells.values())
    assert sum(kind == "n" for _, kind, _, _ in cells.values()) > 30


async def test_what_is_no_book_or_of_no_office_is_not_drawn(kept):
    drawer = BookDrawer(kept, {}.get, Typesetter(), lambda: NOW)
    for ref in ({"book": "novel"}, {"book": "register", "office": "x", "first": "2026-01-01", "last": "2026-01-31", "shape": "pdf"}):  # fmt: skip
        with pytest.raises(Unprintable):
            await drawer(ref)


async def test_a_workbook_of_ours_is_taken_and_one_that_somebody_sends_is_not(kept):
    content = await drawn(kept)
    assert sniff(content) is None
    assert sniff_ours(content).mime.endswith("spreadsheetml.sheet")
    assert sniff_ours(content + b"xl/vbaProject.bin") is None


# --- the paper book ---------------------------------------------------------------------------------------------------


async def test_a_long_book_is_set_in_volumes_that_go_on_counting(kept):
    jobs = []

    async def take(job, volume, of):
        jobs.append((json.loads(job.inputs["data"]), volume, of))

    await books.register_papers(reads(kept), office(), year(2026), take, names=True, now=NOW, volume_rows=120)
    assert [(volume, of, len(data["rows"])) for data, volume, of in jobs] == [(1, 3, 120), (2, 3, 120), (3, 3, 60)]
    assert [int(row[0]) for data, _, _ in jobs for row in data["rows"]] == list(range(1, 301))
    assert [data["range"] for data, _, _ in jobs][1] == "Nomor urut 121 sampai 240"
    assert jobs[0][0]["volume"] == "Jilid 1 dari 3"
    assert len({row[1] for data, _, _ in jobs for row in data["rows"]}) == 300


async def test_a_page_of_long_names_and_struck_words_can_be_set(kept):
    content = await drawn(kept, shape="pdf", last="2026-12-31")
    assert content.startswith(b"%PDF-")
    assert len(content) > 50_000


def test_a_number_without_an_answer_stands_on_the_first_line_of_its_cell():
    from bot.documents.register_paper import _row
    from tests.workflow.test_books import case, line

    assert _row(1, line(case(letter_number="300.1/7/2026")))[9] == [("300.1/7/2026", False)]


async def test_for_a_chat_too_long_a_book_on_paper_is_refused(kept, monkeypatch):
    monkeypatch.setattr(books, "LARGEST_AT_DESK", 100)
    drawer = BookDrawer(kept, {"pegantenan": office()}.get, Typesetter(), lambda: NOW)
    with pytest.raises(Unprintable, match="too many"):
        await drawer({"book": "register", "office": "pegantenan", "first": "2026-01-01", "last": "2026-12-31", "shape": "pdf"})  # fmt: skip


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def config(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("ADUAN_KEY", base64.b64encode(MASTER).decode())
    path = tmp_path / "config.toml"
    path.write_text(
        f'[service]\ndatabase_url = "{kept.url}"\nfiles = "files"\nkey = {{ env = "ADUAN_KEY" }}\n'
        '[[offices]]\nid = "pegantenan"\nstandard = "pegantenan"\n'
        '[[offices]]\nid = "kanigaran"\nstandard = "kanigaran"\n'
    )
    return path


def run(config, *words):
    return CliRunner().invoke(app, [*words, "--config", str(config)])


def test_the_commands_write_files_and_print_their_names(config, tmp_path):
    out = tmp_path / "buku.xlsx"
    done = run(config, "register", "--office", "pegantenan", "--year", "2026", "--out", str(out))
    assert (done.exit_code, done.stdout) == (0, f"{out}\n")
    assert sheet(out.read_bytes())[0]["B6"][0] == "PGT-2026-0001"
    done = run(config, "register", "--office", "pegantenan", "--month", "2026-01", "--no-names", "--out", str(tmp_path / "b.pdf"))  # fmt: skip
    assert done.exit_code == 0
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
    done = run(config, "recap", "--office", "pegantenan", "--month", "2026-01", "--out", str(tmp_path / "new"))
    assert done.exit_code == 0
    assert [Path(line).name for line in done.stdout.split()] == ["rekap-pegantenan-2026-01.png", "rekap-pegantenan-2026-01.xlsx"]  # fmt: skip
    assert sorted(each.name for each in tmp_path.iterdir() if ".part" in each.name) == []


def test_what_cannot_be_written_is_told_in_a_sentence(config):
    done = run(config, "register", "--office", "pegantenan", "--out", "/proc/b.xlsx")
    assert done.exit_code in (1, 2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("register",), "Name one of the offices with --office: pegantenan, kanigaran."),
        (("register", "--office", "x"), "Name one of the offices"),
        (("register", "--office", "kanigaran", "--month", "2026-13"), "2026-13 is no month"),
        (("register", "--office", "kanigaran", "--month", "2026-01", "--year", "2026"), "Give one period"),
        (("register", "--office", "kanigaran", "--from", "2026-01-03"), "--until wants a day"),
        (("register", "--office", "kanigaran", "--from", "2026-01-03", "--until", "2026-01-02"), "--from is later"),
        (("register", "--office", "kanigaran", "--out", "nowhere/b.xlsx"), "There is no folder nowhere."),
        (("register", "--office", "kanigaran", "--out", "b.doc"), "b.doc must end in .xlsx or .pdf."),
        (("recap", "--office", "kanigaran", "--month", "maret"), "maret is no month"),
    ],
)
def test_an_option_that_is_wrong_is_told_and_ends_with_2(config, words, said):
    done = run(config, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


# --- memory -----------------------------------------------------------------------------------------------------------

_MEASURED = """
import asyncio, resource, sys
from datetime import datetime, UTC
from pathlib import Path
from bot.documents import books
from storage.engine import Store
from tests.doubles import a_seal
from workflow.books.period import year
from workflow.office import Office
from workflow.standard.standard import shipped
url, what, out = sys.argv[1:]
store, office, now = Store(url, a_seal()), Office("kanigaran", shipped()["kanigaran"]), datetime(2026, 12, 30, tzinfo=UTC)
marks = []
async def read(work):
    marks.append(int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1]))
    return store.look(work)
if what == "register":
    asyncio.run(books.register_workbook(read, office, year(2026), Path(out), names=True, now=now))
else:
    asyncio.run(books.recap(read, office, year(2026), now=now))
print(marks[4], max(marks[4:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["register", "recap"])
def test_five_thousand_complaints_take_no_more_memory_than_the_first_thousand(sqlite, tmp_path, what):
    """Kept in memory the rows would be some 25 MB more by the end; a page of them is under 3."""
    many.keep(sqlite, many.made("kanigaran", 5000, step_s=5000))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(sqlite.url), what, str(tmp_path / "x.xlsx")],
        capture_output=True, text=True, timeout=240, cwd=Path(__file__).parents[3], env=dict(os.environ), check=True,
    )  # fmt: skip
    first, most = (int(each) for each in done.stdout.split())
    assert most - first < 8_000


async def test_reading_for_a_book_lets_others_write_between_its_pages(kept):
    """A page is a short look: whoever writes meanwhile isn't kept waiting until the book is done."""
    seen = []

    async def read(work):
        found = await kept.read(work)
        await kept.write(lambda unit: seen.append(unit.reachable()))
        return found

    await asyncio.wait_for(books.recap(read, office(), month(2026, 1), now=NOW), 60)
    assert seen


async def test_a_book_that_the_desk_asked_for_is_fetched_from_the_press_and_goes_out_under_its_name(kept, tmp_path):
    from bot.enclosures import Enclosures
    from bot.fetch import Fetcher
    from bot.media import Media
    from storage.files import Files
    from tests.doubles import FakeChannel, a_road, citizen
    from workflow.message import Enclosure
    from workflow.world import Fetch

    road = a_road(kept, FakeChannel())
    media, setter = Media(), Typesetter()
    files = Files(str(tmp_path / "files"), road.chance.random_bytes)
    press = Press({"book": BookDrawer(kept, {"pegantenan": office()}.get, setter, lambda: NOW)})
    wanted = {"book": "register", "office": "pegantenan", "first": "2026-01-01", "last": "2026-01-31", "names": True}
    shapes = {"xlsx": ".xlsx", "pdf": ".pdf", "png": ".jpg"}
    fetches = [
        Fetch(
            file=f"id1.book-{shape}", lane=citizen(), kind="document", source="press",
            ref=json.dumps(wanted | {"shape": shape} | ({"book": "recap"} if shape == "png" else {})),
        )
        for shape in shapes
    ]  # fmt: skip
    await kept.write(lambda unit: unit.shelf.expect(fetches, road.clock.now()))
    try:
        assert await Fetcher(road, files, media, {"press": press}).step()
        for shape, suffix in shapes.items():
            shown = await Enclosures(kept, files, media).shown(
                Enclosure(file=f"id1.book-{shape}", name="register 2026-01")
            )
            assert shown.name == f"register 2026-01{suffix}"
            assert len(shown.content) > 5000
    finally:
        await media.close()
        await setter.close()
