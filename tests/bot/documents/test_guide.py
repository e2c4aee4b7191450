"""The clerk's guide as a page: one A4 for every office, and what the command says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.documents.guide import GuideDrawer, job
from bot.documents.typesetting import Typesetter, Unprintable
from tests.workflow.desk_people import OFFICES, office

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
async def typesetter():
    made = Typesetter()
    yield made
    await made.close()


@pytest.mark.parametrize("name", OFFICES)
async def test_it_fits_on_one_page(name, typesetter):
    wanted = job(office(name), AT)
    pages = await typesetter.pages(type(wanted)(wanted.main, wanted.files, wanted.inputs, AT, "png", 40))
    assert len(pages) == 1


async def test_the_press_draws_an_office_it_knows(typesetter):
    drawer = GuideDrawer({"kedopok": office("kedopok")}.get, typesetter, lambda: AT)
    assert (await drawer({"guide": "kedopok"})).startswith(b"%PDF")
    with pytest.raises(Unprintable):
        await drawer({"guide": "elsewhere"})


def test_the_command_writes_a_pdf_and_names_it(tmp_path):
    out = tmp_path / "panduan.pdf"
    result = CliRunner().invoke(app, ["offices", "guide", "pegantenan", "--out", str(out)])
    assert (result.exit_code, result.stdout.strip()) == (0, str(out))
    assert out.read_bytes().startswith(b"%PDF")


def test_the_command_says_what_it_cant_read(tmp_path):
    result = CliRunner().invoke(app, ["offices", "guide", str(tmp_path / "none.toml")])
    assert result.exit_code == 2
    assert "can't be read" in result.stderr
