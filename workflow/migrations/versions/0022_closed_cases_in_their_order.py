"""Closed cases in their order, of all units and of one"""

from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_complaint_closed', table_name='complaint')
    op.create_index('ix_complaint_closed', 'complaint', ['closed_at', 'id'])
    op.create_index('ix_complaint_ended', 'complaint', ['handling_unit_id', 'closed_at', 'id'])


def downgrade() -> None:
    op.drop_index('ix_complaint_ended', table_name='complaint')
    op.drop_index('ix_complaint_closed', table_name='complaint')
    op.create_index('ix_complaint_closed', 'complaint', ['closed_at'])
