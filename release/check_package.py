"""Build the wheel and the sdist as they would be published, and use each outside the checkout.

    python release/check_package.py  # or: make package; both archives are in dist/ afterwards

A test in the checkout cannot see what a package lacks: the sources lie beside it. So both archives are compared with
what is tracked, and installed into an environment that has nothing else; a folder without sources is where pishro has
to train, predict, report and export there. Only the standard library is used here.
"""

__all__ = ["main"]

import email
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from email.message import Message
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
CONSTRAINTS = str(ROOT / "constraints.txt")

IN_SDIST = ("src/", "tests/", "docs/", "README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile")
"""What a distribution that builds from source and runs the tests needs."""

METADATA = ("Name", "Version", "Summary", "License-Expression", "License-File", "Requires-Python", "Classifier")

IMPORT = """
import importlib.metadata, importlib.resources, pishro
where = importlib.resources.files("pishro")
assert (where / "py.typed").is_file(), "py.typed is missing"
assert "site-packages" in pishro.__file__, pishro.__file__
assert all(hasattr(pishro, name) for name in pishro.__all__)
print("pishro", importlib.metadata.version("pishro"))
"""

SMOKE = (
    "pishro --help",
    "pishro fit --example diabetes --max-seconds 5 --seed 0",
    "python -c \"from pishro.data import load_example; load_example('diabetes')[0].head(5).write_csv('new.csv')\"",
    "pishro predict progression.safetensors new.csv -o out.csv --interval 0.9",
    "pishro report progression.safetensors -o fa.html --language fa",
    "pishro export progression.safetensors model.py --no-posterior",
    "python model.py --check",
    "test -s out.csv -a -s progression.html -a -s fa.html",
)


def main() -> int:
    """Build, compare, install, use; the first failure ends it."""
    with tempfile.TemporaryDirectory() as folder:
        tools, empty = _environment(Path(folder, "tools")), _environment(Path(folder, "empty"))
        work = Path(folder, "work")
        work.mkdir()
        for old in (*DIST.glob("pishro-*.whl"), *DIST.glob("pishro-*.tar.gz")):
            old.unlink()
        _run(tools, f"pip install --quiet build -c '{CONSTRAINTS}'", work)
        _run(tools, f"python -m build --outdir '{DIST}' '{ROOT}'", work)
        wheel, sdist = next(DIST.glob("pishro-*.whl")), next(DIST.glob("pishro-*.tar.gz"))
        _compare(wheel, sdist)
        _run(empty, f"pip install --quiet '{wheel}' -c '{CONSTRAINTS}'", work)
        for command in (f"python -c '{IMPORT}'", *SMOKE, "pip check"):
            _run(empty, command, work)
        _run(empty, f"pip install --quiet --no-deps --force-reinstall '{sdist}'", work)
        _run(empty, f"python -c '{IMPORT}'", work)
    print(f"Both archives are whole and work: {wheel.name}, {sdist.name}, in {DIST.name}/.")
    return 0


def _compare(wheel: Path, sdist: Path) -> None:
    """Refuse archives that lack a tracked file, or metadata that lack a field."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = listed.stdout.splitlines()
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        described = archive.read(next(n for n in inside if n.endswith(".dist-info/METADATA")))
    _refuse(wheel, {f.removeprefix("src/") for f in tracked if f.startswith("src/")} - inside)
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    _refuse(sdist, {f for f in tracked if f.startswith(IN_SDIST)} - inside)
    metadata: Message = email.message_from_bytes(described)
    _refuse(wheel, {name for name in METADATA if not metadata[name]})
    if metadata["Description-Content-Type"] != "text/markdown":
        _refuse(wheel, {"the README"})


def _refuse(archive: Path, missing: set[str]) -> None:
    if missing:
        raise SystemExit(f"{archive.name} lacks {', '.join(sorted(missing))}.")


def _environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    return folder / "bin"


def _run(programs: Path, command: str, work: Path) -> None:
    """Run a line of the shell in an environment, where nothing of the checkout can be imported."""
    print(f"$ {command.strip()}", flush=True)
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    settings = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONSTRAINT": CONSTRAINTS,  # also for the environments in which archives are built
    }
    if code := subprocess.run(["sh", "-e", "-c", command], cwd=work, env=known | settings).returncode:
        raise SystemExit(f"Status {code}: {command.strip()}")


if __name__ == "__main__":
    sys.exit(main())
