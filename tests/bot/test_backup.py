"""Backup and restore: on either database, to another machine, as of one moment; all of it or nothing, told in a sentence."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import stat
import subprocess
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import MetaData, Table, delete, insert, inspect, select, text, update
from typer.testing import CliRunner

from bot.backup import backup, looked_at
from bot.check_machine import looked_at as checked
from bot.cli import app
from bot.foundation import CannotStart
from bot.restore import restore
from storage import archive, dump, schema
from storage.archive import Writer
from storage.dump import Head, Tallies
from storage.files import Files
from storage.lock import DatabaseLock
from storage.rows import Arrival
from storage.seal import Unopenable
from storage.tables import complaints, conversations, entries, inbox
from storage.tables_personal import data_requests, erasures
from tests.bot import kept
from tests.bot.kept import NEW, NOISE, OLD, all_opened, everything, settings, store_of
from tests.doubles import MORNING
from tests.storage.test_rotation import filled as fill
from tests.stores import emptied, postgres, postgres_url
from tests.system import program

__all__ = ["postgres", "postgres_url"]
RUNNER = CliRunner()


def a_machine(folder: Path, url: str = "sqlite:///data/aduan.db"):
    here = settings(folder, url)
    kept.filled(here, fill)
    return here


@pytest.fixture
def empty_postgres(postgres_url):
    """A database on PostgreSQL without any table."""
    return emptied(postgres_url)


# --- there and back ---------------------------------------------------------------------------------------------------


def test_on_another_machine_nothing_differs_and_everything_opens(tmp_path):
    here, there = a_machine(tmp_path / "a"), settings(tmp_path / "b" / "elsewhere", "sqlite:///other/name.db")
    before = everything(here)
    made = backup(here, tmp_path / "x.backup")
    assert everything(here) == before | {"cursors": everything(here)["cursors"]}
    done = restore(there, made.path, None)
    assert (done.keys, done.files) == (0, 0)
    assert everything(there) == before
    opened = all_opened(there)
    assert opened == all_opened(here)
    assert opened["files on the disk"] == 12
    assert all(opened[place] for place in opened if place.split(".")[0] not in ("conversations", "data_requests"))


def test_to_postgres_and_back_to_sqlite_nothing_differs(tmp_path, empty_postgres):
    here = a_machine(tmp_path / "a")
    there, again = settings(tmp_path / "b", empty_postgres), settings(tmp_path / "c")
    before = everything(here)
    restore(there, backup(here, tmp_path / "x.backup").path, None)
    assert everything(there) == before
    assert all_opened(there) == all_opened(here)
    restore(again, backup(there, tmp_path / "y.backup").path, None)
    assert everything(again) == before


def test_numbers_go_on_where_they_were(tmp_path, empty_postgres):
    """A sequence that began anew would give numbers that are taken."""
    here, there = a_machine(tmp_path / "a"), settings(tmp_path / "b", empty_postgres)
    restore(there, backup(here, tmp_path / "x.backup").path, None)
    for each in (here, there):
        store = store_of(each)
        last = store.look(lambda unit: unit.connection.execute(select(inbox.c.id).order_by(inbox.c.id.desc()))).scalar()
        store.now(lambda unit: unit.inbox.take_in([Arrival("kanigaran", "sms", "neu", "l", b"x")], MORNING))
        after = store.look(
            lambda unit: unit.connection.execute(select(inbox.c.id).order_by(inbox.c.id.desc()).limit(1)).scalar()
        )
        assert after == last + 1
        store.close()


def test_it_is_as_of_one_moment_whatever_is_written_meanwhile(tmp_path, monkeypatch, empty_postgres):
    """After each page that's read, somebody else writes into every table that has something to say about it."""
    for url in ("sqlite:///data/aduan.db", empty_postgres):
        name = url[:6]
        here, there = a_machine(tmp_path / name, url), settings(tmp_path / f"{name}-there")
        before, other, reading = everything(here), store_of(here), dump.read_all
        monkeypatch.setattr(dump, "_PAGE", 10)

        def busy(connection, other=other, reading=reading):
            for n, (table, rows) in enumerate(reading(connection)):
                new = Arrival("kanigaran", "sms", f"neu{n}", f"lane{n}", b"x")
                other.now(lambda unit, new=new: unit.inbox.take_in([new], MORNING))
                yield table, rows

        monkeypatch.setattr(dump, "read_all", busy)
        made = backup(here, tmp_path / f"{name}.backup")
        monkeypatch.setattr(dump, "read_all", reading)
        other.close()
        assert len(everything(here)["inbox"]) > len(before["inbox"]) + 20
        restore(there, made.path, None)
        assert everything(there) == before


def test_large_rows_are_read_a_few_at_a_time(tmp_path, monkeypatch):
    here = a_machine(tmp_path / "a")
    monkeypatch.setattr(dump, "_PAGE_BYTES", 10)
    store = store_of(here)
    with store.engine.connect() as connection:
        pages = [rows for name, rows in dump.read_all(connection) if name == "inbox"]
    store.close()
    assert [len(rows) for rows in pages] == [1, 1, 1, 1, 1, 1, 1]


def test_the_rows_of_a_page_are_each_read_once(tmp_path, monkeypatch):
    """Whatever a page's size: every key once, none between two pages left out."""
    here = a_machine(tmp_path / "a")
    store = store_of(here)
    monkeypatch.setattr(dump, "_PAGE", 3)
    with store.engine.connect() as connection:
        small = [(name, row) for name, rows in dump.read_all(connection) for row in rows]
    monkeypatch.setattr(dump, "_PAGE", 1000)
    with store.engine.connect() as connection:
        assert small == [(name, row) for name, rows in dump.read_all(connection) for row in rows]
    store.close()


def of_another_version(here, path: Path, revision: str, *commands: str, named: str = "") -> Path:
    """A backup as the Aduan of that revision would have written it: its tables, its columns; it may name another."""
    store, tallies = store_of(here), Tallies()
    schema.upgrade(store, revision)
    with store.engine.begin() as connection, path.open("wb") as file:
        for each in commands:
            connection.execute(text(each))
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        tables = {name: Table(name, MetaData(), autoload_with=connection) for name in names}
        shape = {name: [str(each) for each in table.columns.keys()] for name, table in tables.items()}  # noqa: SIM118
        writer = Writer(file, store.seal)
        writer.put("h", msgspec.to_builtins(Head(1, MORNING.isoformat(), "0.0.2", named or revision, "sqlite", shape)))
        for name, table in tables.items():
            for rows in dump._pages(connection, table):
                writer.put("R", [name, rows])
                tallies.rows(name, rows)
        writer.put("z", tallies.plain())
        writer.close()
    store.close()
    return path


def test_a_backup_of_an_older_shape_is_restored_and_migrated(tmp_path, empty_postgres):
    counter = "INSERT INTO counters (office, year, last) VALUES ('kanigaran', 2026, 7)"
    made = of_another_version(settings(tmp_path / "old"), tmp_path / "x.backup", "0002", counter)
    for there in (settings(tmp_path / "new"), settings(tmp_path / "newer", empty_postgres)):
        restore(there, made, None)
        store = store_of(there)
        assert schema.is_current(store)
        assert store.look(lambda unit: unit.connection.execute(text("SELECT last FROM counters")).scalar()) == 7
        store.close()


def test_a_backup_of_a_newer_aduan_says_what_to_do(tmp_path):
    made = of_another_version(settings(tmp_path / "new"), tmp_path / "x.backup", "0002", named="0099")
    said = refused(settings(tmp_path / "b"), made, 3)
    assert said.startswith("x.backup was made by Aduan 0.0.2, which is newer (shape 0099). Install that version")


# --- what was erased --------------------------------------------------------------------------------------------------


def test_what_is_erased_in_a_newer_backup_does_not_come_back(tmp_path):
    """A key and a file go after the first backup; the older backup alone brings them back, with the newer one not."""
    here = a_machine(tmp_path / "a")
    older = backup(here, tmp_path / "older.backup").path
    store = store_of(here)
    store.now(lambda unit: unit.shelf.erase_keys(["kanigaran/0001"], MORNING))
    store.now(lambda unit: unit.shelf.erase_files(["photo2"]))
    Files(here.files, NOISE).remove("photo2")
    store.now(lambda unit: unit.pruning.remove_files(["photo2"]))
    store.close()
    newer = backup(here, tmp_path / "newer.backup").path
    bare, listed = settings(tmp_path / "bare"), settings(tmp_path / "listed")
    restore(bare, older, None)
    assert all_opened(bare)["files on the disk"] == 12
    done = restore(listed, older, newer)
    assert (done.keys, done.files) == (1, 1)
    assert not list((tmp_path / "listed").rglob("photo2"))
    store = store_of(listed)
    assert store.look(lambda unit: unit.shelf.keys(["kanigaran/0001"])) == {}
    row = store.look(lambda unit: unit.shelf.file("photo1"))
    with pytest.raises(Unopenable):
        store.look(lambda unit: unit.shelf.file_key(row))
    store.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_complaint_erased_on_request_stays_as_the_newer_backup_has_it(tmp_path, request, engine):
    """Its words stand in no key's keeping: the older backup has them in its rows."""
    here = a_machine(tmp_path / "a")
    store = store_of(here)
    words = store.look(lambda unit: unit.connection.execute(select(complaints.c.words).limit(1)).scalar())
    name = store.look(lambda unit: unit.connection.execute(select(complaints.c.id).limit(1)).scalar())
    talks = [{"lane": lane, "office": "kanigaran", "state": "words", "changed_at": MORNING} for lane in ("l1", "l2")]
    store.now(lambda unit: unit.connection.execute(insert(conversations), talks))
    older = backup(here, tmp_path / "older.backup").path

    def erase(unit):
        run, mine = unit.connection.execute, complaints.c.id == name
        run(update(complaints).where(mine).values(words="", state="{}", sealed=None))
        run(delete(entries).where(entries.c.complaint == name, entries.c.act != "submit"))
        of = {"office": "kanigaran", "files": 0, "at": MORNING}
        run(insert(erasures).values(complaint=name, kind="messages", rule="Pasal 8 (DP-r1)", **of))
        run(insert(erasures).values(complaint="", kind="request", rule="Pasal 8 (DP-r1)", **of))
        run(
            insert(erasures).values(
                complaint="other", kind="identity", rule="privacy.retention_days.identity = 1", **of
            )
        )
        run(insert(data_requests).values(office="kanigaran", id="r1", lane="l1", asked_at=MORNING, due_at=MORNING, rev=1, sealed=b""))  # fmt: skip
        run(update(conversations).where(conversations.c.lane == "l1").values(state="bare"))
        run(update(conversations).where(conversations.c.lane == "l2").values(state="newer"))

    store.now(erase)
    store.close()
    newer = backup(here, tmp_path / "newer.backup").path
    url = "sqlite:///data/aduan.db" if engine == "sqlite" else request.getfixturevalue("empty_postgres")
    there = settings(tmp_path / "b", url)
    assert restore(there, older, newer).complaints == 1
    now, then = everything(there), everything(here)
    for table in ("complaints", "keys", "identities", "files"):
        assert now[table] == then[table], table
    for table in ("entries", "erasures"):
        assert [row[1:] for row in now[table] if name in row] == [row[1:] for row in then[table] if name in row]
    assert len(now["entries"]) == len(then["entries"])
    assert [row[4] for row in now["conversations"]] == ["bare", "words"], "the other talk is as it was at the backup"
    assert sum(words in row for row in now["complaints"]) == sum(words in row for row in then["complaints"])
    store = store_of(there)
    store.now(lambda unit: unit.connection.execute(insert(entries).values(office="k", complaint="c", at=MORNING, act="a", body="{}")))  # fmt: skip
    store.close()


def test_of_a_broken_newer_backup_its_beginning_is_enough_and_an_older_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "CHUNK_BYTES", 4096)  # of a large backup
    here = a_machine(tmp_path / "a")
    older, newer = (backup(here, tmp_path / name).path for name in ("older.backup", "newer.backup"))
    whole = newer.read_bytes()
    newer.write_bytes(whole[: len(whole) // 2])
    restore(settings(tmp_path / "b"), older, newer)
    newer.write_bytes(whole)
    assert "is older than" in refused(settings(tmp_path / "c"), newer, 2, older)


def test_a_file_that_is_erased_while_it_is_copied_is_noted_and_its_row_knows_it(tmp_path, monkeypatch):
    here, there = a_machine(tmp_path / "a"), settings(tmp_path / "b")
    sealed = Files.sealed

    def erased(shelf, name):
        if name == "photo3":
            store = store_of(here)
            store.now(lambda unit: unit.shelf.erase_files([name]))
            store.close()
            shelf.remove(name)
        return sealed(shelf, name)

    monkeypatch.setattr(Files, "sealed", erased)
    made = backup(here, tmp_path / "x.backup")
    monkeypatch.undo()
    assert (made.tallies.gone, made.tallies.missing) == (1, 0)
    restore(there, made.path, None)
    store = store_of(there)
    assert store.look(lambda unit: unit.shelf.file("photo3")).state == "erased"
    store.close()
    assert all_opened(there)["files on the disk"] == 11


def test_a_file_that_is_lost_is_told(tmp_path):
    here = a_machine(tmp_path / "a")
    Files(here.files, NOISE).remove("photo3")
    result = RUNNER.invoke(
        app, ["backup", "--config", str(tmp_path / "a" / "config.toml"), "--out", str(tmp_path / "x")]
    )
    assert result.exit_code == 0
    assert "1 files that the database names aren't in the file store" in result.stderr


# --- refused, and nothing is written ----------------------------------------------------------------------------------


def refused(there, path: Path, code: int, newer: Path | None = None) -> str:
    """The sentence with which it's refused; neither a database nor a file is there afterwards."""
    with pytest.raises(CannotStart) as caught:
        restore(there, path, newer)
    assert caught.value.code == code
    assert [each for each in there.folder.rglob("*") if each.is_file() and each.suffix not in (".toml", ".lock")] == []
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_spoiled_backup_is_refused(tmp_path):
    here, there = a_machine(tmp_path / "a"), settings(tmp_path / "b")
    path = backup(here, tmp_path / "x.backup").path
    whole, other = path.read_bytes(), backup(here, tmp_path / "y.backup").path.read_bytes()
    spoiled = (b"", b"SQLite format 3\0", whole[:-1], whole[:70], whole[:100] + b"\0" + whole[101:], whole + b"\0")
    for content in (*spoiled, whole[:51] + other[51:]):
        path.write_bytes(content)
        assert refused(there, path, 1).startswith("x.backup can't be used: ")
        with pytest.raises(CannotStart):
            looked_at(there, path)
    assert refused(there, tmp_path / "none.backup", 1) == f"{tmp_path}/none.backup: No such file or directory."
    path.write_bytes(whole)
    assert looked_at(there, path).tallies.total() > 300


def test_another_key_is_told_and_a_former_one_fits(tmp_path):
    here = a_machine(tmp_path / "a")
    path = backup(here, tmp_path / "x.backup").path
    assert "was made with another master key" in refused(settings(tmp_path / "b", key=NEW), path, 2)
    restore(settings(tmp_path / "c", "sqlite:///data/aduan.db", NEW, OLD), path, None)


def test_a_backup_whose_values_need_a_former_key_says_so(tmp_path):
    here = a_machine(tmp_path / "a")
    both = settings(tmp_path / "a", "sqlite:///data/aduan.db", NEW, OLD)
    path = backup(both, tmp_path / "x.backup").path
    assert all_opened(both) == all_opened(here)
    assert "sealed under a former master key" in refused(settings(tmp_path / "b", key=NEW), path, 2)


def test_no_backup_is_made_under_a_key_that_fits_nothing(tmp_path):
    a_machine(tmp_path / "a")
    with pytest.raises(CannotStart) as caught:
        backup(settings(tmp_path / "a", key=NEW), tmp_path / "x.backup")
    assert caught.value.code == 2
    assert list(tmp_path.glob("*x.backup*")) == []


def test_a_database_with_anything_in_it_is_left_alone(tmp_path, postgres_url):
    here = a_machine(tmp_path / "a")
    path = backup(here, tmp_path / "x.backup").path
    before = everything(here)
    with pytest.raises(CannotStart) as caught:
        restore(here, path, None)
    assert "isn't empty" in str(caught.value)
    assert everything(here) == before
    there = settings(tmp_path / "b", postgres_url)  # migrated, and nothing in it
    restore(there, path, None)
    with pytest.raises(CannotStart):
        restore(there, path, None)


def test_a_database_that_a_service_holds_is_refused(tmp_path):
    path = backup(a_machine(tmp_path / "a"), tmp_path / "x.backup").path
    there = settings(tmp_path / "b")
    lock = DatabaseLock(tmp_path / "b" / "data" / "aduan.db")
    lock.take()
    assert "another process already works on this database" in refused(there, path, 3)
    lock.release()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_an_interrupted_restore_leaves_nothing_and_can_be_repeated(tmp_path, monkeypatch, request, engine):
    here = a_machine(tmp_path / "a")
    path = backup(here, tmp_path / "x.backup").path
    url = "sqlite:///data/aduan.db" if engine == "sqlite" else request.getfixturevalue("empty_postgres")
    there, put, count = settings(tmp_path / "b", url), Files.put_sealed, []

    def interrupted(shelf, name, content):
        put(shelf, name, content)
        count.append(name)
        if len(count) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Files, "put_sealed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore(there, path, None)
    assert [
        each for each in (tmp_path / "b").rglob("*") if each.is_file() and each.suffix not in (".toml", ".lock")
    ] == []
    monkeypatch.undo()
    restore(there, path, None)
    assert everything(there)["complaints"] == everything(here)["complaints"]
    assert all_opened(there) == all_opened(here)


def test_what_reads_back_otherwise_is_not_kept(tmp_path, monkeypatch):
    """A database that changed a value on its way, or lost a row."""
    path = backup(a_machine(tmp_path / "a"), tmp_path / "x.backup").path
    reading = dump.Loader.read_back

    def changed(loader):
        for name, rows in reading(loader):
            yield name, rows[1:] if name == "entries" else rows

    monkeypatch.setattr(dump.Loader, "read_back", changed)
    assert "isn't what the backup holds" in refused(settings(tmp_path / "b"), path, 1)


# --- the command ------------------------------------------------------------------------------------------------------


def run(folder: Path, *words: str):
    return RUNNER.invoke(app, [*words, "--config", str(folder / "config.toml")])


def test_the_commands_print_the_file_and_say_what_was_done(tmp_path):
    a_machine(tmp_path / "a")
    settings(tmp_path / "b")
    out = tmp_path / "x.backup"
    made = run(tmp_path / "a", "backup", "--out", str(out))
    assert (made.exit_code, made.stdout) == (0, f"{out}\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert b"Jalan berlubang" not in out.read_bytes()
    seen = run(tmp_path / "b", "backup", "--check", str(out))
    assert (seen.exit_code, seen.stdout) == (0, f"{out}\n")
    assert "12 files" in seen.stderr
    assert "everything in it is as it was written" in seen.stderr
    assert not (tmp_path / "b" / "data").exists(), "no database is needed to look at a backup"
    done = run(tmp_path / "b", "restore", str(out))
    assert done.exit_code == 0
    assert "restored and read back, nothing differs" in done.stderr
    assert "Whatever was erased after" in done.stderr
    again = run(tmp_path / "b", "restore", str(out))
    assert again.exit_code == 1
    assert again.stderr.count("\n") == 1


def test_a_backup_that_can_not_be_finished_leaves_the_one_before(tmp_path, monkeypatch):
    a_machine(tmp_path / "a")
    out = tmp_path / "x.backup"
    assert run(tmp_path / "a", "backup", "--out", str(out)).exit_code == 0
    before = out.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.backup._copied", full)
    failed = run(tmp_path / "a", "backup", "--out", str(out))
    assert failed.exit_code == 1
    assert "No space left on device" in failed.stderr
    assert out.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "x.backup"]
    nowhere = run(tmp_path / "a", "backup", "--out", str(tmp_path / "none" / "x"))
    assert nowhere.exit_code == 1
    assert run(tmp_path / "a", "backup", "--out", "x", "--check", "y").exit_code == 2


def test_what_a_killed_backup_left_is_swept_away_by_a_later_one_but_not_what_is_being_written(tmp_path):
    here = a_machine(tmp_path / "a")
    old, fresh, other = (tmp_path / name for name in (".x.backup.1.part", ".x.backup.2.part", ".y.backup.1.part"))
    for each in (old, fresh, other):
        each.write_bytes(b"half")
    for each in (old, other):
        os.utime(each, (0, 0))
    backup(here, tmp_path / "x.backup")
    assert [each.exists() for each in (old, fresh, other)] == [False, True, True]


def test_check_says_when_the_last_backup_was_made(tmp_path):
    here = a_machine(tmp_path / "a")
    lines = [str(line) for line in checked(here).lines]
    assert any("no backup was made yet" in line for line in lines)
    backup(here, tmp_path / "x.backup")
    lines = [str(line) for line in checked(here).lines]
    assert any("the last one was made" in line and "x.backup" in line for line in lines)


# --- its pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["docs/backup.md", "docs/keys.md"])
def test_the_commands_of_the_pages_exist_with_their_options(page):
    content = (Path(__file__).parents[2] / page).read_text("utf-8")
    commands = re.findall(r"(?m)^ *(?:sudo -u aduan )?aduan (.+)$|ExecStart=.*?bin/aduan ([^']+)", content)
    assert len(commands) >= 3
    for words in (shlex.split((first or second).replace("$(date +%%a)", "X")) for first, second in commands):
        named = [each for each in words if each.startswith("--")]
        command = list(
            itertools.takewhile(lambda word: word in ("backup", "restore", "check", "key", "rotate", "new"), words)
        )
        help_text = RUNNER.invoke(app, [*command, "--help"]).output
        assert command
        assert [each for each in named if each not in help_text] == []


@pytest.mark.needs_system("systemd-analyze")
def test_the_timer_of_the_page_is_one_that_systemd_takes(tmp_path):
    content = (Path(__file__).parents[2] / "docs" / "backup.md").read_text("utf-8")
    service, timer = re.findall(r"(?s)```ini\n(.*?)```", content)
    for name, unit in (("aduan-backup.service", service), ("aduan-backup.timer", timer)):
        (tmp_path / name).write_text(unit, "utf-8")
    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", tmp_path / "aduan-backup.timer", tmp_path / "aduan-backup.service"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
