"""What gets installed: the lock files, the wheel and everything that must be inside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, files

LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, tuple[str, list[str]]]:
    """What a lock file pins: name -> version and hashes."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        match = re.fullmatch(r"([a-z0-9._-]+)(?:\[[^]]+\])?==(\S+)( ;.*?)?((?: +--hash=sha256:[0-9a-f]{64})*)\s*", line)
        assert match, f"{lock}: {line[:80]}"
        found[match[1]] = (match[2], re.findall(r"[0-9a-f]{64}", match[4]))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_a_hash_for_every_package_and_no_address(lock):
    assert len(pins(lock)) > 50
    assert [name for name, (_, hashes) in pins(lock).items() if not hashes] == []
    assert not re.search(r"https?:|--(extra-)?index|--find-links|file:", (ROOT / lock).read_text())


def test_what_runs_is_what_was_tested():
    running, testing = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: pin for name, pin in running.items() if testing.get(name) != pin} == {}


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]

    def names(requirements):
        return {re.match(r"[A-Za-z0-9._-]+", each)[0].lower() for each in requirements if isinstance(each, str)}

    assert names(project["project"]["dependencies"] + groups["setup"]) - set(pins(LOCKS[0])) == set()
    assert names(groups["dev"]) - set(pins(LOCKS[1])) == set()


def test_the_roles_of_the_procfile_are_commands():
    lines = (ROOT / "Procfile").read_text().splitlines()
    roles = {role: command.split() for role, command in (line.split(": ", 1) for line in lines)}
    assert {"web", "worker"} <= set(roles)
    for command in roles.values():
        assert command[0] == "aduan"
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", command[1], "--help"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "--config" in done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from the tree as it stands."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory) -> Path:
    """A folder with the wheel installed in it, far from the tree."""
    target = tmp_path_factory.mktemp("elsewhere")
    uv = Path(sys.executable).with_name("uv")
    install = (
        [uv, "pip", "install", "--offline"] if uv.exists() else [sys.executable, "-m", "pip", "install", "--no-index"]
    )
    done = subprocess.run([*install, "--no-deps", "--target", target, wheel], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.mark.slow
def test_a_wheel_carries_every_file_of_the_packages(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in files() if path.relative_to(ROOT).parts[0] in PACKAGES}
    assert ours - inside == set()
    others = {name.split("/")[0] for name in inside} - set(PACKAGES)
    assert all(name.endswith(".dist-info") for name in others), "tests or tools in the wheel"


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [
        "workflow/offices/*.toml",
        "workflow/words/*.toml",
        "channels/sandbox/page/*.js",
        "channels/sandbox/page/*.css",
        "channels/sandbox/page/*.html",
        "storage/migrations/env.py",
        "storage/migrations/versions/*.py",
    ],
)
def test_a_wheel_installed_elsewhere_has_its_data(elsewhere, pattern):
    assert list(elsewhere.glob(pattern))


@pytest.mark.slow
def test_the_program_works_from_where_it_was_installed(elsewhere, tmp_path):
    """Run away from the tree: commands answer, and all five shipped standards are read from the installed copy."""
    environment = {**os.environ, "PYTHONPATH": str(elsewhere), "NO_COLOR": "1"}

    def run(*command):
        done = subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", "import bot; print(bot.__file__)").startswith(str(elsewhere))
    assert "demo" in run("-m", "bot.cli", "--help")
    checked = run("-m", "bot.cli", "offices", "check")
    for office in (elsewhere / "workflow" / "offices").glob("*.toml"):
        assert office.stem in checked
