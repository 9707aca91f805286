"""What a file is: by its content, and by what its sender says only where the content does not tell."""

from __future__ import annotations

import re

#: What the first box of such a file calls itself (ISO/IEC 14496-12, 23008-12), beyond what the library knows.
_PICTURES = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}
)
_EVIDENCE = (
    "image/", "video/", "audio/", "application/pdf", "application/msword", "application/rtf", "application/vnd.ms-",
    "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.",
)  # fmt: skip
_TEXTS = (".txt", ".csv")
_SOUNDS = frozenset({b"M4A ", b"M4B ", b"M4P "})


def plain(declared: str) -> str:
    """The type alone: its parameters may name the file, and the column is not encrypted."""
    bare = declared.partition(";")[0].strip().lower()
    return bare if re.fullmatch(r"[a-z0-9.+-]{1,48}/[a-z0-9.+-]{1,48}", bare) else "application/octet-stream"


def real(content: bytes, declared: str) -> str:
    """The type as the content shows it."""
    import filetype

    if guessed := filetype.guess_mime(content):
        return str(guessed)
    if content[4:8] == b"ftyp":
        return _boxed(content[8:12])
    return "text/plain" if declared.startswith("text/") else "application/octet-stream"


def _boxed(brand: bytes) -> str:
    if brand in _PICTURES:
        return "image/heif"
    return "audio/mp4" if brand in _SOUNDS else "video/3gpp" if brand.startswith(b"3g") else "video/mp4"


def is_evidence(content: bytes, declared: str, name: str) -> bool:
    """Whether an official may add it to a report: pictures, films, sounds, PDF, papers of office programs, plain text.

    Families may send any file, for nothing of theirs is refused; who answers for the office has no need of a program.
    """
    kind = real(content, plain(declared))
    if kind == "text/plain":
        return name.lower().endswith(_TEXTS)
    return kind.startswith(_EVIDENCE)


def is_picture(kind: str) -> bool:
    """Whether staff see a copy of it that we drew."""
    return kind.startswith("image/")


def may_tell_place(kind: str) -> bool:
    """Whether a camera wrote it, which often adds place, time and device."""
    return kind.startswith(("image/", "video/"))
