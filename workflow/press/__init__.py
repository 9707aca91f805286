"""The printing press: Typst documents from our templates. What people wrote enters as data, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workflow.press.glyphs import lost, printable

_TEMPLATES = Path(__file__).parent / "templates"


def typeset(
    template: str, data: Mapping[str, Any], made_at: datetime, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """An accessible PDF (PDF/UA-1) of ``templates/<template>.typ``.

    The template reads ``data`` as ``json("data.json")`` and a picture by its file name (``qr.svg``). The same input
    and ``made_at`` give the same bytes. A character that our fonts lack is printed as □, and ``replaced`` in the
    data is then true, so that the template can say so.
    """
    import typst

    clean, replaced = printable(dict(data), covered())
    with TemporaryDirectory(prefix="aduan-press-") as folder:
        room = Path(folder)
        for source in _TEMPLATES.glob("*.typ"):
            (room / source.name).write_bytes(source.read_bytes())
        (room / "data.json").write_text(json.dumps({**clean, "replaced": replaced}))
        for name, content in (pictures or {}).items():
            (room / name).write_bytes(content)
        return bytes(
            typst.compile(
                str(room / f"{template}.typ"),
                root=folder,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=made_at.replace(microsecond=0),  # the press refuses anything finer
            )
        )


def unprintable(text: str) -> list[str]:
    """The signs of a text that no font of ours has, each once. For plain ASCII the fonts are not read at all."""
    plain = all(" " <= character <= "~" or character in "\r\n" for character in text)
    return [] if plain else lost(text, covered())


def _font_folder() -> Path:
    """Where the DejaVu fonts lie that come with the library of our charts; found without loading it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("matplotlib")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(_font_folder())])


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """The code points that DejaVu Sans can print, upright and bold: every text can fall back on it."""
    from fontTools.ttLib import TTFont

    points = []
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        with TTFont(_font_folder() / name, lazy=True) as font:
            points.append(frozenset(font.getBestCmap()))
    return points[0] & points[1]
