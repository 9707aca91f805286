"""When a clock was set, which may be later than the moment from which it counts, and when it was moved; how it is found; waiting ends"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


#: Of cases that wait, and would have gone on to wait, only this is known: who was made responsible.
STUCK = """
UPDATE complaint SET resume_status = CASE WHEN official_id IS NULL THEN 'classified' ELSE 'directed' END
WHERE status = 'waiting' AND resume_status = 'waiting'
"""


def upgrade() -> None:
    """Of clocks that exist already nothing else is known than when they began."""
    with op.batch_alter_table('deadline') as table:
        table.add_column(sa.Column('created_at', UTCDateTime(), nullable=True))
        table.add_column(sa.Column('moved_at', UTCDateTime(), nullable=True))
        table.add_column(sa.Column('moved_from', UTCDateTime(), nullable=True))
    op.execute(sa.text('UPDATE deadline SET created_at = started_at'))
    with op.batch_alter_table('deadline') as table:
        table.alter_column('created_at', existing_type=UTCDateTime(), nullable=False)
    op.execute(sa.text(STUCK))
    op.drop_index('ix_deadline_case_id', table_name='deadline')
    op.drop_index('ix_deadline_next', table_name='deadline')
    op.create_index('ix_deadline_case', 'deadline', ['case_id', 'next_at'])
    op.create_index('ix_deadline_next', 'deadline', ['next_at', 'id'])


def downgrade() -> None:
    op.drop_index('ix_deadline_case', table_name='deadline')
    op.drop_index('ix_deadline_next', table_name='deadline')
    op.create_index('ix_deadline_case_id', 'deadline', ['case_id'])
    op.create_index('ix_deadline_next', 'deadline', ['next_at'])
    with op.batch_alter_table('deadline') as table:
        for name in ('created_at', 'moved_at', 'moved_from'):
            table.drop_column(name)
