"""free places are met in the order of their days, and the search stops at the end of its page"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("open_days") as table:
        table.drop_index("ix_open_days_day")
        table.create_index("ix_open_days_day", ["day", "id"])


def downgrade() -> None:
    with op.batch_alter_table("open_days") as table:
        table.drop_index("ix_open_days_day")
        table.create_index("ix_open_days_day", ["day"])
