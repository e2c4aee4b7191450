"""What is left out of a slim process, and that everything else of a module stays."""

import subprocess
import sys
import textwrap

import pytest

from bot.lean import without_docstrings

SOURCE = '''
"""The module."""
A = "kept"
class Kind:
    """The class."""
    words = "kept"
    def said(self):
        """The method."""
        return "kept"
    def quiet(self):
        return "kept"
class Bare:
    words = "kept"
def told(name="kept"):
    """The function."""
    assert name, "kept"
    inner = lambda: "kept"
    return inner(), ["kept" for _ in range(2)], [*("kept" for _ in range(1))], name
async def awaited():
    """The coroutine."""
    return "kept"
'''


@pytest.fixture
def loaded():
    module = {"__name__": "example"}
    exec(without_docstrings(compile(SOURCE, "example.py", "exec")), module)
    return module


def test_explanations_go_and_nothing_else(loaded):
    kind = loaded["Kind"]
    for each in (kind, kind.said, kind.quiet, loaded["told"], loaded["awaited"]):
        assert each.__doc__ is None
    assert loaded["A"] == kind.words == loaded["Bare"].words == kind().said() == kind().quiet() == "kept"
    assert loaded["told"]() == ("kept", ["kept", "kept"], ["kept"], "kept")
    with pytest.raises(AssertionError, match="kept"):
        loaded["told"]("")
    with pytest.raises(StopIteration, match="kept"):
        loaded["awaited"]().send(None)


def test_a_slim_process_does_without_what_it_never_uses_and_works():
    code = """
        import sys
        from bot.lean import slim
        slim(); slim()
        import structlog, sqlalchemy, telegram, aiohttp, prometheus_client
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        from uvicorn.server import Server
        unused = ("rich", "pygments", "greenlet", "httpx", "click", "multiprocessing", "wsgiref.handlers")
        print([name for name in unused if sys.modules.get(name)], telegram.Bot.__doc__, sqlalchemy.select.__doc__)
        print(sqlalchemy.select(sqlalchemy.literal(1)))
        print(sum("_Finder" in repr(each) for each in sys.meta_path))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[] None None", "SELECT :param_1 AS anon_1", "1"], done.stderr
