"""The recap as one picture for a telephone, drawn by Typst from a template."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.documents.register_paper import FONT_NAMES
from bot.documents.typesetting import SHIPPED, Job
from workflow.books.heading import Heading
from workflow.books.recap_tables import Picture

TEMPLATE = "recap.typ"
PPI = 190.0  # 1080 pixels across, which a telephone shows without scaling


def recap_job(heading: Heading, page: Picture, now: datetime) -> Job:
    """What's to be set: one page, as long as it needs to be."""
    data = {"heading": heading, "page": page, "fonts": FONT_NAMES}
    return Job(
        main=TEMPLATE,
        files={TEMPLATE: (SHIPPED / TEMPLATE).read_bytes()},
        inputs={"data": msgspec.json.encode(data).decode()},
        at=now,
        format="png",
        ppi=PPI,
    )
