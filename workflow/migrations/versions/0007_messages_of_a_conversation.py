"""The messages of one conversation are found without reading all others: its owner's page asks every few seconds"""

from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_message_conversation', 'message', ['conversation_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_message_conversation', 'message')
