"""The direction of imports: the tree keeps the contracts of pyproject.toml, and a tree that breaks one is found out."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, modules

# One trespass for each contract: the file it is planted in, and the line.
TRESPASSES = {
    "Imports go down only": ("storage/zz_trespass.py", "import bot.zz_trespass"),
    "Channels do not know each other": ("channels/zz_trespass.py", "import channels.zz_neighbour"),
    "The core is pure": ("workflow/zz_trespass.py", "import random"),
    "What is for tests": ("channels/zz_neighbour.py", "import aiogram"),
    "Only the demo": ("bot/zz_trespass.py", "import channels.sandbox.stage"),
}


def contracts_of(folder: Path) -> dict[str, str]:
    """The verdict on each contract, as lint-imports prints it."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"(?m)^(.+) (KEPT|BROKEN)\b", done.stdout))
    assert verdicts, done.stdout + done.stderr
    return verdicts


def test_every_import_contract_is_kept():
    assert set(contracts_of(ROOT).values()) == {"KEPT"}


@pytest.mark.slow
def test_every_import_contract_can_be_broken(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, line in TRESPASSES.values():
        (tmp_path / name).write_text(f"{line}\n")
    verdicts = contracts_of(tmp_path)
    for contract in TRESPASSES:
        named = [verdict for name, verdict in verdicts.items() if name.startswith(contract)]
        assert named == ["BROKEN"], contract
    assert len(verdicts) == len(TRESPASSES), "a contract without its trespass"


def test_stand_ins_are_for_the_demo_and_the_tests():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if not name.startswith(("bot/demo", "channels/sandbox/"))
        for node in ast.walk(tree)
        if re.search(r"\bchannels(\.| import )sandbox\b", _written(node))
    ]
    assert found == []


def test_heavy_libraries_are_imported_by_those_who_use_them_at_first_use():
    """What costs every start is not imported at the head of a file, except where that file is its one user."""
    lazily = {"aiogram", "twilio", "inscriptis", "typst", "PIL", "pillow_heif", "alembic", "psycopg", "holidays"}
    homes = (
        "bot/documents/", "bot/media_child.py", "bot/scan_child.py", "channels/sandbox/", "channels/twilio/library.py", "storage/migrations/",
    )  # fmt: skip
    found = [
        f"{name}: {library}"
        for name, tree in modules().items()
        if not name.startswith(homes)
        for node in tree.body
        for library in _imported(node)
        if library in lazily
    ]
    assert found == []


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.split(".")[0]]
    return []


def _written(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Import | ast.ImportFrom) else ""
