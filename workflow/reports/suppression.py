"""Which figures of a table may be published, so that no small one can be worked out. Pure.

A table with its sums is a flow: each figure is an arc between two nodes, each sum a node where what comes in goes out.
A hidden figure is safe if it could as well be another number, with every published figure as it is and none below
zero: if the flow could go round in a circle through its arc. Nor may what is hidden beneath a published sum add up to
a small number itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

#: Figures below this are not published, zero included: where "none" is told, "hidden" tells of somebody.
LEAST = 5


#: (row, column); a sum has a name of its own there.
Key = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """One figure, from a node to a node; ``rank`` 1 for a sum, 2 for a sum of sums: they are hidden last.

    ``fixed``: decided elsewhere, and not hidden for this table's sake.
    """

    key: Key
    tail: Hashable
    head: Hashable
    value: int
    rank: int = 0
    fixed: bool = False


def line(parts: Mapping[Key, int], total: Key, *, fixed: bool = False) -> list[Figure]:
    """Parts that add up to a total."""
    figures = [Figure(key, "parts", "total", value) for key, value in parts.items()]
    return [*figures, Figure(total, "total", "parts", sum(parts.values()), 1, fixed)]


def grid(cells: Mapping[Key, int], all_rows: str, all_columns: str) -> list[Figure]:
    """A table of rows and columns with both sums: its keys are (row, column), those of sums have the names given."""
    rows, columns = defaultdict[str, int](int), defaultdict[str, int](int)
    figures = []
    for (row, column), value in cells.items():
        rows[row] += value
        columns[column] += value
        figures.append(Figure((row, column), ("row", row), ("column", column), value))
    figures += [Figure((row, all_columns), "rows", ("row", row), value, 1) for row, value in rows.items()]
    figures += [
        Figure((all_rows, column), ("column", column), "columns", value, 1) for column, value in columns.items()
    ]
    return [*figures, Figure((all_rows, all_columns), "columns", "rows", sum(rows.values()), 2)]


def hidden(figures: Iterable[Figure], already: Iterable[Key] = ()) -> set[Key]:
    """The keys of the figures that must not be published."""
    table = {figure.key: figure for figure in figures}
    kept_back = {key for key, figure in table.items() if figure.value < LEAST and not figure.fixed}
    kept_back |= set(already) & table.keys()
    while weak := _weak(table, kept_back):
        more = {key for nodes in weak if (key := _cheapest(table, kept_back, nodes))}
        if not more:
            break
        kept_back |= more
    return kept_back


def _weak(table: dict[Key, Figure], kept_back: set[Key]) -> list[tuple[Hashable, ...]]:
    """Where something must be added: sums under which too little is hidden; the ends of figures with one solution."""
    secret = [table[key] for key in kept_back]
    thin: list[tuple[Hashable, ...]] = [(node,) for node in _thin(secret)]
    return thin or [(f.tail, f.head) for f in secret if not _free(f, secret)]


def _thin(secret: list[Figure]) -> list[Hashable]:
    """Sums whose hidden parts add up to a known small number."""
    out, into = defaultdict[Hashable, list[int]](list), defaultdict[Hashable, list[int]](list)
    for figure in secret:
        out[figure.tail].append(figure.value)
        into[figure.head].append(figure.value)
    nodes = out.keys() | into.keys()
    one_sided = [(node, out[node] or into[node]) for node in nodes if not (out[node] and into[node])]
    return sorted((node for node, values in one_sided if sum(values) < LEAST), key=repr)


def _free(figure: Figure, secret: list[Figure]) -> bool:
    """Whether the flow can go round through this figure, upwards or downwards."""
    ways: dict[Hashable, set[Hashable]] = defaultdict(set)
    for other in secret:
        if other is not figure:
            ways[other.tail].add(other.head)
            if other.value > 0:
                ways[other.head].add(other.tail)
    return _leads(ways, figure.head, figure.tail) or (figure.value > 0 and _leads(ways, figure.tail, figure.head))


def _leads(ways: Mapping[Hashable, set[Hashable]], begin: Hashable, end: Hashable) -> bool:
    seen, edge = {begin}, [begin]
    while edge:
        fresh = {node for place in edge for node in ways.get(place, ())} - seen
        if end in fresh:
            return True
        seen |= fresh
        edge = list(fresh)
    return False


def _cheapest(table: dict[Key, Figure], kept_back: set[Key], nodes: tuple[Hashable, ...]) -> Key | None:
    """The smallest published figure at these nodes, else anywhere; a sum only where no part is left."""
    shown = [f for f in table.values() if f.key not in kept_back and not f.fixed]
    near = [f for f in shown if f.tail in nodes or f.head in nodes]
    chosen = min(near or shown, key=lambda f: (f.rank, f.value, f.key), default=None)
    return chosen.key if chosen else None
