"""English is complete, and every sentence can be filled in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from workflow import wording
from workflow.states import Status

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]


def extracted() -> set[str]:
    found: set[str] = set()
    for package in ("bot", "channels", "workflow", "webhooks"):
        keywords = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
        rows = extract_from_dir(
            str(ROOT / package), METHODS, {"**/templates/**.html": {"newstyle_gettext": "true"}}, keywords
        )
        for _, _, message, _, _ in rows:
            found.add(_first(message))  # type: ignore[arg-type]
    return found - {""}


def english() -> dict[str, str]:
    with (wording.DIRECTORY / "en" / "LC_MESSAGES" / "aduan.po").open("rb") as file:
        return {_first(m.id): _all(m.string) for m in read_po(file, locale="en") if m.id and not m.fuzzy}


def _first(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def _all(translation: str | tuple[str, ...] | list[str]) -> str:
    """The translation; of several plural forms the last, and nothing if one of them is empty."""
    if isinstance(translation, str):
        return translation
    return translation[-1] if all(translation) else ""


def test_every_sentence_has_an_english_one() -> None:
    translated = {key for key, value in english().items() if value.strip()}
    assert sorted(extracted() - translated) == []


def test_no_english_sentence_is_left_over() -> None:
    assert sorted(english().keys() - extracted()) == []


def test_translations_keep_their_places() -> None:
    places = re.compile(r"\{\w+\}|%\(\w+\)s")
    for source, target in english().items():
        assert sorted(places.findall(source)) == sorted(places.findall(target)), source


def test_every_status_has_public_and_office_words() -> None:
    assert set(wording.PUBLIC_STATUS) == set(wording.LABELS["status"]) == {str(s) for s in Status}


def test_templates_hold_no_bare_sentences() -> None:
    """Text between tags stands in a gettext call; numbers, punctuation and single signs may stand bare."""
    for path in (ROOT / "webhooks" / "templates").rglob("*.html"):
        text = re.sub(
            r"{%-?\s*trans[\s\S]*?endtrans\s*-?%}|{#[\s\S]*?#}|{%[\s\S]*?%}|{{[\s\S]*?}}|<!--[\s\S]*?-->",
            " ",
            path.read_text(),
        )
        bare = [t.strip() for t in re.findall(r">([^<>]+)<", text) if re.search(r"[A-Za-z]{3,}", t)]
        assert [t for t in bare if t not in ("Aduan", "PDF")] == [], path.name
