"""What customers ask and do not find, grouped by meaning, and whether it has been answered since."""
