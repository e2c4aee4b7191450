"""Identity numbers by a blind index, requests about one's own data, and what was erased by which rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this shape."""
    op.create_table(
        "identities",
        _text("office", primary_key=True),
        _text("digest", primary_key=True),
        _text("complaint", primary_key=True),
        _text("kind"),
        _when("at"),
    )
    op.create_index("identities_complaint", "identities", ["complaint"])
    op.create_table(
        "data_requests",
        _text("id", primary_key=True),
        _text("office"),
        _text("lane"),
        _when("asked_at"),
        _when("due_at"),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("data_requests_lane", "data_requests", ["office", "lane"])
    op.create_table(
        "notices",
        _text("office", primary_key=True),
        _text("version", primary_key=True),
        _text("channel"),
        _text("words"),
        _when("at"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        _text("office"),
        _text("complaint"),
        _text("kind"),
        _text("rule"),
        sa.Column("files", sa.Integer(), nullable=False),
        _when("at"),
    )
    op.create_index("erasures_at", "erasures", ["office", "at"])
    op.create_index("conversations_changed", "conversations", ["office", "changed_at"])
    op.create_table(
        "moves",
        _text("office", primary_key=True),
        _text("former", primary_key=True),
        _text("chat"),
        _when("at"),
    )


def downgrade() -> None:
    """Back to the tables before."""
    op.drop_index("conversations_changed", "conversations")
    for table in ("moves", "erasures", "notices", "data_requests", "identities"):
        op.drop_table(table)


def _text(name: str, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=primary_key)


def _when(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
