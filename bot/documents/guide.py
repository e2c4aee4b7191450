"""Draws the clerk's guide of an office: one A4 page, the same for the press and for the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.documents.typesetting import SHIPPED, Job, Typesetter, Unprintable
from workflow.desk.guide import guide
from workflow.office import Office

TEMPLATE = "guide.typ"


def job(office: Office, at: datetime) -> Job:
    """The page as it's to be set."""
    inputs = {"guide": json.dumps(guide(office), ensure_ascii=False)}
    return Job(TEMPLATE, {TEMPLATE: (SHIPPED / TEMPLATE).read_bytes()}, inputs, at)


class GuideDrawer:
    """Draws {"guide": office id} for the press."""

    def __init__(
        self, office: Callable[[str], Office | None], typesetter: Typesetter, now: Callable[[], datetime]
    ) -> None:
        self._office, self._typesetter, self._now = office, typesetter, now

    async def __call__(self, wanted: Mapping[str, Any]) -> bytes:
        """One PDF. Raises `Unprintable`."""
        office = self._office(str(wanted["guide"]))
        if office is None:
            raise Unprintable("no such office")
        return (await self._typesetter.pages(job(office, self._now())))[0]
