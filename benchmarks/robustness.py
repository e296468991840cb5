"""What is lost when a fit is killed, and what damaged files do: `python -m benchmarks.robustness`.

Kills: `pishro fit` writes over the model of the fit before, with --resume where a checkpoint is left, and is ended by
SIGKILL, SIGTERM or SIGINT at a random moment. Afterwards the model file has to open, and to be the one before or the
new one, whole; and its report as well. The fits run in forks of this process, which has everything imported, so that
most of the moments fall into the work itself.

Damage: model files that are cut off, whose bits are flipped, whose header is changed or foreign; tables with pieces
left out and put in, read and predicted. Every one has to be refused with a sentence, or to be read. A damaged model
file that opens is one whose damage is none, or one without the checksum.
"""

__all__ = ["main"]

import argparse
import contextlib
import json
import os
import random
import signal
import struct
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

import pishro
from benchmarks.results import Row, write
from pishro.cli import main as command
from pishro.data import read_table
from pishro.errors import PishroError

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)

PIECES = ["\0", '"', ",", ";", "\t", "\n", "\r", "=1+1", "é", "🙂", "۱۲", "\u202e", "1e400", "nan", "-inf", "9" * 400]

VALUES: tuple[Any, ...] = (None, True, -1, 0, 1e308, float("nan"), 10**30, "", "../x", [], {}, [[1]], {"a": 1})


def table(path: Path) -> None:
    """Numbers, classes, dates and a target."""
    random_numbers = np.random.default_rng(0)
    x = random_numbers.normal(size=200)
    y = np.sin(2 * x) + random_numbers.normal(size=200) / 10
    lines = [f"{x[i]:.6f},{'ab'[i % 2]},2024-01-{1 + i % 28:02d},{y[i]:.6f}" for i in range(200)]
    path.write_text("\n".join(["x,kind,day,y", *lines]) + "\n", encoding="utf-8")


def fit(folder: Path, seed: int) -> int:
    """Start a fit in a fork; the process's number."""
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    with contextlib.suppress(OSError), Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    resume = ["--resume"] if (folder / "m.checkpoint").exists() else []
    sys.argv = ["pishro", "fit", str(folder / "t.csv"), "-t", "y", "-o", str(folder / "m.safetensors"), *resume]
    sys.argv += ["--members", "2", "--hidden", "4", "--seed", str(seed)]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        command()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        os._exit(status)


def kills(count: int, chance: random.Random) -> Iterator[Row]:
    """Fits over the model of the fit before, killed at random moments."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table(folder / "t.csv")
        began = time.perf_counter()
        if os.waitpid(fit(folder, 0), 0)[1]:
            sys.exit("The first fit, which nothing disturbed, failed.")
        seconds, written = time.perf_counter() - began, 0
        for number in SIGNALS:
            seen: Counter[str] = Counter()
            for _ in range(count // len(SIGNALS)):
                child = fit(folder, written + 1)
                time.sleep(chance.uniform(0, 1.05 * seconds))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, number)
                status = os.waitpid(child, 0)[1]
                seen["ended before"] += status == 0
                seen["killed"] += status != 0
                seed, problem = asked(folder, (written, written + 1))
                written = written if seed is None else seed
                seen["lost or damaged"] += bool(problem)
                if problem:
                    print(f"{number.name}: {problem}", file=sys.stderr)
            yield {"what": f"fit ended by {number.name}", "tries": seen["killed"] + seen["ended before"], **seen}


def asked(folder: Path, seeds: tuple[int, int]) -> tuple[int | None, str]:
    """`state`, found out in a fork: the threads of polars, once they run, would be missed in the forks that follow."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writes, json.dumps(state(folder, seeds)).encode())
        finally:
            os._exit(0)
    os.close(writes)
    os.waitpid(child, 0)
    with os.fdopen(reads) as answer:
        seed, problem = json.loads(answer.read() or '[null, "the model could not be looked at"]')
    return seed, problem


def state(folder: Path, seeds: tuple[int, int]) -> tuple[int | None, str]:
    """The seed of the model that is there, and what is wrong with the folder, if anything."""
    try:
        model = pishro.load(folder / "m.safetensors")
    except PishroError as error:
        return None, str(error)
    seed: int = model.record.seed
    page = (folder / "m.html").read_text(encoding="utf-8")
    if seed not in seeds or not page.rstrip().endswith("</html>"):
        return seed, f"the model is of seed {seed}, expected one of {seeds}; or its report is not whole"
    return seed, ""


def damages(count: int, chance: random.Random) -> Iterator[Row]:
    """Damaged model files and tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table(folder / "t.csv")
        model = pishro.fit(folder / "t.csv", "y", members=2, hidden=2, max_seconds=2)
        model.save(folder / "m")
        whole, text = (folder / "m").read_bytes(), (folder / "t.csv").read_bytes()

        def opened(data: bytes) -> None:
            (folder / "damaged").write_bytes(data)
            pishro.load(folder / "damaged")

        def predicted(data: bytes) -> None:
            (folder / "damaged.csv").write_bytes(data)
            model.predict(read_table(folder / "damaged.csv"))

        kinds: dict[str, tuple[Callable[[bytes], None], Callable[[], bytes]]] = {
            "model file cut off": (opened, lambda: whole[: chance.randrange(len(whole))]),
            "model file, bits flipped": (opened, lambda: flipped(whole, chance)),
            "model file, absurd sizes": (opened, lambda: struct.pack("<Q", chance.getrandbits(64)) + whole[8:]),
            "model file, header changed": (opened, lambda: reheaded(whole, chance)),
            "table, pieces changed, predicted": (predicted, lambda: edited(text, chance)),
            "table, bits flipped, predicted": (predicted, lambda: flipped(text, chance)),
        }
        for what, (use, damaged) in kinds.items():
            yield {"what": what, "tries": count, **tried(use, damaged, count)}


def tried(use: Callable[[bytes], None], damaged: Callable[[], bytes], count: int) -> Counter[str]:
    """How often the damage was refused with a sentence, read, or made the reader crash."""
    seen: Counter[str] = Counter()
    for _ in range(count):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                use(damaged())
            seen["read"] += 1
        except PishroError:
            seen["refused with a sentence"] += 1
        except Exception as error:  # whatever else comes is what is counted here
            seen["crashed"] += 1
            print(f"{type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    seen["crashed"] += 0
    return seen


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 10)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def edited(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 8)):
        at, dropped = chance.randrange(len(data)), chance.choice([0, 1, 5, 40])
        data = data[:at] + chance.choice(PIECES).encode() + data[at + dropped :]
    return data


def reheaded(data: bytes, chance: random.Random) -> bytes:
    """One entry of the header, at any depth, replaced by something else; without a checksum."""
    (size,) = struct.unpack("<Q", data[:8])
    outer = json.loads(data[8 : 8 + size])
    header = node = json.loads(outer["__metadata__"]["pishro"])
    while True:
        key = chance.choice(list(node) if isinstance(node, dict) else list(range(len(node))))
        if isinstance(node[key], dict | list) and node[key] and chance.random() < 0.7:
            node = node[key]
            continue
        node[key] = chance.choice(VALUES)
        break
    outer["__metadata__"] = {"pishro": json.dumps(header)}
    text = json.dumps(outer).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + size :]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=210, help="in all, a third by each signal")
    parser.add_argument("--damages", type=int, default=2000, help="of each kind")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance = random.Random(0)
    columns: tuple[str, ...] = ("what", "tries", "killed", "ended before", "refused with a sentence", "read")
    columns += ("lost or damaged", "crashed")
    rows = [*kills(options.kills, chance), *damages(options.damages, chance)]
    losses = sum(int(str(row.get(k, 0))) for row in rows for k in ("lost or damaged", "crashed"))
    killed = sum(int(str(row.get("killed", 0))) for row in rows)
    notes = [f"{killed} fits were killed (asked: 200); {losses} losses and crashes in all (asked: none)."]
    write("robustness", [{column: row.get(column, "") for column in columns} for row in rows], notes, ["polars"])
    return int(bool(losses))


if __name__ == "__main__":
    sys.exit(main())
