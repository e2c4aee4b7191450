"""Draws the papers of one complaint: the sheet's data, the office's logo and templates, and the code as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.documents.look import Look
from bot.documents.typesetting import SHIPPED, Format, Job, Typesetter, Unprintable
from workflow.papers.sheet import Kind, Sheet

_log = structlog.get_logger("press")

SHARED = "kop.typ"
TEMPLATES: Mapping[Kind, str] = {
    "receipt": "tanda-terima.typ",
    "complaint_letter": "surat-pengaduan.typ",
    "disposition": "lembar-disposisi.typ",
    "control": "kartu-kendali.typ",
    "answer_letter": "surat-jawaban.typ",
    "sending": "tanda-terima-pengiriman.typ",
    "evidence": "bukti-pengaduan.typ",
}
"""The file that lays out each paper; an office's folder may hold its own of that name."""

LOGO_BYTES = 5_000_000
LOGO_SUFFIXES = (".png", ".jpg", ".jpeg", ".svg")
_QR_BORDER = 1


@dataclass(slots=True)
class Sheets:
    """Draws sheets in each office's own look; where its template is broken the shipped one stands in."""

    typesetter: Typesetter
    looks: Mapping[str, Look] = field(default_factory=dict)
    _hanging: set[tuple[str, Kind]] = field(default_factory=set)  # whose own template took too long: not tried again

    async def draw(self, wanted: Mapping[str, Any]) -> bytes:
        """The sheet of a reference as a PDF. Raises `Unprintable`."""
        try:
            sheet = msgspec.convert(wanted, Sheet)
        except msgspec.ValidationError as error:
            raise Unprintable(f"no sheet: {error}") from error
        (content,) = await self.pages(sheet)
        return content

    async def pages(self, sheet: Sheet, form: Format = "pdf") -> list[bytes]:
        """One PDF, or a picture of each page. Raises `Unprintable` where the shipped template fails too."""
        own = self.looks.get(sheet.office, Look())
        for look in dict.fromkeys((own, Look(logo=own.logo))):
            if look == Look() or (look.templates and (sheet.office, sheet.paper) in self._hanging):
                continue
            try:
                return await self.typesetter.pages(job_of(sheet, look, form))
            except Unprintable as error:
                if error.timeout:
                    self._hanging.add((sheet.office, sheet.paper))
                _log.error("an office's own template is broken", office=sheet.office, wrong=str(error))
        return await self.typesetter.pages(job_of(sheet, Look(), form))


def job_of(sheet: Sheet, look: Look, form: Format = "pdf") -> Job:
    """What's to be set for a sheet in a look. Raises `Unprintable` where a file of the look can't be read."""
    main = TEMPLATES[sheet.paper]
    files = {name: _template(name, look) for name in (SHARED, main)}
    if look.templates is not None:  # what its own templates use beside the shipped ones: pictures, further parts
        for path in sorted(look.templates.iterdir()) if look.templates.is_dir() else ():
            if path.name in files or path.name in TEMPLATES.values() or not is_within(path, look.templates):
                continue
            if path.stat().st_size <= LOGO_BYTES:
                files[path.name] = path.read_bytes()
    inputs = {"data": msgspec.json.encode(whole(sheet)).decode()}
    if look.logo is not None:
        name = f"logo{look.logo.suffix.lower()}"
        files[name] = _read(look.logo)
        inputs["logo"] = name
    if sheet.verify is not None:
        inputs["qr"] = qr(sheet.verify.target)
    return Job(main, files, inputs, sheet.at, form)


def whole(value: object) -> Any:  # noqa: ANN401 - JSON
    """A value with all its fields, those that hold their default too: a template needn't ask which are there."""
    if isinstance(value, msgspec.Struct):
        return {name: whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [whole(each) for each in value]
    return value


def qr(target: str) -> str:
    """The code as an SVG picture."""
    import segno

    out = io.BytesIO()
    segno.make(target, error="m", micro=False).save(out, kind="svg", border=_QR_BORDER, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def is_within(path: Path, folder: Path) -> bool:
    """Whether it's a file of this very folder: a link may lead to whatever the service can read."""
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _template(name: str, look: Look) -> bytes:
    own = look.templates / name if look.templates is not None else None
    if own is None or look.templates is None or not own.is_file():
        return (SHIPPED / name).read_bytes()
    if not is_within(own, look.templates):
        raise Unprintable("it's a link that leads out of the folder", file=name)
    return _read(own)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unprintable(f"it can't be read: {error.strerror}", file=path.name) from error
    if len(content) > LOGO_BYTES:
        raise Unprintable(f"it's larger than {LOGO_BYTES // 1_000_000} MB", file=path.name)
    return content
