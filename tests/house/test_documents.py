"""The documents: commands that exist, paths that exist, facts that are still so, and nothing of the machine they were written on."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, texts

PAGES = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"]
DECISIONS = sorted(name for name in texts() if name.startswith("docs/decisions/"))
# Written in two parts, so that this list isn't found by its own search.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "/sim" + "ple/"]


def sh_blocks(page: str) -> list[str]:
    return [block.strip() for block in re.findall(r"(?s)```sh\n(.*?)```", texts()[page])]


def test_the_two_commands_of_the_readme_stand_alone_in_sh_blocks():
    assert sh_blocks("README.md").count("python3 start.py demo") == 1
    assert sh_blocks("README.md").count("python3 start.py test") == 1
    assert sh_blocks("README.md")[0] == "python3 start.py demo"


def test_ci_calls_the_test_command_of_the_readme():
    assert re.search(r"(?m)^python3 start\.py test\b", texts()[".ci/run"])


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS])
def test_every_path_that_a_page_names_exists(page):
    named = re.findall(r"`([\w.-]+/[\w./*-]*|[\w-]+\.(?:py|toml|md|lock))`", texts()[page])
    homes = [ROOT, ROOT / "workflow", ROOT / "bot", ROOT / "storage", ROOT / "channels"]
    gone = [
        name for name in named if name != "config.toml" and not any(list(home.glob(name.rstrip("/"))) for home in homes)
    ]
    assert gone == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_exists(page):
    known = {"test", "check", "lint", "audit", "lock", "COMMAND"} | commands_of_aduan()
    named = set(
        re.findall(
            r"(?:start\.py|\baduan) ([a-z]+)", " ".join(re.findall(r"`[^`]+`|```sh.*?```", texts()[page], re.DOTALL))
        )
    )
    assert named - known == set()


def commands_of_aduan() -> set[str]:
    """The commands as `aduan --help` lists them."""
    done = subprocess.run([sys.executable, "-m", "bot.cli", "--help"], cwd=ROOT, capture_output=True, text=True)
    listed = re.findall(r"(?m)^\s+([a-z]+)\s{2,}\S", done.stdout)
    assert "demo" in listed, done.stdout + done.stderr
    return set(listed)


def test_the_readme_tells_of_each_office_what_its_standard_says():
    rows = dict(re.findall(r"(?m)^\| `([\w-]+)` \|(.*)\|$", texts()["README.md"]))
    for path in (ROOT / "workflow" / "offices").glob("*.toml"):
        standard = tomllib.loads(path.read_text())
        row = rows.pop(standard["office"]["id"])
        assert standard["office"]["name"] in row
        assert f"{len(standard['steps'])} steps, {standard['deadline']['text']}" in row
    assert rows == {}


@pytest.mark.parametrize(("page", "most"), [("ARCHITECTURE.md", 150), ("CONTRIBUTING.md", 90), ("README.md", 120)])
def test_a_page_stays_a_page(page, most):
    assert texts()[page].count("\n") < most


@pytest.mark.parametrize("record", DECISIONS)
def test_a_decision_is_short_and_says_why(record):
    number, text = Path(record).name[:4], texts()[record]
    assert text.startswith(f"# {int(number)}. ")
    assert "**Decision.**" in text
    assert "**Why.**" in text
    assert text.count("\n") < 40


def test_decisions_are_numbered_without_a_gap():
    assert [int(Path(name).name[:4]) for name in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_no_file_names_a_package_index():
    found = [(name, host) for name, text in texts().items() for host in REGISTRIES if host in text]
    assert found == []


def test_no_file_names_the_folder_it_was_written_in():
    if len(ROOT.parts) > 2:  # a clone right below / may be called like anything
        assert [name for name, text in texts().items() if f"{ROOT}/" in text] == []


# --- threats ----------------------------------------------------------------------------------------------------------

ATTACKS = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "threats.md").read_text("utf-8"))


def test_every_attack_has_its_test():
    rows = [line for line in texts()["docs/threats.md"].splitlines() if line.startswith("| ") and line.count("|") == 4]
    table = rows[rows.index("| attack | what happens | test |") + 1 :]
    assert len(table) >= 30
    for row in table:
        assert row.startswith("| **") or re.search(r"`tests/[\w/]+\.py::test_\w+` \|$", row), row


@pytest.mark.parametrize(("file", "test"), ATTACKS)
def test_the_test_of_an_attack_exists(file, test):
    assert re.search(rf"def {test}\(", texts()[file]), f"{file} has no {test}"
