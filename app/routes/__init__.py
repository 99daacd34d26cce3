"""What the web sees: pages, API and service routes, each thin."""
