"""Who is away and who stands in, and the numbers of letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this shape."""
    op.add_column("staffing", sa.Column("shared", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "duties",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        _text("office"),
        _text("body"),
        _when("at"),
    )
    op.create_table(
        "letters",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        _text("office"),
        _text("series"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("urut", sa.Integer(), nullable=True),
        _text("number"),
        _text("complaint"),
        _when("at"),
        sa.UniqueConstraint("office", "year", "number"),
        sa.UniqueConstraint("office", "series", "year", "urut"),
    )
    op.create_index("complaints_registered", "complaints", ["office", "registered_at", "number"])
    op.drop_index("complaints_confirmed", "complaints")
    op.create_index("complaints_confirmed", "complaints", ["office", "confirmed_at", "id"])
    op.add_column("complaints", sa.Column("verification", sa.Text(), nullable=False, server_default=""))
    only = sa.text("verification <> ''")
    op.create_index(
        "complaints_verification",
        "complaints",
        ["office", "verification"],
        unique=True,
        sqlite_where=only,
        postgresql_where=only,
    )


def downgrade() -> None:
    """Back to the tables before."""
    op.drop_index("complaints_verification", "complaints")
    op.drop_column("complaints", "verification")
    op.drop_index("complaints_confirmed", "complaints")
    op.create_index("complaints_confirmed", "complaints", ["office", "confirmed_at"])
    op.drop_index("complaints_registered", "complaints")
    for table in ("letters", "duties"):
        op.drop_table(table)
    op.drop_column("staffing", "shared")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _when(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
