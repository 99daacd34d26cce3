"""The site, its API and the command line, over `indexer` and `search`."""
