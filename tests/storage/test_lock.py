"""One process works on a SQLite database; the lock ends with the process, however it ends."""

import signal
import subprocess
import sys

import pytest

from storage.lock import DatabaseLock, Taken

_HOLD = """
import sys
from pathlib import Path
from storage.lock import DatabaseLock
lock = DatabaseLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_and_a_dead_one_holds_nothing(tmp_path):
    database = tmp_path / "aduan.db"
    other = subprocess.Popen([sys.executable, "-c", _HOLD, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout.readline() == b"held\n"
    lock = DatabaseLock(database)
    with pytest.raises(Taken, match=r"aduan\.db\.lock"):
        lock.take()
    other.send_signal(signal.SIGKILL)
    other.communicate()
    lock.take()
    lock.release()


def test_a_released_lock_can_be_taken_again(tmp_path):
    lock = DatabaseLock(tmp_path / "deep" / "aduan.db")
    lock.take()
    with pytest.raises(Taken):
        DatabaseLock(tmp_path / "deep" / "aduan.db").take()
    lock.release()
    lock.release()
    lock.take()
    lock.release()
