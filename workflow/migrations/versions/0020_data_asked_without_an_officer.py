"""What people ask of their own data without an officer who writes it down"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('data_request') as table:
        table.alter_column('entered_by', existing_type=sa.String(32), nullable=True)


def downgrade() -> None:
    """Rows that nobody entered are counted to whoever answered them; the others go."""
    op.execute(sa.text('UPDATE data_request SET entered_by = answered_by WHERE entered_by IS NULL'))
    op.execute(sa.text('DELETE FROM data_request WHERE entered_by IS NULL'))
    with op.batch_alter_table('data_request') as table:
        table.alter_column('entered_by', existing_type=sa.String(32), nullable=False)
