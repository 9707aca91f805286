"""Whether somebody was reminded of a request about personal data stands in the lines on their pages"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('data_request') as table:
        table.drop_column('reminded_at')


def downgrade() -> None:
    with op.batch_alter_table('data_request') as table:
        table.add_column(sa.Column('reminded_at', UTCDateTime(), nullable=True))
