"""Addresses that let nothing of ours through"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('address') as table:
        table.add_column(sa.Column('blocked_at', UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('address') as table:
        table.drop_column('blocked_at')
