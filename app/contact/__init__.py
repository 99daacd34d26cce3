"""A contact that never gets lost: tickets, what is answered to them, and what goes out."""
