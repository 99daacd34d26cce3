"""Telling visitors, once, that their question has its answer: who waits, and what they are sent."""
