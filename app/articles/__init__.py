"""What the web editor does with articles' files."""
