"""What channels with receipts, a window to answer in, threads and files of their own need of the road."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this shape. Columns have a default of the database's own, so that SQLite needn't copy their tables."""
    op.add_column("outbox", _text("receipt"))
    op.add_column("outbox", sa.Column("returned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("addresses", sa.Column("heard_at", sa.BigInteger(), nullable=True))
    op.add_column("addresses", _text("recent"))
    op.add_column("addresses", sa.Column("thread", sa.LargeBinary(), nullable=True))
    op.add_column("sent", _text("about"))
    op.add_column("deliveries", _text("message"))
    op.add_column("deliveries", _text("fact"))
    _threads()
    _purges()


def downgrade() -> None:
    """Back to the tables before."""
    op.drop_table("purges")
    op.drop_table("threads")
    for table, *columns in (
        ("outbox", "receipt", "returned"),
        ("addresses", "heard_at", "recent", "thread"),
        ("sent", "about"),
        ("deliveries", "message", "fact"),
    ):
        for column in columns:
            op.drop_column(table, column)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("address", sa.Text(), nullable=False, primary_key=True),
        sa.Column("about", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _purges() -> None:
    op.create_table(
        "purges",
        sa.Column("file", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
    )
    condition = sa.text("next_at IS NOT NULL")
    op.create_index("purges_due", "purges", ["next_at"], sqlite_where=condition, postgresql_where=condition)
