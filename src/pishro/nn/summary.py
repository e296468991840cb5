"""What a network consists of, layer by layer, and the same as lines and as a table."""

__all__ = ["LayerFacts", "layer_facts", "summary_lines", "summary_table"]

import dataclasses

from pishro.nn.plan import Plan


@dataclasses.dataclass(frozen=True)
class LayerFacts:
    """One layer.

    Attributes
    ----------
    name, description : such as "dense1" and "20 tanh".
    sources : what it reads.
    shapes_in, shape_out : shape of one row of each source, and of its own.
    parameters : how many of its own; 0 where it shares another layer's.
    shares : name of that other layer.
    """

    name: str
    description: str
    sources: tuple[str, ...]
    shapes_in: tuple[tuple[int, ...], ...]
    shape_out: tuple[int, ...]
    parameters: int
    shares: str | None


def layer_facts(plan: Plan) -> list[LayerFacts]:
    """The layers in order."""
    facts = []
    for stage, blocks in zip(plan.stages, plan.blocks, strict=True):
        node = stage.node
        size = 0 if node.shares else sum(block.size for name, block in blocks if name not in stage.borrows)
        facts.append(
            LayerFacts(
                node.name, node.layer.describe(), node.sources, stage.shapes_in, stage.shape_out, size, node.shares
            )
        )
    return facts


def summary_lines(plan: Plan) -> list[str]:
    """One line a layer: name, shapes, activation, parameters."""
    lines = []
    for fact in layer_facts(plan):
        shapes = ", ".join(map(_shape, fact.shapes_in))
        count = f"the parameters of {fact.shares}" if fact.shares else f"{fact.parameters} parameters"
        lines.append(f"{fact.name}: {shapes} → {fact.description}, {count}")
    return lines


def summary_table(plan: Plan) -> str:
    """The layers as a table, with the sum of the parameters."""
    rows = [("layer", "reads", "what", "shape", "parameters")]
    rows += [(name, "", "input", _shape(shape), "") for name, shape in plan.inputs.items()]
    for fact in layer_facts(plan):
        count = f"of {fact.shares}" if fact.shares else f"{fact.parameters:,}"
        rows.append((fact.name, ", ".join(fact.sources), fact.description, _shape(fact.shape_out), count))
    rows.append(("", "", "", "", f"{plan.layout.size:,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row[:4], widths, strict=False)) for row in rows]
    return "\n".join(f"{line}  {row[4].rjust(widths[4])}" for line, row in zip(lines, rows, strict=True))


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
