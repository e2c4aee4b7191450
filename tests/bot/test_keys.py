"""`aduan key rotate`: the former key is needed no more, killed at any moment it goes on, nobody is left behind."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.check_machine import looked_at as checked
from bot.cli import app
from bot.clock import Clock
from bot.foundation import KEY_CHECK, CannotStart, channels_of, check_key
from channels.base import Forged
from channels.email.tokens import Tokens
from channels.http import Http
from channels.twilio.sharing import Shelf
from storage import rotation
from storage.columns import metadata
from storage.files import Files
from storage.lock import DatabaseLock
from storage.seal import Seal, Unopenable, unbox
from storage.tables import files, keys
from tests.bot import kept
from tests.bot.kept import NEW, NOISE, OLD, all_opened, everything, settings, store_of
from tests.doubles import MORNING
from tests.storage.test_rotation import filled as fill
from tests.stores import postgres, postgres_url
from workflow.message import Enclosure

__all__ = ["postgres", "postgres_url"]
ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()
SQLITE = "sqlite:///data/aduan.db"


def a_machine(folder: Path, url: str = SQLITE, complaints: int = 40):
    here = settings(folder, url)
    kept.filled(here, fill, complaints=complaints)
    return here


def with_both(folder: Path, url: str = SQLITE):
    """The configuration in which the new key took the place of the old one."""
    return settings(folder, url, NEW, OLD)


def restarted(here) -> None:
    """What a service does with the key at its start."""
    store = store_of(here)
    check_key(store, Clock())
    store.close()


def run(folder: Path):
    return RUNNER.invoke(app, ["key", "rotate", "--config", str(folder / "config.toml")])


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    return SQLITE if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def test_after_it_the_new_key_alone_opens_everything(tmp_path, url):
    before = all_opened(a_machine(tmp_path, url))
    assert {place for place, count in before.items() if count} >= set(rotation.UNDER_A_MASTER) | {"complaints.sealed"}
    restarted(with_both(tmp_path, url))
    done = run(tmp_path)
    assert done.exit_code == 0, done.stderr
    count = int(re.match(r"(\d+) values were sealed anew", done.stderr)[1])
    assert (
        count == sum(before[place] for place in rotation.UNDER_A_MASTER) - 5 - 1
    )  # five files under a ring; the key check
    assert "Nothing needs a former key any more: remove it" in done.stderr
    assert all_opened(settings(tmp_path, url, NEW)) == before
    with pytest.raises(Unopenable):
        all_opened(settings(tmp_path, url, OLD))
    with_both(tmp_path, url)
    again = run(tmp_path)
    assert (again.exit_code, again.stderr[:8]) == (0, "0 values")


def test_without_former_keys_there_is_nothing_to_do_and_without_the_right_one_it_says_so(tmp_path):
    a_machine(tmp_path)
    assert run(tmp_path).stderr.startswith(
        "0 values were sealed anew under the key in use. No former key is configured."
    )
    settings(tmp_path, SQLITE, NEW)
    wrong = run(tmp_path)
    assert wrong.exit_code == 2
    assert "None of the keys opens this database" in wrong.stderr


def test_values_of_a_key_that_nobody_named_are_counted_and_left(tmp_path):
    here = a_machine(tmp_path)
    store, lost = store_of(here), Seal([b"x" * 32], NOISE)
    store.now(lambda unit: unit.connection.execute(keys.insert().values(name="a/b", sealed=lost.wrap("a/b", NOISE(32)), made_at=MORNING)))  # fmt: skip
    store.close()
    restarted(with_both(tmp_path))
    done = run(tmp_path)
    assert done.exit_code == 1
    assert "1 can be opened by no configured key and were left as they are" in done.stderr


# --- who runs beside it -----------------------------------------------------------------------------------------------


def test_while_a_service_runs_that_knows_only_the_old_key_it_is_refused(tmp_path):
    """To that service everything sealed anew would look lost."""
    before = everything(a_machine(tmp_path))
    both = with_both(tmp_path)
    lock = DatabaseLock(tmp_path / "data" / "aduan.db")
    lock.take()
    done = run(tmp_path)
    assert done.exit_code == 3
    assert "doesn't know the new key yet. Restart it" in done.stderr
    assert everything(both) == before
    lock.release()
    assert run(tmp_path).exit_code == 0, "nobody runs: it's safe"


def test_on_postgres_somebody_must_have_started_with_the_new_key(tmp_path, postgres_url):
    a_machine(tmp_path, postgres_url)
    both = with_both(tmp_path, postgres_url)
    assert run(tmp_path).exit_code == 3
    restarted(both)
    assert run(tmp_path).exit_code == 0


def test_a_service_that_starts_with_both_keys_marks_it_and_one_with_a_wrong_key_does_not_start(tmp_path):
    a_machine(tmp_path)
    both = with_both(tmp_path)
    restarted(both)
    store = store_of(both)
    assert store.look(lambda unit: unit.shelf.wrapped_by_first(KEY_CHECK))
    store.close()
    store = store_of(settings(tmp_path, SQLITE, OLD))
    with pytest.raises(CannotStart) as caught:
        check_key(store, Clock())
    assert caught.value.code == 2
    store.close()


# --- killed -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_loses_nothing(tmp_path):
    """The real command, kill -9 between two of its transactions or within one, until it gets through."""
    before = all_opened(a_machine(tmp_path, complaints=600))
    both, chance, lives = with_both(tmp_path), random.Random(3), []
    restarted(both)
    command = [
        sys.executable,
        "-c",
        "from storage import rotation; rotation._PAGE = 5; from bot.cli import main; main()",
    ]
    store = store_of(both)
    first = left = sum(store.look(rotation.left).values())
    while left:
        process = subprocess.Popen([*command, "key", "rotate"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)  # fmt: skip
        mark = left - chance.randint(first // 6, first // 2)
        while process.poll() is None and sum(store.look(rotation.left).values()) > mark:
            time.sleep(0.03)
        process.send_signal(signal.SIGKILL)
        lives.append(process.wait())
        now = sum(store.look(rotation.left).values())
        assert now <= left, "what was sealed anew stays so"
        left = now
    store.close()
    assert lives.count(-signal.SIGKILL) >= 2
    assert run(tmp_path).exit_code == 0
    assert all_opened(settings(tmp_path, SQLITE, NEW)) == before


# --- what is erased ---------------------------------------------------------------------------------------------------


def _bytes_everywhere(store) -> list[bytes]:
    """Every value of bytes that stands in the database."""
    with store.engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return [value for row in rows for value in row if isinstance(value, bytes)]


def test_erasing_a_files_key_erases_the_file_and_no_key_and_no_rotation_brings_it_back(tmp_path, url):
    """The bytes still lie on the disk, as on a disk somebody stole; tried with everything the database holds."""
    here = a_machine(tmp_path, url)
    store, shelf = store_of(here), Files(here.files, NOISE)
    content = asyncio.run(shelf.read("photo2", store.look(lambda unit: unit.shelf.file_key(unit.shelf.file("photo2")))))
    assert content == b"\x02" * 2000
    store.now(lambda unit: unit.shelf.erase_files(["photo2"]))
    store.close()
    restarted(with_both(tmp_path, url))
    assert run(tmp_path).exit_code == 0
    for masters in ([OLD], [NEW], [NEW, OLD]):
        seal = Seal(masters, NOISE)
        store = store_of(settings(tmp_path, url, *masters))
        row = store.look(lambda unit: unit.connection.execute(files.select().where(files.c.id == "photo2")).one())
        assert (row.sealed, row.state) == (None, "erased")
        found = []
        for value in _bytes_everywhere(store):
            for name in ("key of file photo2", "key of kanigaran/0001"):
                try:
                    found.append(seal.open(name, value))
                except Unopenable:
                    continue
        for key in [*masters, *found]:
            with pytest.raises(Unopenable):
                unbox(key, shelf.sealed("photo2"), "file photo2")
        store.close()


def test_a_complaints_key_takes_its_files_and_private_words_along(tmp_path):
    here = a_machine(tmp_path)
    store, shelf = store_of(here), Files(here.files, NOISE)
    store.now(lambda unit: unit.shelf.erase_keys(["kanigaran/0001"], MORNING))
    store.close()
    restarted(with_both(tmp_path))
    assert run(tmp_path).exit_code == 0
    store = store_of(settings(tmp_path, SQLITE, NEW))
    for name in ("photo1", "photo3"):
        with pytest.raises(Unopenable):
            store.look(lambda unit, name=name: unit.shelf.file_key(unit.shelf.file(name)))
        assert shelf.sealed(name)
    store.close()


def test_of_a_destroyed_key_nothing_is_left_in_the_databases_file(tmp_path):
    """Not in a page that is free again either: who has the disk and the master key doesn't find it."""
    here = a_machine(tmp_path, complaints=300)
    store = store_of(here)
    with store.engine.connect() as connection:
        names = ["kanigaran/0001", "kanigaran/000Z", "kanigaran/0030"]
        wrapped = list(connection.execute(select(keys.c.sealed).where(keys.c.name.in_(names))).scalars())
        photo = connection.execute(select(files.c.sealed).where(files.c.id == "photo2")).scalar_one()
    store.now(lambda unit: unit.shelf.erase_keys(names, MORNING))
    store.now(lambda unit: unit.shelf.erase_files(["photo2"]))
    store.close()
    content = b"".join(each.read_bytes() for each in (tmp_path / "data").glob("aduan.db*"))
    assert len(wrapped) == 3
    assert [each for each in (*wrapped, photo) if each in content] == []


# --- tokens that come back to us --------------------------------------------------------------------------------------

EMAIL = """
[offices.email]
address = "kec@example.go.id"
imap = { host = "127.0.0.1", port = 1, user = "x", password = "y" }
smtp = { host = "127.0.0.1", port = 1, user = "x", password = "y" }
"""


def test_what_was_given_out_under_the_former_key_is_known_while_that_is_configured(tmp_path):
    """Answers to mails, and the links under which Twilio fetches files."""
    old, both, new = (Seal(each, NOISE).secrets("tokens of kanigaran") for each in ([OLD], [NEW, OLD], [NEW]))
    tokens = {name: Tokens("kanigaran", "kec@example.go.id", first, tuple(rest)) for name, (first, *rest) in zip(("old", "both", "new"), (old, both, new), strict=True)}  # fmt: skip
    written = tokens["old"].message_id(17, "sari@example.id")
    (ours,) = tokens["both"].in_ids(written)
    assert (ours.number, ours.message_id) == (17, written)
    assert tokens["both"].was_sent_to(ours, "sari@example.id")
    assert not tokens["both"].was_sent_to(ours, "budi@example.id")
    assert list(tokens["new"].in_ids(written)) == []
    assert (
        tokens["both"].message_id(17, "sari@example.id") == tokens["new"].message_id(17, "sari@example.id") != written
    )
    shelves = [Shelf("https://x", "p", first, lambda: MORNING, tuple(rest)) for first, *rest in (old, both, new)]
    link = shelves[0].url(Enclosure(file="f1")).rpartition("/")[2]
    assert shelves[1].opened(link).file == "f1"
    with pytest.raises(Forged):
        shelves[2].opened(link)


async def test_the_channels_are_built_with_the_tokens_of_every_key(tmp_path):
    with_both(tmp_path)
    text = (tmp_path / "config.toml").read_text() + EMAIL
    here = kept.parse(text, place="config.toml", folder=tmp_path)
    async with Http() as http:
        channels, _ = channels_of(here, http, Seal(here.masters, NOISE), Clock())
        (email,) = channels.values()
    assert (email._tokens.secret, *email._tokens.former) == Seal([NEW, OLD], NOISE).secrets("tokens of kanigaran")


def test_check_says_whether_a_former_key_is_still_needed(tmp_path):
    a_machine(tmp_path)
    both = with_both(tmp_path)

    def said() -> str:
        return "\n".join(str(line) for line in checked(both).lines)

    assert re.search(r"values that still need a former key: \d\d+; `aduan key rotate` seals them anew", said())
    restarted(both)
    assert run(tmp_path).exit_code == 0
    assert "no former key is needed any more: remove them" in said()
