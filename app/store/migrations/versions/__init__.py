"""One change of the tables a file, each never altered once it was released."""
