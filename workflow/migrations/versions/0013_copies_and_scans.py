"""Copies of pictures that staff see, what the scanner says, and hashes of files sealed instead of plain"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attachment') as table:
        # The hash is taken again from the object, whose encryption proves that it is the one that arrived.
        table.drop_column('sha256')
        table.add_column(sa.Column('sha256_enc', sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column('fault', sa.String(length=40), nullable=False, server_default=''))
        table.add_column(sa.Column('view', sa.String(length=8), nullable=False, server_default=''))
        table.add_column(sa.Column('view_due_at', UTCDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('copy_object_key', sa.String(length=80), nullable=True))
        table.add_column(sa.Column('copy_type', sa.String(length=20), nullable=False, server_default=''))
        table.add_column(sa.Column('thumb_object_key', sa.String(length=80), nullable=True))
        table.add_column(sa.Column('scan', sa.String(length=12), nullable=False, server_default=''))
        table.add_column(sa.Column('scan_due_at', UTCDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('infection', sa.String(length=80), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('attachment') as table:
        for name in (
            'infection', 'scan_due_at', 'scan', 'thumb_object_key', 'copy_type', 'copy_object_key', 'view_due_at', 'view', 'fault',
            'sha256_enc',
        ):
            table.drop_column(name)
        table.add_column(sa.Column('sha256', sa.String(length=64), nullable=True))
