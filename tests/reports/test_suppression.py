"""No figure that is kept back can be worked out: every table of numbers that fits the published ones is tried."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.reports.suppression import LEAST, Figure, grid, hidden, line

Cells = dict[tuple[str, str], int]
SMALL = st.integers(0, 9)


def assert_safe(cells: Cells, build: Callable[[Cells], list[Figure]]) -> None:
    """Change the cells by one up or down in every combination: whatever is published must be able to stay as it is
    while each hidden figure changes. (Such a table of sums has a solution with steps of one if it has any.)"""
    figures = build(cells)
    secret = hidden(figures)
    assert [f.key for f in figures if f.key not in secret and f.value < LEAST] == []
    truth, changed = {f.key: f.value for f in figures}, set[tuple[str, str]]()
    for steps in product((-1, 0, 1), repeat=len(cells)):
        other = {key: value + step for (key, value), step in zip(cells.items(), steps, strict=True)}
        if min(other.values()) >= 0 and all(not step or key in secret for key, step in zip(cells, steps, strict=True)):
            told = {f.key: f.value for f in build(other)}
            if all(told[key] == truth[key] for key in truth if key not in secret):
                changed |= {key for key in truth if told[key] != truth[key]}
    assert changed == secret


@settings(max_examples=100, deadline=None)
@given(st.lists(SMALL | st.integers(5, 40), min_size=1, max_size=5))
def test_parts_of_one_sum(values: list[int]) -> None:
    assert_safe({("r", str(n)): value for n, value in enumerate(values)}, lambda cells: line(cells, ("r", "all")))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 2), st.integers(2, 3), st.data())
def test_rows_and_columns_with_both_sums(rows: int, columns: int, data: st.DataObject) -> None:
    cells = {(f"r{r}", f"c{c}"): data.draw(SMALL | st.integers(5, 40)) for r, c in product(range(rows), range(columns))}
    assert_safe(cells, lambda filled: grid(filled, "all", "all"))


def test_what_is_hidden_beneath_a_published_sum_is_no_small_number_itself() -> None:
    figures = line({("r", "a"): 1, ("r", "b"): 2, ("r", "c"): 7, ("r", "d"): 30}, ("r", "all"))
    assert hidden(figures) == {("r", "a"), ("r", "b"), ("r", "c")}


def test_a_table_without_small_figures_is_published_whole() -> None:
    assert hidden(grid({(r, c): 9 for r in "ab" for c in "xy"}, "all", "all")) == set()


def test_a_sum_that_is_published_elsewhere_is_left_as_it_is() -> None:
    parts = {("r", "a"): 4, ("r", "b"): 0}
    assert ("r", "all") not in hidden(line(parts, ("r", "all"), fixed=True))
    assert hidden(line({("r", "a"): 9}, ("r", "all"), fixed=True), [("r", "all")]) == {("r", "a"), ("r", "all")}


def test_the_table_of_a_whole_ministry_in_which_most_facilities_had_few_complaints() -> None:
    """532 facilities and 22 categories; one facility in forty had any complaint, three of them many."""
    cells = {(f"UPT-{n:03d}", f"c{c}"): (n // 40 + c) % 9 * (n % 40 == 0) for n in range(532) for c in range(22)}
    cells |= {(f"UPT-{n:03d}", f"c{c}"): 20 + c for n in (7, 8, 9) for c in range(22)}
    figures = grid(cells, "all", "all")
    secret = hidden(figures)
    assert [f.key for f in figures if f.value < LEAST and f.key not in secret] == []
    assert ("all", "all") not in secret, "the sum of the ministry is published"
    assert {("UPT-007", f"c{c}") for c in range(22)} - secret, "and so is what many complained of at one place"
