"""Takes a stored file out of its seal and makes it fit to be shown: re-encoded without EXIF, stamped where asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePath

import msgspec
import structlog

from bot import people
from bot.media import Media, Unfit
from channels.base import Parcel, Piece
from storage.engine import Store
from storage.files import Files, NotThere
from storage.seal import Unopenable
from storage.unit import Unit
from workflow.message import Address, Enclosure, SendError
from workflow.office import Office
from workflow.say import lines, say

_log = structlog.get_logger("deliver")

_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
}


_SOON_S = 1.0  # a paper is drawn in less
_LATER_S = 5.0
_PATIENCE = timedelta(minutes=10)  # words wait so long for the files beside them: longer than all tries to draw a paper


@dataclass(frozen=True, slots=True)
class Shown:
    """A file fit to be shown."""

    content: bytes
    mime: str
    name: str
    office: str  # whose it is


@dataclass(frozen=True, slots=True)
class Enclosures:
    """Opens files for parcels."""

    store: Store
    files: Files
    media: Media
    since: datetime | None = None  # of the process: what was written before waits from then on, as do its files
    offices: Mapping[str, Office] = field(default_factory=dict)  # for whom documents are opened

    async def complete(self, parcel: Parcel, now: datetime) -> Parcel:
        """The parcel with its file and those that go along. Raises `SendError`: see `enclosed` and `beside`."""
        if parcel.message.enclosure is not None:
            parcel = await self.enclosed(parcel, parcel.message.enclosure)
        if parcel.message.along:
            parcel = await self.beside(parcel, now)
        return parcel

    async def beside(self, parcel: Parcel, now: datetime) -> Parcel:
        """The parcel with what goes along with its words. Raises `SendError` ("unready") while that may still come.

        The words go without a file that can't be had, or isn't there after all tries to make it.
        """
        begun = max(each for each in (parcel.queued_at, self.since) if each is not None)
        patient = now - begun < _PATIENCE
        pieces: list[Piece] = []
        for each in parcel.message.along:
            try:
                shown = await self._of(parcel, each, ordered=not patient)
            except SendError as error:
                if error.fact == "unready" and patient:
                    raise
                _log.warning("words go without the file beside them", reason=error.reason)
                continue
            pieces.append(Piece(shown.content, shown.mime, shown.name))
        return replace(parcel, along=tuple(pieces))

    async def enclosed(self, parcel: Parcel, enclosure: Enclosure) -> Parcel:
        """The parcel with its file's bytes. Raises `SendError`: "refused" if the file can't be had any more.

        What can't be stamped is not shown: its words say so.
        """
        if enclosure.stamp:
            await self._check_still_staff(parcel.message.to)
        shown = await self._of(parcel, enclosure)
        if not shown.content:
            text = lines(parcel.message.text, say("desk.private.not_shown"))
            return replace(parcel, message=msgspec.structs.replace(parcel.message, text=text, enclosure=None))
        return replace(parcel, content=shown.content, mime=shown.mime, file_name=shown.name)

    async def _check_still_staff(self, to: Address) -> None:
        """Raise `SendError` ("refused") where a document waits for somebody who has no part in the work any more."""
        office = self.offices.get(to.office)
        if office is None:
            return

        def look(unit: Unit) -> bool:
            linked = unit.cases.linked((to.office,))[to.office]
            now = people.fresh(unit, office)
            return any(chat == to.chat and now.at_work(each) for each, chat in linked.items())

        if not await self.store.read(look):
            raise SendError("refused", "whoever it was meant for has no part in the work any more")

    async def _of(self, parcel: Parcel, enclosure: Enclosure, *, ordered: bool = True) -> Shown:
        """The file, if it's the office's whose message this is: no decision sends another's, and no bug shall."""
        shown = await self.shown(enclosure, ordered=ordered)
        if shown.office != parcel.message.to.office:
            raise SendError("refused", "its file belongs to another office")
        return shown

    async def shown(self, enclosure: Enclosure, *, ordered: bool = True) -> Shown:
        """A file as it may leave the house. Raises `SendError`: "unready" while it's still to come, else "refused".

        Not `ordered`: one that's unknown may have been promised before it was asked for.
        """
        row = await self.store.read(lambda unit: unit.shelf.file(enclosure.file))
        if row is None and not ordered:
            raise SendError("unready", "its file isn't asked for yet", retry_after_s=_SOON_S)
        if row is not None and row.state == "pending":
            pause_s = _SOON_S if row.attempts == 0 else _LATER_S
            raise SendError("unready", "its file isn't there yet", retry_after_s=pause_s)
        if row is None or row.state != "ready":
            raise SendError("refused", "its file was erased or never arrived")
        try:
            key = await self.store.read(lambda unit: unit.shelf.file_key(row))
            content = await self.files.read(row.id, key)
            mime = row.mime
            if row.type == "photo":
                content, mime = await self.media.shown(content, enclosure.stamp), "image/jpeg"
            elif row.type == "pdf" and enclosure.stamp:
                content = await self._stamped_scan(content, enclosure.stamp)
        except (Unopenable, NotThere, Unfit) as error:
            raise SendError("refused", f"its file can't be opened: {type(error).__name__}") from error
        name = PurePath(enclosure.name or row.id).stem + _SUFFIXES.get(mime, "")
        return Shown(content, mime, name, row.office)

    async def _stamped_scan(self, content: bytes, stamp: str) -> bytes:
        """A PDF whose pages carry the stamp; b"" where they can't be drawn: without it nobody gets it."""
        try:
            return await self.media.scan_shown(content, stamp)
        except Unfit as error:
            _log.warning("a scan can't be stamped", reason=error.reason)
            return b""
