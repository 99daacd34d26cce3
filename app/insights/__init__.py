"""What the data says: of what was asked, shown and done, figures that flatter nobody."""
