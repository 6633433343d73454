"""`python -m app` is `faultbook`."""

from app.cli import main

main()
