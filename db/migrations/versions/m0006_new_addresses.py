"""new addresses"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_links") as table:
        table.drop_constraint(op.f("ck_account_links_purpose_known"), type_="check")
        table.create_check_constraint(op.f("ck_account_links_purpose_known"), "purpose IN ('confirm', 'reset', 'invite', 'email')")
        table.add_column(sa.Column("email", sa.String(length=254), nullable=True))
