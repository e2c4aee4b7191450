"""Runs migrations on the connection `storage/schema.py` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.columns import Moment, metadata


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - alembic's
    """In a migration a moment is what the database sees: a big integer."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter a table: it's copied
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
