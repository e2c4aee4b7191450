"""start.py: when it sets up, when it doesn't, and what it says when it can't."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import threading

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py as it stands in a fresh clone, with the costly steps replaced by marks in `done`."""
    for name in ("start.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("start_in_clone", tmp_path / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.done = []

    def make_venv():
        module.done.append("venv")
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.symlink_to(sys.executable)

    def run(*command):
        module.done.append("itself" if "-e" in command else "packages")
        if "-e" in command:
            module.ADUAN.write_text("")
        return True

    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "fetch_uv", lambda pins: ["uv", "pip", "install"])
    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "tell", lambda sentence: None)
    return module


def test_the_first_start_sets_up_and_the_second_does_nothing(start):
    start.make_ready("run")
    assert start.done == ["venv", "packages", "itself"]
    start.make_ready("run")
    assert start.done == ["venv", "packages", "itself"]


def test_what_was_set_up_for_tests_is_enough_to_run(start):
    start.make_ready("dev")
    assert start.is_ready("run")


def test_what_was_set_up_to_run_is_not_enough_for_tests(start):
    start.make_ready("run")
    assert not start.is_ready("dev")


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_is_installed_anew_into_the_same_venv(start, name):
    start.make_ready("run")
    with (start.ROOT / name).open("a") as file:
        file.write("# changed\n")
    start.make_ready("run")
    assert start.done == ["venv", "packages", "itself", "packages", "itself"]


def test_an_interrupted_set_up_is_begun_afresh(start, monkeypatch):
    def interrupted(*command):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(start, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            start.make_ready("run")
    (start.VENV / "half-a-package").touch()
    start.make_ready("run")
    assert not (start.VENV / "half-a-package").exists()
    assert start.is_ready("run")


def test_a_clone_that_was_moved_gets_a_venv_of_its_own_place(start):
    start.make_ready("run")
    start.MADE_FOR.write_text("/somewhere/else\n")
    start.make_ready("run")
    assert start.done.count("venv") == 2


def test_two_at_once_set_up_once(start, monkeypatch):
    entered, may_go = threading.Event(), threading.Event()
    plain = start.run

    def slow(*command):
        entered.set()
        assert may_go.wait(10)
        return plain(*command)

    monkeypatch.setattr(start, "run", slow)
    monkeypatch.setattr(start, "tell", lambda sentence: may_go.set() if "waiting" in sentence else None)
    first = threading.Thread(target=start.make_ready, args=("run",))
    first.start()
    assert entered.wait(10)
    start.make_ready("run")  # waits for the first, which goes on as soon as we say that we wait
    first.join(10)
    assert start.done == ["venv", "packages", "itself"]


def test_without_uv_pip_does_it_all(start, monkeypatch):
    monkeypatch.setattr(start, "fetch_uv", lambda pins: [])
    monkeypatch.setattr(start, "pip", lambda: ["pip"])
    start.make_ready("run")
    assert start.is_ready("run")


def test_the_pin_of_uv_is_read_with_all_its_hashes(start):
    pins = (ROOT / "requirements.lock").read_text()
    found = start.UV_PIN.search(pins)
    block = found[0]
    assert block.startswith("uv==")
    assert block.count("--hash=sha256:") >= 10
    assert block.count("==") == 1


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "could not be reached"),
        ("error: error sending request for url", "could not be reached"),
        ("invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "isn't the one that was pinned"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something new", "the whole story is in"),
    ],
)
def test_a_failure_is_told_in_a_sentence(start, output, advice):
    start.VENV.mkdir()
    start.LOG.write_text(f"\n$ earlier step\nNo space left\n\n$ pip install\n{output}\n")
    assert advice in start.why_it_failed()


def test_a_python_that_is_too_old_is_told_so(start, monkeypatch):
    monkeypatch.setattr(start, "OLDEST", (99, 0))
    with pytest.raises(start.NotSetUp, match=r"needs Python .* or newer, and this is 3\."):
        start.main(["demo"])


def test_a_failed_set_up_ends_with_one_line_and_no_traceback(tmp_path):
    shutil.copy(ROOT / "start.py", tmp_path)
    (tmp_path / ".venv.lock").mkdir()  # nothing can be written where the lock should be
    done = subprocess.run([sys.executable, tmp_path / "start.py", "demo"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nothing can be written there" in done.stderr
    assert done.stdout == ""
