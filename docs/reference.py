"""Write the API reference from docstrings: docs/reference/*.md, one page a public module.

    python docs/reference.py            # status 1 where a public name has no docstring

Sections of numpydoc become lists, examples become code; the order is that of `__all__`. A name that is public without a
docstring is an error, and so is a public method of a public class without one.
"""

__all__ = ["MODULES", "main", "page", "undocumented"]

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent / "reference"
MODULES = {
    "pishro": "Models, estimators and errors",
    "pishro.nn": "Networks",
    "pishro.likelihoods": "Costs",
    "pishro.optim": "Optimization",
    "pishro.training": "Training",
    "pishro.diagnosis": "Diagnosis and certificate",
    "pishro.models": "Parts of models",
    "pishro.data": "Tables",
    "pishro.plot": "Figures",
}
SECTION = re.compile(r"^(?P<title>[A-Z][\w ]+)\n-{3,}\n", re.MULTILINE)
ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)


def undocumented(module: ModuleType) -> list[str]:
    """Public names of a module, and public methods of its classes, that have no docstring."""
    missing = []
    for name in module.__all__:
        thing = getattr(module, name)
        if not inspect.isclass(thing) and not inspect.isfunction(thing):  # constants and names of types
            continue
        if not inspect.getdoc(thing):
            missing.append(f"{module.__name__}.{name}")
        for method, function in _methods(thing):
            if not inspect.getdoc(function):
                missing.append(f"{module.__name__}.{name}.{method}")
    return missing


def page(module: ModuleType, title: str) -> str:
    """The page of a module in Markdown."""
    lines = [f"# {title}: `{module.__name__}`", "", inspect.getdoc(module) or "", ""]
    for name in module.__all__:
        thing = getattr(module, name)
        if isinstance(thing, ModuleType):
            continue
        lines += [f"## {name}", ""]
        if not inspect.isclass(thing) and not inspect.isfunction(thing):
            lines += [f"`{_short(thing)}`", ""]
            continue
        lines += [f"```python\n{_signature(name, thing)}\n```", "", _sections(inspect.getdoc(thing) or ""), ""]
        methods = list(_methods(thing))
        lines += ["**Methods**", ""] if methods else []
        for method, function in methods:
            head = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
            kind = "" if callable(function) else " *(property)*"
            lines.append(f"- **`{method}`**{kind}: {head}")
        lines.append("")
    return "\n".join(lines)


def _methods(thing: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class of pishro writes itself."""
    if not inspect.isclass(thing):
        return
    fields = getattr(thing, "__dataclass_fields__", {})
    for name, value in vars(thing).items():
        if name in fields:  # a function that is a setting's default
            continue
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if not name.startswith("_") and (inspect.isfunction(plain) or isinstance(plain, property)):
            yield name, plain


def _signature(name: str, thing: Any) -> str:
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    shown = str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    shown = re.sub(r" at 0x[0-9a-f]+", "", re.sub(r"<([\w.]+ )?(\w+)[^>]*>", r"\2", shown))
    if len(name + shown) <= 100:
        return name + shown
    return f"{name}(\n" + "".join(f"    {p},\n" for p in _split(shown[1:-1])) + ")"


def _split(parameters: str) -> list[str]:
    """Parameters, split at the commas that stand in no bracket."""
    found, depth = [""], 0
    for letter in parameters:
        depth += letter in "([{"
        depth -= letter in ")]}"
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [p.strip() for p in found if p.strip()]


def _sections(text: str) -> str:
    """Markdown of a numpydoc docstring."""
    parts = SECTION.split(text)
    said = [_paragraphs(parts[0])]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title == "Examples":
            said.append(_examples(body))
        elif title in ("References", "Notes"):
            said.append(f"**{title}**\n\n{_paragraphs(body)}")
        else:
            said.append(f"**{title}**\n\n" + "\n".join(_entry(e) for e in ENTRY.split(body) if e.strip()))
    return "\n\n".join(said)


def _examples(body: str) -> str:
    """Lines of Python, perhaps between words."""
    pieces = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        pieces.append(f"```pycon\n{paragraph}\n```" if paragraph.lstrip().startswith(">>>") else paragraph)
    return "**Examples**\n\n" + "\n\n".join(pieces)


def _entry(text: str) -> str:
    names, _, meaning = text.strip().partition(" : ")
    if not meaning:
        names, _, meaning = text.strip().partition("\n")
    meaning = re.sub(r"\s*\n\s*", " ", meaning).strip()
    return f"- **`{names.strip()}`**: {meaning}" if meaning else f"- {names.strip()}"


def _paragraphs(text: str) -> str:
    """Paragraphs as they are; what is indented, a formula, becomes a block."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        indented = all(line.startswith("    ") for line in paragraph.splitlines() if line.strip())
        formula = "\n".join(line[4:] for line in paragraph.splitlines())
        blocks.append(f"```text\n{formula}\n```" if indented and paragraph.strip() else paragraph)
    return "\n\n".join(blocks)


def _short(thing: Any) -> str:
    shown = repr(thing)
    return shown if len(shown) <= 200 else f"{shown[:200]} …"


def main() -> int:
    """Write all pages; 1 where something public is undocumented."""
    FOLDER.mkdir(exist_ok=True)
    missing = []
    for name, title in MODULES.items():
        module = importlib.import_module(name)
        missing += undocumented(module)
        (FOLDER / f"{name.replace('pishro.', '')}.md").write_text(page(module, title), encoding="utf-8")
    if missing:
        print("Public and without a docstring: " + ", ".join(missing), file=sys.stderr)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
