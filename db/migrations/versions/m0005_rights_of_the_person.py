"""rights of the person"""

import sqlalchemy as sa
from alembic import op

from db.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_waiting = sa.text("state = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("family_quotients") as table:
        table.add_column(sa.Column("state", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("decided_at", Instant(), nullable=True))
        table.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reason", sa.String(length=250), nullable=True))
    op.execute("UPDATE family_quotients SET state = 'accepted'")
    with op.batch_alter_table("family_quotients") as table:
        table.alter_column("state", existing_type=sa.String(length=20), nullable=False)
        table.create_check_constraint(
            op.f("ck_family_quotients_state_known"), "state IN ('waiting', 'accepted', 'corrected', 'refused', 'withdrawn')"
        )
        table.create_foreign_key(op.f("fk_family_quotients_decided_by_id"), "accounts", ["decided_by_id"], ["id"])
        table.create_index("uq_family_quotients_waiting", ["family_id"], unique=True, postgresql_where=_waiting, sqlite_where=_waiting)
    op.create_table(
        "retention_holds",
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_retention_holds_by_id")),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_retention_holds_family_id")),
        sa.PrimaryKeyConstraint("family_id", name=op.f("pk_retention_holds")),
    )
    op.create_table(
        "erasures",
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["accounts.id"], name=op.f("fk_erasures_confirmed_by_id")),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_erasures_family_id")),
        sa.PrimaryKeyConstraint("family_id", name=op.f("pk_erasures")),
    )
    undone = sa.text("erased_at IS NULL")
    op.create_index("ix_erasures_waiting", "erasures", ["confirmed_at"], postgresql_where=undone, sqlite_where=undone)
    op.create_table(
        "closing_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("answer", sa.String(length=250), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_closing_requests_state_known")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["accounts.id"], name=op.f("fk_closing_requests_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["accounts.id"], name=op.f("fk_closing_requests_decided_by_id")),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_closing_requests_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_requests")),
    )
    op.create_index(op.f("ix_closing_requests_family_id"), "closing_requests", ["family_id"])
    op.create_index(
        "uq_closing_requests_waiting", "closing_requests", ["family_id"], unique=True, postgresql_where=_waiting, sqlite_where=_waiting
    )
