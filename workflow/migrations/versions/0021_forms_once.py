"""What was carried out last on a case, so that a second press of its button does nothing"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('complaint') as table:
        table.add_column(sa.Column('last_form', sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('complaint') as table:
        table.drop_column('last_form')
