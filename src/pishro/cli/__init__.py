"""The command line."""

__all__ = ["main"]

import os
import sys


def main() -> None:
    """Run the command line; bad input ends with one sentence on stderr and exit status 2."""
    from pishro.cli.app import app  # noqa: PLC0415
    from pishro.errors import PishroError  # noqa: PLC0415

    try:
        app()
    except PishroError as error:
        sys.stderr.write(f"pishro: {error}\n")
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
