"""The command line."""

__all__ = ["main"]

import os
import sys


def main() -> None:
    """Run the command line; bad input, and a disk that refuses, end with one sentence on stderr and exit status 2."""
    from pishro.errors import PishroError  # noqa: PLC0415

    try:
        from pishro.cli.app import app  # noqa: PLC0415

        app()
    except PishroError as error:
        sys.stderr.write(f"pishro: {error}\n")
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        file = f" '{os.fsdecode(error.filename)}'" if isinstance(error.filename, str | bytes) else ""
        sys.stderr.write(
            f"pishro: The system refuses a file{file} ({(error.strerror or str(error)).lower()}); what was to be "
            "replaced is as it was. Make room, or check the path and its rights.\n"
        )
        sys.exit(2)
    except KeyboardInterrupt:  # while the command itself is still being imported
        sys.stderr.write("pishro: interrupted; nothing on disk was changed.\n")
        sys.exit(130)
