"""Copies of pictures without what cameras write into them, made in a process of their own.

A picture from outside is decoded by a child whose memory and time are bounded and which reads nothing but its input. A
child that dies, for whatever reason, means that there is no copy.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

#: Pixels that are decoded, and that a header may claim: a large JPEG is decoded at a smaller scale. More is taken for a
#: decompression bomb.
MAX_PIXELS, MAX_CLAIMED = 30_000_000, 120_000_000
#: The largest that telephones make is 8064 × 6048: that takes 370 MB of the child's memory, for all is decoded at once.
MAX_HEIF = 50_000_000
#: The longer edge, in pixels.
COPY, THUMB = 2560, 320
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
_SECONDS, _CPU_SECONDS, _MEMORY = 60, 30, 768 << 20


@dataclass(frozen=True)
class Prepared:
    """The two pictures that staff see; both hold pixels and nothing else."""

    copy: bytes
    copy_type: str
    thumb: bytes


def prepare(content: bytes) -> Prepared | None:
    """The copies of a picture; None where it is none that can be read safely. The thumbnail is a JPEG."""
    try:
        # -I: neither the environment nor the folder of this file decides what the child imports.
        child = subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-I", str(Path(__file__))],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    head, _, rest = child.stdout.partition(b"\n")
    told = json.loads(head)
    return Prepared(rest[: told["size"]], told["type"], rest[told["size"] :])


# ------------------------------------------------------------------ in the child


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    picture = _upright(sys.stdin.buffer.read())
    copy, copy_type = _encode(_within(picture, COPY))
    thumb, _ = _encode(_flat(_within(picture, THUMB)))
    sys.stdout.buffer.write(json.dumps({"type": copy_type, "size": len(copy)}).encode() + b"\n" + copy + thumb)


def _upright(content: bytes) -> Any:
    """The first frame, turned as the camera says, with nothing but its pixels."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(content), formats=_formats(content)) as opened:
        claimed = opened.width * opened.height
        opened.draft("RGB", (COPY, COPY))
        heif = opened.format == "HEIF"
        if claimed > MAX_CLAIMED or opened.width * opened.height > (MAX_HEIF if heif else MAX_PIXELS):
            raise SystemExit(2)
        if heif:  # decoded whole, and turned already: make it small before anything else takes a copy
            opened.thumbnail((COPY, COPY))
        turned = ImageOps.exif_transpose(opened)
    see_through = turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info
    bare = turned.convert("RGBA" if see_through else "RGB")
    bare.info = {}
    return bare


def _formats(content: bytes) -> tuple[str, ...]:
    """What may be opened. The library for HEIF is loaded for what says that it is one, and for nothing else."""
    if content[4:8] != b"ftyp":
        return FORMATS
    from pillow_heif import register_heif_opener

    # One thread, because each takes room of its own; the picture itself, never another one that came inside it.
    register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    return ("HEIF",)


def _within(picture: Any, edge: int) -> Any:
    smaller = picture.copy()
    smaller.thumbnail((edge, edge))
    return smaller


def _flat(picture: Any) -> Any:
    """On white, for a JPEG knows no transparency."""
    from PIL import Image

    if picture.mode == "RGB":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _encode(picture: Any) -> tuple[bytes, str]:
    into, kind = BytesIO(), "PNG" if picture.mode == "RGBA" else "JPEG"
    picture.save(into, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return into.getvalue(), f"image/{kind.lower()}"


if __name__ == "__main__":
    _child()
