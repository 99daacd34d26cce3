"""How the tables came to be: Alembic's folder; `versions` are applied in the order they name."""
