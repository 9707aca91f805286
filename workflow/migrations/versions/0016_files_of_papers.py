"""Files that an official adds to a report"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attachment') as table:
        table.alter_column('message_id', existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column('paper_id', sa.String(length=32), nullable=True))
        table.create_foreign_key(table.f('fk_attachment_paper_id_paper'), 'paper', ['paper_id'], ['id'])
        table.create_index(table.f('ix_attachment_paper_id'), ['paper_id'], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE message_id IS NULL")
    with op.batch_alter_table('attachment') as table:
        table.drop_index(table.f('ix_attachment_paper_id'))
        table.drop_constraint(table.f('fk_attachment_paper_id_paper'), type_='foreignkey')
        table.drop_column('paper_id')
        table.alter_column('message_id', existing_type=sa.Integer(), nullable=False)
