"""Monthly reports, lines about a unit, and the indexes by which a month of the journal is read"""

import sqlalchemy as sa
from alembic import op

import workflow.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('report',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.String(length=32), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('data_key_id', sa.String(length=32), nullable=False),
    sa.Column('journal_sequence', sa.Integer(), nullable=True),
    sa.Column('journal_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('made_at', workflow.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', workflow.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('sent_to', sa.Integer(), nullable=False),
    sa.Column('confirmed_by', sa.String(length=32), nullable=True),
    sa.Column('confirmed_at', workflow.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.String(length=32), nullable=True),
    sa.Column('acknowledged_at', workflow.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('chased_at', workflow.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['data_key_id'], ['data_key.id'], ),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], ),
    sa.ForeignKeyConstraint(['acknowledged_by'], ['account.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('unit_id', 'month')
    )
    op.create_table('report_file',
    sa.Column('report_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('object_key', sa.String(length=80), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], ),
    sa.PrimaryKeyConstraint('report_id', 'kind')
    )
    op.create_table('bulletin',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.String(length=32), nullable=False),
    sa.Column('key', sa.String(length=30), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('created_at', workflow.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('read_at', workflow.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('account_id', 'unit_id', 'key', 'month')
    )
    op.create_index('ix_bulletin_unread', 'bulletin', ['account_id', 'read_at'])
    op.create_index('ix_journal_span', 'journal', ['unit_id', 'at'])
    op.create_index('ix_judgement_span', 'judgement', ['unit_id', 'created_at'])


def downgrade() -> None:
    op.drop_index('ix_judgement_span', table_name='judgement')
    op.drop_index('ix_journal_span', table_name='journal')
    op.drop_table('bulletin')
    op.drop_table('report_file')
    op.drop_table('report')
