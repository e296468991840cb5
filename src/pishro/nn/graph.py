"""The graph: nodes given in any order become stages in an order in which each one's sources stand before it.

What cannot be a feed-forward network is refused here, with the name of the node: a cycle, a name that does not exist,
a node or an input that nothing reads, shapes that do not fit, parameters shared between different layers.
"""

__all__ = ["arrange", "chain_nodes", "graph_nodes", "places"]

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pishro.errors import SettingError, ShapeError, unknown_name
from pishro.nn.join import Join
from pishro.nn.layer import Layer
from pishro.nn.node import LayerStage, Node, Shape, Stage, stage


def chain_nodes(layers: Sequence[Layer]) -> tuple[Node, ...]:
    """Layers one behind the other, named dense1, dense2, … by kind."""
    if not layers:
        raise SettingError("A network needs at least one layer, received none.")
    nodes: list[Node] = []
    for layer in layers:
        count = 1 + sum(n.layer.kind == layer.kind for n in nodes)
        nodes.append(Node(f"{layer.kind}{count}", layer, (nodes[-1].name if nodes else "x",)))
    return tuple(nodes)


def graph_nodes(first: str, layers: Mapping[str, Any]) -> tuple[Node, ...]:
    """The nodes that `Network.graph` was given; `first` is what the first entry reads."""
    nodes: dict[str, Node] = {}
    previous = first
    for name, entry in layers.items():
        what, *sources = entry if isinstance(entry, tuple) else (entry,)
        nodes[name] = Node(name, what, tuple(sources) or (previous,))
        previous = name
    for name, node in nodes.items():
        if isinstance(node.layer, str):
            nodes[name] = Node(name, _shared(nodes, node), node.sources, node.layer)
        elif not isinstance(node.layer, Layer | Join):
            raise SettingError(
                f"Layer {name!r}: expected a layer, a join or the name of a layer to share, "
                f"received {type(node.layer).__name__}."
            )
    return tuple(nodes.values())


def _shared(nodes: Mapping[str, Node], node: Node) -> Layer:
    shared = str(node.layer)
    if shared not in nodes:
        raise SettingError(f"Layer {node.name!r}: " + unknown_name("layer to share", shared, nodes))
    layer = nodes[shared].layer
    if not isinstance(layer, Layer):
        raise SettingError(f"Layer {node.name!r}: expected the name of a layer with parameters, received {shared!r}.")
    return layer


def arrange(inputs: Mapping[str, Shape], nodes: Sequence[Node], output: str) -> tuple[Stage, ...]:
    """The nodes as stages, in the order in which the forward path walks them.

    Raises
    ------
    SettingError, ShapeError
        If they are no feed-forward network.
    """
    _check_names(inputs, nodes, output)
    ordered = _sorted(inputs, nodes)
    _check_all_read(inputs, ordered, output)
    shapes = dict(inputs)
    stages: list[Stage] = []
    for node in ordered:
        made = stage(node, tuple(shapes[s] for s in node.sources))
        shapes[node.name] = made.shape_out
        stages.append(made)
    _check_shared(stages)
    _check_borrowed(stages)
    return _adding(stages)


def places(made: Stage) -> dict[str, str]:
    """Where each parameter of a stage lies: its own name → its name in the layout."""
    owner, borrowed = made.node.shares or made.node.name, made.borrows
    return {name: borrowed.get(name, f"{owner}.{name}") for name, _ in made.parameters()}


def _adding(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages, each knowing which parameters have a user behind it."""
    behind: set[str] = set()
    known: list[Stage] = []
    for made in reversed(stages):
        own = places(made)
        if isinstance(made, LayerStage) and not behind.isdisjoint(own.values()):
            made = dataclasses.replace(made, adds=frozenset(name for name, place in own.items() if place in behind))
        behind.update(own.values())
        known.insert(0, made)
    return tuple(known)


def _check_names(inputs: Mapping[str, Shape], nodes: Sequence[Node], output: str) -> None:
    if not inputs:
        raise SettingError("A network needs at least one input, received none.")
    names = [*inputs, *(n.name for n in nodes)]
    for name in names:
        if names.count(name) > 1:
            raise SettingError(f"Two layers or inputs are named {name!r}; give each its own name.")
        if not name or "." in name:
            raise SettingError(f"Expected a layer's name without a dot, received {name!r}.")
    for node in nodes:
        for source in node.sources:
            if source not in names:
                raise SettingError(f"Layer {node.name!r}: " + unknown_name("layer or input", source, names))
    if output not in names[len(inputs) :]:
        raise SettingError("The network's output: " + unknown_name("layer", output, [n.name for n in nodes]))


def _sorted(inputs: Mapping[str, Shape], nodes: Sequence[Node]) -> list[Node]:
    # always the first node in the given order whose sources are all there, so a chain stays as it is
    done, waiting, ordered = set(inputs), list(nodes), list[Node]()
    while waiting:
        ready = next((n for n in waiting if done.issuperset(n.sources)), None)
        if ready is None:
            raise SettingError(_ring(waiting, done))
        waiting.remove(ready)
        done.add(ready.name)
        ordered.append(ready)
    return ordered


def _ring(waiting: Sequence[Node], done: set[str]) -> str:
    # each waiting node waits for another one; following them must come back
    nodes = {n.name: n for n in waiting}
    trail = [waiting[0].name]
    while True:
        following = next(s for s in nodes[trail[-1]].sources if s not in done)
        if following in trail:
            ring = " ← ".join([*trail[trail.index(following) :], following])
            return (
                f"Layer {following!r} reads itself by way of {ring}; a feed-forward network has no cycle. "
                "Feed past outputs in as an input, through a tapped delay line."
            )
        trail.append(following)


def _check_all_read(inputs: Mapping[str, Shape], nodes: Sequence[Node], output: str) -> None:
    read = {output}
    for node in reversed(nodes):
        if node.name in read:
            read.update(node.sources)
    for kind, names in (("Layer", [n.name for n in nodes]), ("Input", list(inputs))):
        for name in names:
            if name not in read:
                raise SettingError(f"{kind} {name!r} does not lead to the output {output!r}; join it, or leave it out.")


def _check_shared(stages: Sequence[Stage]) -> None:
    owners = {s.node.name: s for s in stages}
    for made in stages:
        if made.node.shares is None:
            continue
        owner = owners.get(made.node.shares)
        if owner is None or owner.node.shares is not None or owner.layer != made.layer:
            raise SettingError(
                f"Layer {made.node.name!r}: expected to share the parameters of a layer that has its own and is the "
                f"same layer, received {made.node.shares!r}."
            )
        if owner.parameters() != made.parameters():
            raise ShapeError(
                f"Layer {made.node.name!r}: it shares the parameters {owner.parameters()} of {made.node.shares!r}, but "
                f"its own input of shape {made.shapes_in[0]} would need {made.parameters()}."
            )


def _check_borrowed(stages: Sequence[Stage]) -> None:
    owned = {f"{s.node.name}.{name}": shape for s in stages if not s.node.shares for name, shape in s.parameters()}
    for made in stages:
        for name in made.borrows:
            owned.pop(f"{made.node.name}.{name}", None)
    for made in stages:
        for name, shape in made.parameters():
            place = made.borrows.get(name)
            if place is not None and place not in owned:
                raise SettingError(f"Layer {made.node.name!r}: " + unknown_name("parameter to borrow", place, owned))
            if place is not None and owned[place] != shape:
                raise ShapeError(
                    f"Layer {made.node.name!r}: it borrows {place!r} of shape {owned[place]}, but needs {shape}."
                )
