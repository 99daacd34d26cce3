"""Reminders to staff of articles that are to be read again."""
