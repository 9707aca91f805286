"""What officers enter for people at the desk, on the telephone, by letter and by social media"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'box_emptying',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('unit_id', sa.String(length=32), nullable=False),
        sa.Column('emptied_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('letters', sa.Integer(), nullable=False),
        sa.Column('witness', sa.String(length=120), nullable=False),
        sa.Column('entered_by', sa.String(length=32), nullable=False),
        sa.Column('entered_at', UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id']),
        sa.ForeignKeyConstraint(['entered_by'], ['account.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index(op.f('ix_box_emptying_unit_id'), 'box_emptying', ['unit_id'])
    op.create_table(
        'desk_entry',
        sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('entered_by', sa.String(length=32), nullable=False),
        sa.Column('entered_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('network', sa.String(length=12), nullable=False),
        sa.Column('confirmed', sa.Boolean(), nullable=False),
        sa.Column('emptying_id', sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(['message_id'], ['message.id']),
        sa.ForeignKeyConstraint(['entered_by'], ['account.id']),
        sa.ForeignKeyConstraint(['emptying_id'], ['box_emptying.id']),
        sa.PrimaryKeyConstraint('message_id'),
    )
    op.create_index(op.f('ix_desk_entry_emptying_id'), 'desk_entry', ['emptying_id'])


def downgrade() -> None:
    op.drop_table('desk_entry')
    op.drop_table('box_emptying')
