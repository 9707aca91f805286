"""Charts as SVG, text as outlines: the same figures give the same bytes.

They are drawn in a child process that runs this file, for one report or for many, and ends: what draws them would stay
in the memory of the service.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Bar and number in it, told apart also in print and by those who see no colours: dark, amber, pale, brown.
COLOURS = (("#12443f", "white"), ("#c77b1e", "#1b2325"), ("#b9d1cb", "#1b2325"), ("#6d2410", "white"))
_WIDTH, _BAR, _MARGIN = 6.3, 0.34, 0.7
_SECONDS = 120


@dataclass(frozen=True)
class Bars:
    """Horizontal bars: a label each, one value for each series; several series stand behind one another."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]


class Pen:
    """The child, started by the first chart; it ends with the block, or when it takes too long."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def draw(self, charts: Mapping[str, Bars]) -> dict[str, bytes]:
        """Each chart by its name. Raises OSError where they cannot be drawn, or not in time."""
        if self._child is None:
            # -I: neither the environment nor the folder of this file decides what the child imports.
            command = [sys.executable, "-I", str(Path(__file__))]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own file
        wanted = json.dumps({name: asdict(bars) for name, bars in charts.items()}).encode()
        told = self._ask(self._child, wanted)
        if not told.endswith(b"\n"):
            self.__exit__()
            raise OSError("the charts could not be drawn")
        return {name: drawn.encode() for name, drawn in json.loads(told).items()}

    def _ask(self, child: subprocess.Popen[bytes], wanted: bytes) -> bytes:
        if child.stdin is None or child.stdout is None:
            return b""
        alarm = threading.Timer(_SECONDS, child.kill)
        alarm.start()
        try:
            child.stdin.write(wanted + b"\n")
            child.stdin.flush()
            return child.stdout.readline()
        except BrokenPipeError:
            return b""
        finally:
            alarm.cancel()


def spoken(bars: Bars) -> str:
    """The chart in words, for those who cannot see it."""
    return "; ".join(f"{label} {_each(bars.series, n)}" for n, label in enumerate(bars.labels))


def _each(series: Sequence[tuple[str, tuple[float, ...]]], n: int) -> str:
    if len(series) == 1:
        return _number(series[0][1][n]) or "0"
    return ", ".join(f"{name} {_number(values[n]) or '0'}" for name, values in series)


def _number(value: float) -> str:
    """As Indonesians write it; nothing for a bar of no length."""
    if not value:
        return ""
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.1f}".replace(".", ",")


# ------------------------------------------------------------------ in the child


def _child() -> None:
    for line in sys.stdin.buffer:
        wanted = json.loads(line).items()
        drawn = {name: _draw(Bars(tuple(told["labels"]), _series(told["series"]))) for name, told in wanted}
        sys.stdout.write(json.dumps({name: content.decode() for name, content in drawn.items()}) + "\n")
        sys.stdout.flush()


def _series(told: Sequence[Sequence[Any]]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple((name, tuple(values)) for name, values in told)


def _draw(bars: Bars) -> bytes:
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
    for (name, values), (colour, ink) in zip(bars.series, COLOURS, strict=False):
        drawn = axes.barh(places, values, left=behind, color=colour, height=0.62, label=name)
        if several:
            inside = [_number(v) if v > longest / 40 * len(_number(v)) else "" for v in values]
            axes.bar_label(drawn, inside, label_type="center", color=ink)
        else:
            axes.bar_label(drawn, [_number(v) for v in values], padding=3, color="#1b2325")
        behind = [a + b for a, b in zip(behind, values, strict=True)]
    axes.set_yticks(places, bars.labels)
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.08)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if several:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(bars.series), frameon=False)


if __name__ == "__main__":
    _child()
