"""the family's door"""

import sqlalchemy as sa
from alembic import op

from db.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("health_records") as table:
        table.drop_constraint(op.f("fk_health_records_certified_by_id"), type_="foreignkey")
        table.drop_column("certified_by_id")
        table.drop_column("certified_until_on")
    with op.batch_alter_table("families") as table:
        table.drop_constraint(op.f("ck_families_state_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_families_state_known"), "state IN ('requested', 'approved', 'active', 'refused', 'archived', 'erased')"
        )
        table.add_column(sa.Column("erased_at", Instant(), nullable=True))
    with op.batch_alter_table("family_quotients") as table:
        table.add_column(sa.Column("document_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_family_quotients_document_id"), "documents", ["document_id"], ["id"])
    with op.batch_alter_table("document_kinds") as table:
        table.add_column(sa.Column("purpose", sa.String(length=20), nullable=True))
        table.create_unique_constraint(op.f("uq_document_kinds_purpose"), ["purpose"])
        table.create_check_constraint(op.f("ck_document_kinds_purpose_known"), "purpose IN ('court_decision', 'quotient_proof')")
