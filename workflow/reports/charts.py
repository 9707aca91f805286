"""Charts as SVG, text as outlines: the same figures give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Dark enough beside each other in print and for those who see no colours.
COLOURS = ("#12443f", "#c77b1e")
_OPTIONS: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "aduan",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
}
_WIDTH, _BAR, _MARGIN = 6.3, 0.34, 0.7


@dataclass(frozen=True)
class Bars:
    """Horizontal bars: a label each, one value for each series; several series stand behind one another."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]


def draw(bars: Bars) -> bytes:
    """The chart. matplotlib is loaded here, not before: it is slow."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    options: dict[Any, Any] = {
        "svg.fonttype": "path",
        "svg.hashsalt": "aduan",
        "font.family": "DejaVu Sans",
        "font.size": 8.5,
    }
    with matplotlib.rc_context(options):
        height = _MARGIN + _BAR * len(bars.labels) + (0.3 if len(bars.series) > 1 else 0)
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        _fill(figure.add_subplot(), bars)
        target = BytesIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
        return target.getvalue()


def _fill(axes: Axes, bars: Bars) -> None:
    from matplotlib.ticker import MaxNLocator

    places = range(len(bars.labels))
    behind, several = [0.0] * len(bars.labels), len(bars.series) > 1
    longest = max([1.0, *(sum(each) for each in zip(*(values for _, values in bars.series), strict=True))])
    for (name, values), colour in zip(bars.series, COLOURS, strict=False):
        drawn = axes.barh(places, values, left=behind, color=colour, height=0.62, label=name)
        numbers = [_number(v) if v > longest / 20 or not several else "" for v in values]
        axes.bar_label(drawn, numbers, padding=-14 if several else 3, color="white" if several else "#1b2325")
        behind = [a + b for a, b in zip(behind, values, strict=True)]
    axes.set_yticks(places, bars.labels)
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.08)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if several:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)


def _number(value: float) -> str:
    """As Indonesians write it; nothing for a bar of no length."""
    if not value:
        return ""
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.1f}".replace(".", ",")


def spoken(bars: Bars) -> str:
    """The chart in words, for those who cannot see it."""
    return "; ".join(f"{label} {_each(bars.series, n)}" for n, label in enumerate(bars.labels))


def _each(series: Sequence[tuple[str, tuple[float, ...]]], n: int) -> str:
    if len(series) == 1:
        return _number(series[0][1][n]) or "0"
    return ", ".join(f"{name} {_number(values[n]) or '0'}" for name, values in series)
