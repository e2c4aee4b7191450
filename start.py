"""Sets Aduan up in `.venv` beside this file and starts it: `python3 start.py demo`, `python3 start.py test`.

Standard library only, and old Pythons can read it far enough to be told that they are too old. It takes the roads in
this order: `venv` with pip; where Python came without ensurepip, `venv --without-pip` and the system's pip from
outside. pip then fetches uv, which installs the pinned packages quickly; where uv can't, pip does it all. Every package
is checked against the hash in the lock file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ADUAN = VENV / "bin" / "aduan"
LOG = VENV / "set-up.log"
MADE_FOR = VENV / "set-up-place"  # the folder and the interpreter that .venv was made for
LOCKED = ROOT / ".venv.lock"  # held by the set-up that is at work; not empty while .venv is unfinished
LOCK_FILES = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
UV_PIN = re.compile(r"(?m)^uv==(\S+).*\\\n(?: +.*\n)+")  # one entry of a lock file, with its hashes
OLDEST = (3, 11)
LINTERS = ("ruff check .", "ruff format --check .", "mypy", "lint-imports")
USAGE = """\
python3 start.py demo [--port N] [--office ID]    the whole office in a browser, with stand-ins and no account
python3 start.py test [pytest arguments]          all tests
python3 start.py lint                             style, types and the direction of imports
python3 start.py check                            exactly what CI runs: lint, then tests of which none may be skipped
python3 start.py audit                            ask what is known against the pinned packages; 3: nobody to ask
python3 start.py lock                             pin the newest packages that pyproject.toml allows
python3 start.py COMMAND ...                      any other command of aduan: chat, serve, offices check ...
"""
OFFLINE = (
    "The package index could not be reached. Check the network, or set HTTPS_PROXY, and run the same command again."
)
ADVICE = (
    (
        (
            r"name resolution|failed to resolve|dns error|connection refused|connect error|max retries"
            r"|timed out|network is unreachable|error sending request|could not fetch url|no route|failed to fetch"
        ),
        OFFLINE,
    ),
    (
        r"certificate.verify.failed|invalid peer certificate|unknown ?issuer",
        (
            "The package index showed a certificate this machine doesn't know. If your network has its own, name its "
            "file in SSL_CERT_FILE and run the same command again."
        ),
    ),
    (
        r"do not match the hashes|hash mismatch",
        (
            "A downloaded package isn't the one that was pinned, so nothing of it was installed. Remove the package "
            "cache and run the same command again; if it happens again, your package mirror serves something else."
        ),
    ),
    (r"no space left", "The disk is full: Aduan needs about 600 MB. Make room and run the same command again."),
)


class NotSetUp(Exception):
    """Set-up can't go on; the text says why and what to do."""


def main(args: list[str]) -> int:
    """Set up what the command needs, then become that command."""
    command, rest = (args[0], args[1:]) if args else ("--help", [])
    if command in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0
    if sys.version_info < OLDEST:
        raise NotSetUp(too_old())
    if command == "test":
        make_ready("dev")
        os.chdir(ROOT)
        become(str(PYTHON), "-m", "pytest", *(rest or every_test()))
    if command == "check" and not rest:
        become("bash", str(ROOT / ".ci" / "run"), "--as-it-is")
    if command in {"lint", "lock"}:
        make_ready("dev")
        return {"lint": lint, "lock": lock}[command]()
    if command == "audit":
        make_ready("dev")
        os.chdir(ROOT)
        become(str(PYTHON), "-m", "tests.house.packages", "audit")
    make_ready("run")
    become(str(PYTHON), str(ADUAN), *args)
    return 0


def too_old() -> str:
    """What to say to a Python that is too old, naming a newer one if this machine has it."""
    import shutil

    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
    hint = f"This machine has {newer[0]}: use it in place of python3." if newer else "Please install a newer one."
    return f"Aduan needs Python 3.11 or newer, and this is {sys.version.split()[0]}. {hint}"


def every_test() -> list[str]:
    """The pytest arguments of a run of everything: a worker more than cores, for many tests wait; as many as four."""
    return ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "worksteal"]


def become(program: str, *args: str) -> None:
    """Replace this process by another program, so that signals and exit codes are that program's own."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvp(program, [program, *args])  # noqa: S606 - replacing the process is the point


def lint() -> int:
    """Run every linter, even after one has found something; 0 if all are content."""
    import subprocess

    failed = []
    for command in LINTERS:
        print(f"== {command}", flush=True)
        name, *args = command.split()
        if subprocess.call([str(VENV / "bin" / name), *args], cwd=ROOT):
            failed.append(command)
    if failed:
        print(f"lint: not content: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def lock() -> int:
    """Write both lock files anew. Tests pin first: running must use the very versions that were tested."""
    import subprocess

    for group, target, constraint in (
        ("dev", LOCK_FILES["dev"], []),
        ("setup", LOCK_FILES["run"], ["--constraint", LOCK_FILES["dev"]]),
    ):
        status = subprocess.call(
            [
                *(str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--upgrade", "--universal"),
                *("--generate-hashes", "--no-emit-index-url", "--no-annotate", "--python-version", "3.11"),
                *("--custom-compile-command", "python3 start.py lock", "--group", group, *constraint),
                *("pyproject.toml", "--output-file", target),
            ],
            cwd=ROOT,
        )
        if status:
            return status
    return 0


# --- set-up -----------------------------------------------------------------------------------------------------------


def make_ready(kind: str) -> None:
    """Have everything of a lock file installed in `.venv`; costs a few file reads where that is so already."""
    if is_ready(kind):
        return
    with the_only_one() as held:
        if is_ready(kind):  # another start.py did it while we waited
            return
        started_s = time.monotonic()
        with unfinished(held):
            set_up(kind)
        tell(f"Ready after {time.monotonic() - started_s:.0f} s.")


def is_ready(kind: str) -> bool:
    """Whether `.venv` holds what the lock files and pyproject.toml of this very moment ask for."""
    if not (PYTHON.exists() and ADUAN.exists() and _read(MADE_FOR) == made_for()):
        return False
    kinds = ["dev"] if kind == "dev" else ["run", "dev"]  # what tests need includes what running needs
    return any(_read(stamp_path(each)) == stamp(each) for each in kinds)


def stamp_path(kind: str) -> Path:
    """Where it's written down which set-up `.venv` holds; written last."""
    return VENV / f"set-up-{kind}"


def stamp(kind: str) -> str:
    """A name for the set-up wanted now, by the content of every file that decides on packages."""
    digest = hashlib.sha256()
    files = ["pyproject.toml", LOCK_FILES["run"]] + ([LOCK_FILES["dev"]] if kind == "dev" else [])
    for name in files:
        digest.update(hashlib.sha256(_read(ROOT / name).encode()).digest())
    return digest.hexdigest()


def made_for() -> str:
    """The folder and the interpreter that `.venv` must have been made for to be of use: it holds both paths."""
    return f"{ROOT}\n{PYTHON.resolve()}\n"


@contextlib.contextmanager
def the_only_one() -> Iterator[IO[str]]:
    """Wait until no other start.py sets up here; lends the file that says whether `.venv` is unfinished."""
    try:
        import fcntl
    except ImportError:
        raise NotSetUp("Aduan runs on Linux and macOS. On Windows, start it inside WSL.") from None
    try:
        held = LOCKED.open("a+", encoding="utf-8")
    except OSError as error:
        raise NotSetUp(f"Aduan is set up inside {ROOT}, and nothing can be written there: {error.strerror}.") from None
    with held:
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - an installer that outlives us keeps the lock until it ends
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tell("Another start.py is setting up here; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        yield held


@contextlib.contextmanager
def unfinished(held: IO[str]) -> Iterator[None]:
    """Mark `.venv` as unfinished meanwhile; one that was left so, or is made for another place, is removed first."""
    import shutil

    if VENV.exists() and (held.read() or not is_usable()):
        tell("Removing a .venv that is unfinished, or was made for another folder or Python.")
        shutil.rmtree(VENV)
    held.write("unfinished\n")
    held.flush()
    yield
    held.truncate(0)


def is_usable() -> bool:
    """Whether the interpreter in `.venv` runs, is new enough, and `.venv` was made for this place, or by hand."""
    new_enough = f"import sys; print(sys.version_info >= {OLDEST})"
    return _output_of(str(PYTHON), "-c", new_enough).strip() == "True" and _read(MADE_FOR) in {"", made_for()}


def set_up(kind: str) -> None:
    """Make `.venv` if there is none, and install a lock file and the project into it."""
    if not PYTHON.exists():
        tell("Setting up Aduan in .venv; this happens once and takes half a minute or so.")
        make_venv()
    _write(MADE_FOR, made_for())
    lock_file = ROOT / LOCK_FILES[kind]
    pins = _read(lock_file)
    uv = fetch_uv(pins)
    tell(f"Installing {len(re.findall('(?m)^[a-z]', pins))} packages.")
    wanted = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock_file)]
    itself = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    if not (uv and run(*uv, "--compile-bytecode", *wanted) and run(*uv, *itself)):
        if uv:
            tell("uv could not; once more with pip, which takes longer.")
        if not (run(*pip(), "install", *wanted) and run(*pip(), "install", *itself)):
            raise NotSetUp(why_it_failed())
    if not ADUAN.exists():
        raise NotSetUp(f"Everything was installed, yet {ADUAN} is not there. Remove .venv and run the command again.")
    _write(stamp_path(kind), stamp(kind))


def make_venv() -> None:
    """Make the virtual environment, with pip inside where Python brings it."""
    from importlib.util import find_spec

    if not find_spec("venv") or not (find_spec("ensurepip") or find_spec("pip")):
        raise NotSetUp(
            "This Python has no venv, or neither ensurepip nor pip, so nothing can be installed. "
            "Debian and Ubuntu: apt-get install python3-venv (or python3-pip)"
        )
    VENV.mkdir(exist_ok=True)
    make = (sys.executable, "-m", "venv", str(VENV))
    if not (find_spec("ensurepip") and run(*make)) and not run(*make, "--without-pip"):
        raise NotSetUp(why_it_failed())


def fetch_uv(pins: str) -> list[str]:
    """Bring the pinned uv into `.venv`; its installing command, or nothing where this machine can't have it."""
    uv = str(VENV / "bin" / "uv")
    pin = UV_PIN.search(pins)
    if not pin:
        return []
    if not _output_of(uv, "--version").startswith(f"uv {pin[1]}"):
        tell("Fetching uv, the installer.")
        wanted = VENV / "set-up-uv.txt"
        _write(wanted, pin[0])
        fetched = run(*pip(), "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(wanted))
        if not fetched and advice() == OFFLINE:
            raise NotSetUp(why_it_failed())
        if not _output_of(uv, "--version"):
            return []
    if not any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        mirror = os.environ.get("PIP_INDEX_URL") or _output_of(*pip(), "config", "get", "global.index-url")
        if mirror.strip():  # what pip was told on this machine holds for uv too
            os.environ["UV_DEFAULT_INDEX"] = mirror.strip()
    return [uv, "pip", "install", "--python", str(PYTHON)]


def pip() -> list[str]:
    """The pip that works on `.venv`: its own, else that of the Python which runs this file, from outside."""
    own = bool(_output_of(str(PYTHON), "-m", "pip", "--version"))
    return [
        *(str(PYTHON) if own else sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check"),
        *([] if own else ["--python", str(PYTHON)]),
    ]


# --- running programs -------------------------------------------------------------------------------------------------


def run(*command: str) -> bool:
    """Run one step of the set-up with its output in the log; whether it succeeded."""
    import subprocess

    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        try:
            return not subprocess.call(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(),
                cwd=ROOT,
                close_fds=False,  # they hold the lock too
            )
        except OSError as error:
            log.write(f"{error}\n")
            return False


def clean_environment() -> dict[str, str]:
    """The environment without what would send an installation elsewhere."""
    elsewhere = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return kept | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}


def why_it_failed() -> str:
    """The log's last lines, and what they mean if that is known."""
    known = advice()
    lines = _read(LOG).strip().splitlines()[-2 if known else -20 :]
    return "\n".join([known or f"Set-up failed; the whole story is in {LOG}, and this is its end:", *lines])


def advice() -> str:
    """What to do about the latest failed step, as far as its output tells."""
    latest = _read(LOG).rpartition("\n$ ")[2]
    return next((said for pattern, said in ADVICE if re.search(pattern, latest, re.IGNORECASE)), "")


def _output_of(*command: str) -> str:
    """What a command prints on stdout; nothing if it fails or isn't there."""
    import subprocess

    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=clean_environment(), stdin=subprocess.DEVNULL, check=False
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout


def _read(path: Path) -> str:
    """The text of a file; nothing if it isn't there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    """Write a file so that it's there whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def tell(sentence: str) -> None:
    """Say how far the set-up is, on stderr, which stays free of data."""
    print(f"aduan: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NotSetUp as problem:
        print(f"aduan: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\naduan: interrupted; run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
