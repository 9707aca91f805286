"""A channel with threads has a conversation for each, and answers messages by their ids"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

#: The first schema left its constraint without a name; this is what PostgreSQL called it.
NAMES = {'uq': '%(table_name)s_%(column_0_name)s_channel_account_id_key'}
OLD = 'conversation_address_id_channel_account_id_key'


def upgrade() -> None:
    with op.batch_alter_table('conversation', naming_convention=NAMES) as table:
        table.add_column(sa.Column('thread', sa.String(length=64), nullable=False, server_default=''))
        table.drop_constraint(OLD, type_='unique')
        table.create_unique_constraint('uq_conversation_thread', ['address_id', 'channel_account_id', 'thread'])
    with op.batch_alter_table('message') as table:
        table.add_column(sa.Column('provider_id_enc', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('message') as table:
        table.drop_column('provider_id_enc')
    with op.batch_alter_table('conversation', naming_convention=NAMES) as table:
        table.drop_constraint('uq_conversation_thread', type_='unique')
        table.drop_column('thread')
        table.create_unique_constraint(OLD, ['address_id', 'channel_account_id'])
