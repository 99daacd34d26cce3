"""The weekly digests that were written, who chose to have them, and their mails in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table; a user has a choice; what is in the outbox may be a user's."""
    op.create_table(
        "digests",
        sa.Column("week", sa.Date, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.add_column("users", sa.Column("digest", sa.Boolean))
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("user_id", sa.Text))
        outbox.create_foreign_key("outbox_user", "users", ["user_id"], ["id"], ondelete="CASCADE")
    op.create_index("outbox_user_id", "outbox", ["user_id"])
