"""people who were taken off a list"""

import sqlalchemy as sa
from alembic import op

from db.base import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pickup_persons", sa.Column("removed_at", Instant(), nullable=True))
