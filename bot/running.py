"""A process runs: on the fast loop, until a signal or the end of one of its jobs; and the web server among them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from bot.foundation import CannotStart
from bot.road import place_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

_log = structlog.get_logger("app")

STOP_S = 8.0  # what is under way may finish; then it's cut


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run on the fast loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def stop_at_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT end the program in good order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


async def until_stopped(jobs: Mapping[str, Coroutine[Any, Any, Any]], stop: asyncio.Event) -> int:
    """Run the jobs until `stop`; 1 if one of them ended by itself, which none should. Raises `CannotStart` of a job."""
    tasks = {asyncio.create_task(job, name=name) for name, job in jobs.items()}
    waiting = asyncio.create_task(stop.wait(), name="stop")
    try:
        done, _ = await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in done if task is not waiting and not stop.is_set()]
    finally:  # also where this is a job of another one, and cancelled
        stop.set()
        await _all_end({*tasks, waiting})
    for task in ended:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, CannotStart):
            raise error
        _log.error("a role ended by itself", role=task.get_name(), error=place_of(error) if error else "")
    return 1 if ended else 0


async def _all_end(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel them and wait until they're over, `STOP_S` at most, whoever cancels this one meanwhile."""
    for task in tasks:
        task.cancel()
    ending, cancelled = asyncio.ensure_future(asyncio.wait(tasks, timeout=STOP_S)), False
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


async def serve_site(site: Starlette, host: str, port: int, *, stop: asyncio.Event) -> None:
    """Serve until `stop`. Raises `CannotStart` if the port is taken."""
    from bot import web

    try:
        listening = web.listen(host, port)
    except OSError as error:
        raise CannotStart(f"{host}:{port} can't be listened on: {error.strerror}. Change [service] listen.") from None
    server = web.server(site)
    _log.info("listening", address=f"http://{host}:{listening.getsockname()[1]}")
    serving = asyncio.create_task(server._serve([listening]))  # noqa: SLF001 - `serve` would take the signals from us
    await stop.wait()
    server.should_exit = True
    await serving
