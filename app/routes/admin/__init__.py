"""The staff's side of the desk: signing in, and what they work with."""
