"""`python -m pishro` is the command line."""

from pishro.cli import main

main()
