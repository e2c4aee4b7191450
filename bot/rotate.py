"""What `aduan key rotate` does: everything sealed anew under the first master key, beside a service that knows it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.bar import shown
from bot.beside import opened
from bot.clock import Clock
from bot.config import Settings
from bot.foundation import KEY_CHECK, CannotStart, key_opens, locked
from storage import rotation
from storage.engine import Store


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done."""

    sealed: int
    closed: int  # values that no configured key opens
    former: int  # keys that are configured and not needed any more

    def __str__(self) -> str:
        """As the operator reads it."""
        said = f"{self.sealed} values were sealed anew under the key in use."
        if self.closed:
            mend = "Name the key they are under in [service] former_keys, and run this again."
            return f"{said} {self.closed} can be opened by no configured key and were left as they are. {mend}"
        if self.former:
            return f"{said} Nothing needs a former key any more: remove it from [service] former_keys and restart."
        return f"{said} No former key is configured."


def rotate(settings: Settings) -> Rotated:
    """Seal everything anew; stopped at any moment, it's gone on with by the same call. Raises `CannotStart`."""
    clock = Clock()
    with opened(settings) as store:
        if not key_opens(store, clock):
            raise CannotStart("None of the keys opens this database: name the former one in [service] former_keys.", 2)
        with _nobody_behind(settings, store):
            store.now(lambda unit: unit.shelf.rewrap(KEY_CHECK))
            total = sum(store.look(rotation.left).values())
            sealed = closed = 0
            with shown("seal anew") as progress:
                for step in rotation.rotate(store):
                    sealed, closed = sealed + step.sealed, closed + step.closed
                    progress(sealed + closed, total)
            behind = sum(store.look(rotation.left).values())
    if behind > closed:
        raise CannotStart(
            f"{behind} values were sealed with a former key meanwhile: restart the service, run it again."
        )
    return Rotated(sealed, closed, len(settings.service.former_keys))


@contextlib.contextmanager
def _nobody_behind(settings: Settings, store: Store) -> Iterator[None]:
    """No process may work that doesn't know the new key: to it everything sealed anew would look lost.

    A service that starts wraps the key check with its first master. Where that wasn't done, none may run.
    """
    if store.look(lambda unit: unit.shelf.wrapped_by_first(KEY_CHECK)):
        yield
        return
    mend = "Restart it (with PostgreSQL every `aduan web` and `aduan worker`) with both keys, then run this again."
    if store.postgres:
        raise CannotStart(f"No service was started with the new key yet. {mend}", 3)
    try:
        with locked(settings):
            yield
    except CannotStart as error:
        if error.code != 3:
            raise
        raise CannotStart(f"The running service doesn't know the new key yet. {mend}", 3) from None
