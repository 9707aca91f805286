"""The ladder of an official answer, links between entries of one person, and ids of every attempt"""

import sqlalchemy as sa
from alembic import op

from workflow.db import UTCDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbound') as table:
        table.add_column(sa.Column('template', sa.String(length=20), nullable=False, server_default=''))
        table.add_column(sa.Column('error_reason', sa.String(length=20), nullable=False, server_default=''))
        table.add_column(sa.Column('provider_enc', sa.LargeBinary(), nullable=True))
    with op.batch_alter_table('delivery_event') as table:
        table.add_column(sa.Column('reason', sa.String(length=20), nullable=False, server_default=''))
        table.add_column(sa.Column('provider_lookup', sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table('address') as table:
        table.add_column(sa.Column('number_lookup', sa.LargeBinary(length=32), nullable=True))
        table.create_index('ix_address_number_lookup', ['number_lookup'])
    op.create_table('person_link',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('other_id', sa.String(length=32), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('linked_by', sa.String(length=32), nullable=True),
    sa.Column('linked_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('undone_by', sa.String(length=32), nullable=True),
    sa.Column('undone_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['linked_by'], ['account.id'], ),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['undone_by'], ['account.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('person_link') as table:
        table.create_index('ix_person_link_person_id', ['person_id'])
        table.create_index('ix_person_link_other_id', ['other_id'])
    op.create_table('delivery_rung',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('paper_id', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('alias', sa.String(length=40), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=True),
    sa.Column('outbound_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('provider_lookup', sa.LargeBinary(length=32), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('started_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('next_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['complaint.id'], ),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], ),
    sa.ForeignKeyConstraint(['outbound_id'], ['outbound.id'], ),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('paper_id', 'position')
    )
    with op.batch_alter_table('delivery_rung') as table:
        table.create_index('ix_delivery_rung_case_id', ['case_id'])
        table.create_index('ix_delivery_rung_conversation_id', ['conversation_id'])
        table.create_index('ix_delivery_rung_outbound_id', ['outbound_id'])
    op.create_index(
        'ix_delivery_rung_due', 'delivery_rung', ['next_at'], postgresql_where=sa.text('next_at IS NOT NULL')
    )
    op.create_index(
        'ix_conversation_window', 'conversation', ['window_ends_at'],
        postgresql_where=sa.text('window_ends_at IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_conversation_window', table_name='conversation')
    op.drop_table('delivery_rung')
    op.drop_table('person_link')
    with op.batch_alter_table('address') as table:
        table.drop_index('ix_address_number_lookup')
        table.drop_column('number_lookup')
    with op.batch_alter_table('delivery_event') as table:
        table.drop_column('provider_lookup')
        table.drop_column('reason')
    with op.batch_alter_table('outbound') as table:
        table.drop_column('provider_enc')
        table.drop_column('error_reason')
        table.drop_column('template')
