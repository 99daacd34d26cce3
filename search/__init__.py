"""Search: knows no web, no database, no Markdown. It owns the snapshot's format, written and read."""
