"""When a clock was set, which may be later than the moment from which it counts, and when it was moved"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of clocks that exist already nothing else is known than when they began."""
    with op.batch_alter_table('deadline') as table:
        table.add_column(sa.Column('created_at', UTCDateTime(), nullable=True))
        table.add_column(sa.Column('moved_at', UTCDateTime(), nullable=True))
        table.add_column(sa.Column('moved_from', UTCDateTime(), nullable=True))
    op.execute(sa.text('UPDATE deadline SET created_at = started_at'))
    with op.batch_alter_table('deadline') as table:
        table.alter_column('created_at', existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('deadline') as table:
        for name in ('created_at', 'moved_at', 'moved_from'):
            table.drop_column(name)
