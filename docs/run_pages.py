"""Run the documentation: every block of Python and of the shell on every page, top to bottom.

    python docs/run_pages.py                    # all; an error, a warning, or other output than shown: status 1
    python docs/run_pages.py course/neurons.md  # one of them
    python docs/run_pages.py --write            # put the output and the pictures of this run into the pages

The blocks of a page share their names and a folder, `docs/images/<page>/`, where a picture that a block saves is found
by the page (`figure.savefig("curve.svg")` on docs/a.md, `![…](images/a/curve.svg)`). A block of text that follows a
block at once holds what it printed; "..." stands for anything, and numbers may differ by a tenth. What a block writes
beside pictures is removed.

Persian pages have the code of their English page and are not run again; that they have it is checked.
"""

__all__ = ["Block", "agree", "blocks", "code_of", "main", "pages"]

import argparse
import contextlib
import dataclasses
import doctest
import io
import itertools
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import tokenize
import traceback
import warnings
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from pictures.picture_style import STYLE, save

DOCS = Path(__file__).parent

MOST_SECONDS = 60.0
PICTURES = {".svg", ".png", ".gif"}
FENCE = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")
NEAR, NOTHING = 0.1, 1e-6
"""Numbers agree to a tenth of themselves; what is smaller than the second is rounding."""

UNKNOWN = "..."
"""What an author writes for an output that `--write` is to fill in."""

OUTPUT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes
    ----------
    kind : "python" or "sh".
    code : its text.
    line : the line of the page before it.
    shown : the output below it, and where in the page that is; None where there is none.
    """

    kind: str
    code: str
    line: int
    shown: tuple[str, int, int] | None


def pages() -> list[Path]:
    """The pages that are run: all but the Persian ones and those that a program writes."""
    found = [p for p in DOCS.rglob("*.md") if p.relative_to(DOCS).parts[0] != "reference"]
    return sorted(p for p in found if "fa" not in p.relative_to(DOCS).parts)


def blocks(page: str) -> list[Block]:
    """The blocks of a page that can be run, in their order."""
    fences, found = list(FENCE.finditer(page)), []
    for fence, following in itertools.zip_longest(fences, fences[1:]):
        if fence["kind"] not in ("python", "sh"):
            continue
        shown = None
        if following and following["kind"] == "text" and not page[fence.end() : following.start()].strip():
            shown = following["text"], following.start("text"), following.end("text")
        found.append(Block(fence["kind"], fence["text"], page[: fence.start("text")].count("\n"), shown))
    return found


def code_of(page: str) -> list[list[str]]:
    """The tokens of each Python block, without comments and the text of strings: what a translation may change."""
    left_out = {tokenize.COMMENT, tokenize.NL}
    found = []
    for block in blocks(page):
        if block.kind == "python":
            tokens = tokenize.generate_tokens(io.StringIO(block.code).readline)
            found.append(["…" if t.type == tokenize.STRING else t.string for t in tokens if t.type not in left_out])
    return found


def agree(shown: str, printed: str) -> bool:
    """Whether the words are the same and the numbers nearly: another processor rounds, and so trains, otherwise."""
    if not doctest.OutputChecker().check_output(NUMBER.sub("0", shown), NUMBER.sub("0", printed), OUTPUT):
        return False
    if "..." in shown:
        return True
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=NEAR, abs_tol=NOTHING) for a, b in pairs)


def run(path: Path, write: bool) -> str:
    """Run a page; what is wrong with it, or ""."""
    text = path.read_text(encoding="utf-8")
    folder = DOCS / "images" / path.relative_to(DOCS).with_suffix("")
    names: dict[str, Any] = {"__name__": "__main__"}
    changes = []
    with tempfile.TemporaryDirectory() as work, contextlib.chdir(work):
        for block in blocks(text):
            try:
                printed = _python(block, path, names) if block.kind == "python" else _shell(block)
            except (Exception, SystemExit):
                return f"{path.relative_to(DOCS)}:{block.line}: {traceback.format_exc(limit=-1)}"
            if block.shown is None:
                continue
            new = write and block.shown[0].strip() == UNKNOWN
            if not new and agree(block.shown[0], printed):
                continue
            if not write:
                where = f"{path.relative_to(DOCS)}:{block.line}"
                return f"{where}: expected\n{block.shown[0]}\nreceived\n{printed}\n(--write puts it into the page)"
            changes.append((*block.shown[1:], printed))
        if write:
            _keep_pictures(Path(work), folder)
    for begin, end, printed in reversed(changes):
        text = text[:begin] + printed.rstrip("\n") + "\n" + text[end:]
    if changes:
        path.write_text(text, encoding="utf-8")
    return ""


def _python(block: Block, path: Path, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error")  # a reader who sees one looks for a mistake
        warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", DeprecationWarning)  # torch's of itself
        exec(compile("\n" * block.line + block.code, str(path), "exec"), names)
    return printed.getvalue()


def _shell(block: Block) -> str:
    programs = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-e", "-c", block.code], env=programs, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _keep_pictures(work: Path, folder: Path) -> None:
    for picture in sorted(work.rglob("*")):
        if picture.suffix in PICTURES:
            place = folder / picture.relative_to(work)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(picture.read_bytes())


def _style() -> None:
    """One look for the pictures, the same bytes in every run."""
    matplotlib.use("Agg")
    matplotlib.rcParams.update(STYLE)
    plain = Figure.savefig

    def savefig(figure: Figure, name: Any, **settings: Any) -> None:
        if settings or not str(name).endswith(".svg"):  # `save` calls this one with settings
            return plain(figure, name, **settings)
        save(figure, Path(name))

    Figure.savefig = savefig


def main() -> int:
    """Run what the command line names; 1 where a page is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help="paths below docs/; all where none is named")
    parser.add_argument("--write", action="store_true", help="put output and pictures into the pages")
    options = parser.parse_args()
    _style()
    wrong = 0
    for path in [DOCS / name for name in options.pages] or pages():
        began, used = time.perf_counter(), sum(os.times()[:4])
        told = run(path, options.write)
        seconds = min(
            time.perf_counter() - began, sum(os.times()[:4]) - used
        )  # what other programs took does not count
        if not told and seconds > MOST_SECONDS:
            told = f"it took longer than {MOST_SECONDS:.0f} s"
        wrong += bool(told)
        print(f"{seconds:6.1f} s  {path.relative_to(DOCS)}  {told}".rstrip(), flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
