"""Desks and roles that are given in the chat, operators, and what they're told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this shape."""
    op.create_table("desks", _text("office", key=True), _text("chat"), _when("at"))
    op.create_table(
        "staffing",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        _text("office"),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        _text("name"),
        _text("title"),
        _text("roles"),
        sa.Column("admin", sa.Integer(), nullable=False),
        _when("at"),
    )
    op.create_table("operators", _text("office", key=True), _text("chat", key=True), _when("at"))
    op.create_table("alerts", _text("key", key=True), _text("what"), _text("mend"), _when("since"))


def downgrade() -> None:
    """Back to the tables before."""
    for table in ("alerts", "operators", "staffing", "desks"):
        op.drop_table(table)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def _when(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
