"""The complainant's fear of reprisal, and the answers that a message offers"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('complaint') as table:
        table.add_column(sa.Column('risk', sa.String(length=8), nullable=False, server_default=''))
    with op.batch_alter_table('outbound') as table:
        table.add_column(sa.Column('choices', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('outbound') as table:
        table.drop_column('choices')
    with op.batch_alter_table('complaint') as table:
        table.drop_column('risk')
