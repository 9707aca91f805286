"""Copies of somebody's data, and why there was none, are for their recipient alone"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

PRIVATE = "UPDATE outbound SET purpose = 'private' WHERE key IN ('data_copy', 'data_refused')"
#: Of people whose identity is gone nothing may be left in what was told to them.
GONE = """
UPDATE outbound SET params_enc = NULL, body_enc = NULL WHERE purpose = 'private' AND conversation_id IN (
    SELECT conversation.id FROM conversation JOIN address ON address.id = conversation.address_id
    WHERE address.value_enc IS NULL
)
"""


def upgrade() -> None:
    op.execute(sa.text(PRIVATE))
    op.execute(sa.text(GONE))


def downgrade() -> None:
    op.execute(sa.text("UPDATE outbound SET purpose = 'reply' WHERE purpose = 'private'"))
