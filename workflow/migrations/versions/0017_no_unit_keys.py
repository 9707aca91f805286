"""Public keys of units had no use; see docs/decisions/0010"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('unit_key') as table:
        table.drop_index(table.f('ix_unit_key_unit_id'))
    op.drop_table('unit_key')


def downgrade() -> None:
    op.create_table(
        'unit_key',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('unit_id', sa.String(length=32), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.Column('retired_at', UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_key_unit_id_unit')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_key')),
    )
    with op.batch_alter_table('unit_key') as table:
        table.create_index(table.f('ix_unit_key_unit_id'), ['unit_id'], unique=False)
