"""Files that are either the old one or the whole new one, never half of it."""

__all__ = ["replacing"]

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pishro.errors import DataError


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _create(temporary: Path, final: Path) -> None:
    """Make the empty temporary file, with the rights of the file it will replace."""
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        os.close(descriptor)
        if final.exists():
            temporary.chmod(final.stat().st_mode & 0o777)
    except OSError as error:
        with contextlib.suppress(OSError):  # on a file system for reading alone even this is refused
            temporary.unlink()
        raise DataError(
            f"'{final}' was to be written, but its folder refuses a new file ({_reason(error)}); choose another folder."
        ) from error


def _flush(path: Path) -> None:
    """Ask the system to put a file, or the entries of a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the same folder that takes the place of `path` when the block ends well.

    A reader sees the old file or the complete new one; if the block raises, the old file stays and the temporary
    one is removed. A link is followed: the file it points to is replaced.

    Parameters
    ----------
    path : the file to write; its folder has to exist.

    Raises
    ------
    DataError : the folder is absent or refuses writing, or `path` is a folder.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = pathlib.Path(folder, "a.txt")
    ...     with replacing(target) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     target.read_text()
    'whole'
    """
    final = Path(os.path.realpath(path))
    if not final.parent.is_dir():
        raise DataError(f"'{path}' was to be written, but there is no folder '{final.parent}'; make the folder first.")
    if final.is_dir():
        raise DataError(f"A file name was expected, but '{path}' is a folder; add a file name.")
    # The suffix stays last because some writers choose the format by it.
    temporary = final.with_name(f".{final.stem[:100]}-{secrets.token_hex(6)}{final.suffix}")
    _create(temporary, final)
    try:
        yield temporary
        try:
            _flush(temporary)
            os.replace(temporary, final)
        except OSError as error:
            raise DataError(
                f"'{path}' could not be put in place ({_reason(error)}); the old file, if any, is untouched."
            ) from error
    finally:
        temporary.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # Some systems do not open folders; the file itself is already on the disk.
        _flush(final.parent)
