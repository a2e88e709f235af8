"""the child's sheets"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_certified_sheets_object"), "certified_sheets", ["section", "object_id"])
    with op.batch_alter_table("pickup_persons") as table:
        table.add_column(sa.Column("family_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("guardian_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("position", sa.Integer(), nullable=True))
        table.add_column(sa.Column("revision", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE pickup_persons SET position = id, revision = 1, family_id = "
        "(SELECT min(family_id) FROM family_children WHERE family_children.child_id = pickup_persons.child_id)"
    )
    with op.batch_alter_table("pickup_persons") as table:
        table.alter_column("position", existing_type=sa.Integer(), nullable=False)
        table.alter_column("revision", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(op.f("fk_pickup_persons_family_id"), "families", ["family_id"], ["id"])
        table.create_foreign_key(op.f("fk_pickup_persons_guardian_id"), "guardians", ["guardian_id"], ["id"])
        table.create_check_constraint(op.f("ck_pickup_persons_structure_only_forbids"), "family_id IS NOT NULL OR pickup = 'forbidden'")
    with op.batch_alter_table("permissions") as table:
        table.add_column(sa.Column("family_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE permissions SET family_id = "
        "(SELECT min(family_id) FROM family_children WHERE family_children.child_id = permissions.child_id)"
    )
    with op.batch_alter_table("permissions") as table:
        table.alter_column("family_id", existing_type=sa.Integer(), nullable=False)
        table.drop_constraint(op.f("pk_permissions"), type_="primary")
        table.create_primary_key(op.f("pk_permissions"), ["child_id", "family_id", "kind"])
        table.create_foreign_key(op.f("fk_permissions_family_id"), "families", ["family_id"], ["id"])
