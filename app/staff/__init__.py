"""Who works here: their passwords, their sessions, what each role may do."""
