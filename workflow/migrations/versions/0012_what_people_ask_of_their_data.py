"""What people ask of their own data; ended cases by their end"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'data_request',
        sa.Column('id', sa.String(32), primary_key=True),
        sa.Column('case_id', sa.String(32), sa.ForeignKey('complaint.id'), nullable=False),
        sa.Column('kind', sa.String(8), nullable=False),
        sa.Column('state', sa.String(8), nullable=False),
        sa.Column('asked_at', UTCDateTime(), nullable=False),
        sa.Column('due_at', UTCDateTime(), nullable=False),
        sa.Column('reminded_at', UTCDateTime(), nullable=True),
        sa.Column('entered_by', sa.String(32), sa.ForeignKey('account.id'), nullable=False),
        sa.Column('answered_by', sa.String(32), sa.ForeignKey('account.id'), nullable=True),
        sa.Column('answered_at', UTCDateTime(), nullable=True),
    )
    op.create_index('ix_data_request_case_id', 'data_request', ['case_id'])
    op.create_index('ix_data_request_state', 'data_request', ['state'])
    op.create_index('ix_complaint_closed', 'complaint', ['closed_at'])


def downgrade() -> None:
    op.drop_index('ix_complaint_closed', 'complaint')
    op.drop_table('data_request')
