"""The name by which a message is quoted where it is not its id"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('message') as table:
        table.add_column(sa.Column('place', sa.LargeBinary(length=32), nullable=True))
        table.create_index(table.f('ix_message_place'), ['place'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('message') as table:
        table.drop_index(table.f('ix_message_place'))
        table.drop_column('place')
