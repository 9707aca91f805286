"""Letters with their issuer, signatory and details, and the order behind a delegation"""

import sqlalchemy as sa
from alembic import op

import workflow.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('letter')  # nothing was ever issued into it
    op.create_table(
        'letter',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('case_id', sa.String(length=32), nullable=False),
        sa.Column('paper_id', sa.String(length=32), nullable=False),
        sa.Column('unit_id', sa.String(length=32), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=120), nullable=False),
        sa.Column('signatory_post', sa.String(length=200), nullable=False),
        sa.Column('named', sa.Boolean(), nullable=False),
        sa.Column('check_lookup', sa.LargeBinary(length=32), nullable=False),
        sa.Column('data_key_id', sa.String(length=32), nullable=False),
        sa.Column('details_enc', sa.LargeBinary(), nullable=True),
        sa.Column('sha256', sa.String(length=64), nullable=True),
        sa.Column('object_key', sa.String(length=80), nullable=True),
        sa.Column('issued_at', workflow.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['complaint.id']),
        sa.ForeignKeyConstraint(['data_key_id'], ['data_key.id']),
        sa.ForeignKeyConstraint(['paper_id'], ['paper.id']),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('check_lookup'),
        sa.UniqueConstraint('unit_id', 'year', 'sequence'),
    )
    with op.batch_alter_table('letter') as table:
        table.create_index(table.f('ix_letter_case_id'), ['case_id'])
        table.create_index(table.f('ix_letter_sha256'), ['sha256'])
    with op.batch_alter_table('role_grant') as table:
        table.add_column(sa.Column('basis', sa.String(length=120), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('role_grant') as table:
        table.drop_column('basis')
    op.drop_table('letter')
    op.create_table(
        'letter',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('case_id', sa.String(length=32), nullable=False),
        sa.Column('paper_id', sa.String(length=32), nullable=False),
        sa.Column('number', sa.String(length=80), nullable=False),
        sa.Column('check_lookup', sa.LargeBinary(length=32), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=True),
        sa.Column('object_key', sa.String(length=80), nullable=True),
        sa.Column('issued_at', workflow.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['complaint.id']),
        sa.ForeignKeyConstraint(['paper_id'], ['paper.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('check_lookup'),
        sa.UniqueConstraint('number'),
    )
    with op.batch_alter_table('letter') as table:
        table.create_index(table.f('ix_letter_case_id'), ['case_id'])
