"""Reminders, pauses with a reason and an end, extensions, and holidays that an operator may revoke"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('deadline') as table:
        # A clock of before has no length: it keeps its date when the calendar changes.
        table.add_column(sa.Column('days', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('stood', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('reminded_at', UTCDateTime(), nullable=True))
    with op.batch_alter_table('holiday_override') as table:
        table.add_column(sa.Column('created_at', UTCDateTime(), nullable=False, server_default='2026-11-22 00:00:00'))
        table.add_column(sa.Column('applied_at', UTCDateTime(), nullable=True))
        table.add_column(sa.Column('removed_at', UTCDateTime(), nullable=True))
    op.create_table(
        'alarm',
        sa.Column('name', sa.String(40), primary_key=True),
        sa.Column('code', sa.String(40), nullable=False),
        sa.Column('raised_at', UTCDateTime(), nullable=False),
        sa.Column('cleared_at', UTCDateTime(), nullable=True),
    )
    op.create_table(
        'escalation_recipient',
        sa.Column('id', sa.String(32), primary_key=True),
        sa.Column('escalation_id', sa.String(32), sa.ForeignKey('escalation.id'), nullable=False),
        sa.Column('account_id', sa.String(32), sa.ForeignKey('account.id'), nullable=False),
        sa.Column('notice_id', sa.BigInteger().with_variant(sa.Integer, 'sqlite'), sa.ForeignKey('notice.id', ondelete='SET NULL'), nullable=True),
        sa.Column('outbound_id', sa.BigInteger().with_variant(sa.Integer, 'sqlite'), sa.ForeignKey('outbound.id'), nullable=True),
        sa.UniqueConstraint('escalation_id', 'account_id'),
    )
    op.create_table(
        'extension',
        sa.Column('id', sa.String(32), primary_key=True),
        sa.Column('deadline_id', sa.String(32), sa.ForeignKey('deadline.id'), nullable=False),
        sa.Column('case_id', sa.String(32), sa.ForeignKey('complaint.id'), nullable=False),
        sa.Column('account_id', sa.String(32), sa.ForeignKey('account.id'), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('before', UTCDateTime(), nullable=False),
        sa.Column('after', UTCDateTime(), nullable=False),
        sa.Column('data_key_id', sa.String(32), sa.ForeignKey('data_key.id'), nullable=False),
        sa.Column('reason_enc', sa.LargeBinary(), nullable=True),
        sa.Column('at', UTCDateTime(), nullable=False),
    )
    op.create_index('ix_extension_deadline_id', 'extension', ['deadline_id'])
    op.create_index('ix_extension_case_id', 'extension', ['case_id'])
    op.create_table(
        'pause',
        sa.Column('id', sa.String(32), primary_key=True),
        sa.Column('case_id', sa.String(32), sa.ForeignKey('complaint.id'), nullable=False),
        sa.Column('category', sa.String(12), nullable=False),
        sa.Column('account_id', sa.String(32), sa.ForeignKey('account.id'), nullable=False),
        sa.Column('started_at', UTCDateTime(), nullable=False),
        sa.Column('until', UTCDateTime(), nullable=False),
        sa.Column('ended_at', UTCDateTime(), nullable=True),
    )
    op.create_index('ix_pause_case_id', 'pause', ['case_id'])
    op.create_index('ix_pause_open', 'pause', ['until'], sqlite_where=sa.text('ended_at IS NULL'))


def downgrade() -> None:
    op.drop_table('alarm')
    op.drop_table('pause')
    op.drop_table('extension')
    op.drop_table('escalation_recipient')
    with op.batch_alter_table('holiday_override') as table:
        for name in ('removed_at', 'applied_at', 'created_at'):
            table.drop_column(name)
    with op.batch_alter_table('deadline') as table:
        for name in ('reminded_at', 'stood', 'days'):
            table.drop_column(name)
