"""`python -m app`: the same as `sportello`."""

from app.cli import main

main()
