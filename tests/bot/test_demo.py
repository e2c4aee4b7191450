"""`aduan demo` as a newcomer starts it: a free port, one line on stdout, and a kept folder that goes on."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0
SARI = 90000
CHAT = "7005:90000"  # her talk with the bot of Pekutatan


@contextlib.contextmanager
def demo(*options: str) -> Iterator[str]:
    """The demo as a process; its address."""
    command = [sys.executable, "-m", "bot.cli", "demo", *options]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ, cwd=ROOT
    )
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE_S) == 0
        if running.stdout is not None:
            running.stdout.close()


def get(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=PATIENCE_S) as answer:
        body = answer.read()
    return json.loads(body) if path.startswith("/api") else body.decode()


def post(url: str, verb: str, **body: object) -> None:
    headers = {"content-type": "application/json", "origin": url}
    asked = urllib.request.Request(f"{url}/api/{verb}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=PATIENCE_S):
        pass


def heard(url: str, words: str, texts_of: Callable[[Any], list[str]] | None = None) -> None:
    """Wait until Sari has read these words: in her talk with the bot, or where `texts_of` finds them in the state."""
    until = time.monotonic() + PATIENCE_S
    texts: list[str] = []
    while time.monotonic() < until:
        texts = (texts_of or by_telegram)(get(url, "/api/state"))
        if any(words in text for text in texts):
            return
        select.select([], [], [], 0.1)  # between two looks at another process
    raise AssertionError(f"{words!r} isn't among {texts}")


def by_telegram(state: Any) -> list[str]:
    messages = state["chats"].get(CHAT, {"messages": []})["messages"]
    return [message.get("text", "") for message in messages if message["from"]["is_bot"]]


def by_sms(state: Any) -> list[str]:
    chats = [chat for chat in state["lines"] if chat["channel"] == "sms"]
    return [bubble["text"] for chat in chats for bubble in chat["bubbles"] if not bubble["mine"]]


def by_mail(state: Any) -> list[str]:
    return [mail["text"] for box in state["mails"].values() for mail in box if not mail["mine"]]


def sms_chat(url: str) -> str:
    """The key of Sari's chat with Pekutatan's number."""
    state = get(url, "/api/state")
    line = next(each for each in state["offices"] if each["id"] == "pekutatan")["lines"]["sms"]["sid"]
    return f"{line}:{state['citizens'][0]['phone']}"


def test_a_kept_demo_goes_on_where_it_stood(tmp_path: Path) -> None:
    with demo("--port", "0", "--keep", str(tmp_path)) as url:
        post(url, "start", who=SARI, office="pekutatan")
        heard(url, "Selamat")
        post(url, "say", who=SARI, chat=CHAT, text="jalan desa menuju pasar rusak")
        heard(url, "Berikut ringkasan")
        post(url, "say", who=SARI, chat=CHAT, text="ya")
        heard(url, "Nomor: PKT-")
        before = get(url, "/api/state")["clock"]["now"]
    with demo("--port", "0", "--keep", str(tmp_path), "--office", "pekutatan") as url:
        assert get(url, "/api/state")["clock"]["now"] >= before
        post(url, "start", who=SARI, office="pekutatan")
        heard(url, "tanyakan")
        post(url, "say", who=SARI, chat=CHAT, text="status")
        heard(url, "Laporan PKT-")


def test_a_kept_demo_goes_on_by_sms_and_by_mail(tmp_path: Path) -> None:
    words = {"who": SARI, "office": "pekutatan", "subject": "Lampu mati", "text": "Lampu di balai banjar mati."}
    with demo("--port", "0", "--keep", str(tmp_path)) as url:
        post(url, "mail", **words)
        heard(url, "Berikut ringkasan", by_mail)
        post(url, "say", who=SARI, chat=sms_chat(url), text="sampah menumpuk di pantai Pekutatan")
        heard(url, "Benar? Balas YA", by_sms)
    with demo("--port", "0", "--keep", str(tmp_path)) as url:
        post(url, "mail", **words)  # the same words once more, in a mailbox that was made anew
        heard(url, "", by_mail)
        post(url, "say", who=SARI, chat=sms_chat(url), text="ya")
        heard(url, "Diterima: PKT-", by_sms)


def test_a_free_port_is_taken_when_the_wanted_one_is_not_free() -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with demo("--port", str(port)) as url:
            assert url.startswith("http://127.0.0.1:")
            assert not url.endswith(f":{port}")
            assert get(url, "/healthz") == "ok"


def test_an_unknown_office_is_said_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "demo", "--office", "kanigarn"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "Offices: " in done.stderr
