"""Public figures of a month, kept as they were published"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'public_month',
        sa.Column('month', sa.String(7), primary_key=True),
        sa.Column('made_at', UTCDateTime(), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table('public_month')
