"""The log goes where it's told to, and nothing stops when it can't."""

import subprocess
import sys
from pathlib import Path

SAYS = """
import logging, sys, structlog
from bot import logs
logs.set_up()
structlog.get_logger("a").error("x" * 9000)
logging.getLogger("b").warning("y" * 9000)
print("went on", flush=True)
"""


def test_a_log_that_takes_nothing_more_stops_nothing():
    with Path("/dev/full").open("wb") as full:  # whatever is written there meets a full disk
        said = subprocess.run([sys.executable, "-c", SAYS], stderr=full, stdout=subprocess.PIPE, text=True)
    assert (said.stdout, said.returncode) == ("went on\n", 0)


def test_what_is_said_arrives_as_lines():
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True)
    assert '"event": "xxx' in said.stderr
    assert "WARNING b" in said.stderr
