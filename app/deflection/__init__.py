"""What the widget needs beyond search: sessions, the held-out arm, the record, what helps on a page."""
