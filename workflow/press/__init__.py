"""The printing press: Typst documents from our templates. What people wrote enters as data, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_TEMPLATES = Path(__file__).parent / "templates"


def typeset(
    template: str, data: Mapping[str, Any], made_at: datetime, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """An accessible PDF (PDF/UA-1) of ``templates/<template>.typ``.

    The template reads ``data`` as ``json("data.json")`` and a picture by its file name (``qr.svg``). The same input
    and ``made_at`` give the same bytes.
    """
    import typst

    with TemporaryDirectory(prefix="aduan-press-") as folder:
        room = Path(folder)
        for source in _TEMPLATES.glob("*.typ"):
            (room / source.name).write_bytes(source.read_bytes())
        (room / "data.json").write_text(json.dumps(data))
        for name, content in (pictures or {}).items():
            (room / name).write_bytes(content)
        return bytes(
            typst.compile(
                str(room / f"{template}.typ"),
                root=folder,
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=made_at,
            )
        )
