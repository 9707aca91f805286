"""How a complainant may be written to, and the questions after how they fare"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'safe_contact',
        sa.Column('conversation_id', sa.String(32), sa.ForeignKey('conversation.id'), primary_key=True),
        sa.Column('only_after', sa.Boolean(), nullable=False),
        sa.Column('neutral', sa.Boolean(), nullable=False),
        sa.Column('hour_from', sa.Integer(), nullable=True),
        sa.Column('hour_to', sa.Integer(), nullable=True),
        sa.Column('zone', sa.String(40), nullable=False),
        sa.Column('set_by', sa.String(32), sa.ForeignKey('account.id'), nullable=True),
        sa.Column('set_at', UTCDateTime(), nullable=False),
    )
    op.create_table(
        'checkback',
        sa.Column('id', sa.String(32), primary_key=True),
        sa.Column('case_id', sa.String(32), sa.ForeignKey('complaint.id'), nullable=False),
        sa.Column('conversation_id', sa.String(32), sa.ForeignKey('conversation.id'), nullable=False),
        sa.Column('phase', sa.String(12), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('due_at', UTCDateTime(), nullable=False),
        sa.Column('asked_at', UTCDateTime(), nullable=True),
        sa.Column('outbound_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.ForeignKey('outbound.id'), nullable=True),
        sa.Column('outcome', sa.String(8), nullable=False),
        sa.Column('ended_at', UTCDateTime(), nullable=True),
        sa.UniqueConstraint('case_id', 'phase', 'days'),
    )
    op.create_index('ix_checkback_case_id', 'checkback', ['case_id'])
    op.create_index('ix_checkback_conversation_id', 'checkback', ['conversation_id'])
    open_ones = sa.text("outcome = ''")
    op.create_index('ix_checkback_due', 'checkback', ['due_at'], postgresql_where=open_ones, sqlite_where=open_ones)


def downgrade() -> None:
    op.drop_table('checkback')
    op.drop_table('safe_contact')
