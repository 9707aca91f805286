"""Mails that carry monthly reports"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbound') as table:
        table.add_column(sa.Column('report_id', sa.String(length=32), nullable=True))
        table.create_foreign_key(table.f('fk_outbound_report_id_report'), 'report', ['report_id'], ['id'])
        table.create_index(table.f('ix_outbound_report_id'), ['report_id'], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM delivery_event WHERE outbound_id IN (SELECT id FROM outbound WHERE report_id IS NOT NULL)")
    op.execute("DELETE FROM outbound WHERE report_id IS NOT NULL")
    with op.batch_alter_table('outbound') as table:
        table.drop_index(table.f('ix_outbound_report_id'))
        table.drop_constraint(table.f('fk_outbound_report_id_report'), type_='foreignkey')
        table.drop_column('report_id')
