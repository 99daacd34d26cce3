"""What other sites embed: files for a browser, which speak to the API over HTTP only."""
