"""Which figures of a table may be published, so that no small one can be worked out. Pure.

A table with its sums is a flow: each figure is an arc between two nodes, each sum a node where what comes in goes out.
A hidden figure is safe if it could as well be another number, with every published figure as it is and none below
zero: if the flow could go round in a circle through its arc. Nor may what is hidden beneath a published sum add up to
a small number itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
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
        more = _cheapest(table, kept_back, weak)
        if not more:
            break
        kept_back |= more
    return kept_back


def _weak(table: dict[Key, Figure], kept_back: set[Key]) -> list[tuple[Hashable, ...]]:
    """Where something must be added: sums under which too little is hidden; the ends of figures with one solution."""
    secret = [table[key] for key in kept_back]
    thin: list[tuple[Hashable, ...]] = [(node,) for node in _thin(secret)]
    return thin or [(f.tail, f.head) for f in _bound(secret)]


def _thin(secret: list[Figure]) -> list[Hashable]:
    """Sums whose hidden parts add up to a known small number."""
    out, into = defaultdict[Hashable, list[int]](list), defaultdict[Hashable, list[int]](list)
    for figure in secret:
        out[figure.tail].append(figure.value)
        into[figure.head].append(figure.value)
    nodes = out.keys() | into.keys()
    one_sided = [(node, out[node] or into[node]) for node in nodes if not (out[node] and into[node])]
    return sorted((node for node, values in one_sided if sum(values) < LEAST), key=repr)


def _bound(secret: list[Figure]) -> list[Figure]:
    """The figures through which the flow cannot go round, upwards or downwards.

    One that is zero can only grow: its ends must lie in one circle. Of the others, which can do both, those that join
    what is not joined yet need a look of their own; every further one closes a circle. In a ministry's table that
    leaves few to look at among thousands.
    """
    ways: dict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for figure in secret:
        ways[figure.tail][figure.head] += 1
        if figure.value > 0:
            ways[figure.head][figure.tail] += 1
    circle = _circles(ways)
    fixed = [f for f in secret if f.value == 0 and circle[f.tail] != circle[f.head]]
    return fixed + [f for f in _joining(secret) if not _free(f, ways)]


def _joining(secret: Iterable[Figure]) -> Iterator[Figure]:
    """Of the figures above zero, as many as hold together what all of them hold together."""
    part: dict[Hashable, Hashable] = {}

    def of(node: Hashable) -> Hashable:
        while (above := part.get(node, node)) != node:
            node = above
        return node

    for figure in secret:
        one, other = of(figure.tail), of(figure.head)
        if figure.value > 0 and one != other:
            part[one] = other
            yield figure


def _free(figure: Figure, ways: Mapping[Hashable, Counter[Hashable]]) -> bool:
    """Whether the flow can go round through this figure, by ways other than its own."""
    return _leads(ways, figure.head, figure.tail) or _leads(ways, figure.tail, figure.head)


def _leads(ways: Mapping[Hashable, Counter[Hashable]], begin: Hashable, end: Hashable) -> bool:
    """Whether one end of a figure leads to the other; its own way counts once, and does not count."""
    fresh = {node for node, count in ways[begin].items() if node != end or count > 1}
    seen = {begin}
    while fresh:
        if end in fresh:
            return True
        seen |= fresh
        fresh = {node for place in fresh for node in ways.get(place, ())} - seen
    return False


def _circles(ways: Mapping[Hashable, Iterable[Hashable]]) -> dict[Hashable, int]:
    """The number of each node's circle: nodes that lead to each other have the same one."""
    back: dict[Hashable, list[Hashable]] = defaultdict(list)
    for node, nexts in ways.items():
        for following in nexts:
            back[following].append(node)
    seen = set[Hashable]()
    order = [node for begin in list(ways) for node in _finished(ways, begin, seen)]
    number: dict[Hashable, int] = {}
    seen = set()
    for begin in reversed(order):
        number |= dict.fromkeys(_finished(back, begin, seen), len(number))
    return number


def _finished(ways: Mapping[Hashable, Iterable[Hashable]], begin: Hashable, seen: set[Hashable]) -> list[Hashable]:
    """What a node leads to and was not seen yet, the farthest first, itself last."""
    if begin in seen:
        return []
    seen.add(begin)
    found, path = list[Hashable](), [(begin, iter(ways.get(begin, ())))]
    while path:
        node, nexts = path[-1]
        following = next((n for n in nexts if n not in seen), None)
        if following is None:
            found.append(node)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(ways.get(following, ()))))
    return found


def _cheapest(table: dict[Key, Figure], kept_back: set[Key], weak: Iterable[tuple[Hashable, ...]]) -> set[Key]:
    """For each place the smallest published figure at its nodes, else anywhere; a sum only where no part is left."""
    best: dict[Hashable, Figure] = {}
    shown = sorted((f for f in table.values() if f.key not in kept_back and not f.fixed), key=_rank)
    for figure in shown:
        best.setdefault(figure.tail, figure)
        best.setdefault(figure.head, figure)
    chosen = (min((best[n] for n in nodes if n in best), key=_rank, default=next(iter(shown), None)) for nodes in weak)
    return {figure.key for figure in chosen if figure}


def _rank(figure: Figure) -> tuple[int, int, Key]:
    return figure.rank, figure.value, figure.key
