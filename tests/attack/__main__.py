"""Feed the parsers for as long as one likes, led by the code that each input reaches: atheris, which isn't in the locks.

.venv/bin/uv pip install atheris        once
python -m tests.attack --minutes 5      every parser for its part of the time; ends with 1 if any broke
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress


def main(given: list[str] | None = None) -> int:
    """The exit code: 0 if nothing broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all parsers together")
    parser.add_argument("--only", default="", help="only this parser, by its name in tests/attack/targets.py")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=10, help=argparse.SUPPRESS)
    wanted = parser.parse_args(given)
    console = Console(stderr=True)
    if importlib.util.find_spec("atheris") is None:
        console.print("atheris isn't there: .venv/bin/uv pip install atheris", markup=False)
        return 2
    if wanted.child:
        return _feed(wanted.child, wanted.seconds)
    from tests.attack.targets import TARGETS

    names = [name for name in TARGETS if not wanted.only or name == wanted.only]
    seconds = max(1, int(wanted.minutes * 60 / max(1, len(names))))
    broken = 0
    with Progress(console=console) as progress:
        task = progress.add_task("parsers", total=len(names))
        for name in names:
            progress.update(task, description=name)
            ask = [sys.executable, "-m", "tests.attack", "--child", name, "--seconds", str(seconds)]
            ended = subprocess.run(ask, capture_output=True, text=True, check=False)
            runs = next((line for line in ended.stderr.splitlines() if line.startswith("Done ")), "")
            if ended.returncode:
                broken += 1
                console.print(f"{name} broke:\n{ended.stderr[-3000:]}\n{ended.stdout[-2000:]}", markup=False)
            else:
                console.print(f"{name}: {runs or 'fed'}", markup=False)
            progress.advance(task)
    console.print(f"{broken} of {len(names)} parsers broke", markup=False)
    return 1 if broken else 0


def _feed(name: str, seconds: int) -> int:
    """Feed one parser in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["channels", "workflow", "bot", "storage"], enable_loader_override=False):
        from tests.attack.targets import TARGETS

    target = TARGETS[name]

    def once(data: bytes) -> None:
        with contextlib.suppress(*target.told):
            target.read(data)

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=8192", corpus],
            once,
        )
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
