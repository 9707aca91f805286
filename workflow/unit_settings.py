"""What a unit may set for itself, in one table: each setting with its bounds, read from a text, told as a text.

Files, commands and the console all pass here. What is set holds for what begins from now on; running deadlines stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from workflow import clocks, letters, people, retention, wording
from workflow.ladder import NOTICE_DAYS, PROOF_DAYS
from workflow.models import Unit
from workflow.slugs import SLUGS
from workflow.states import SUPERIORS
from workflow.typed import whole

MAX_TEXT = 200
#: Taken for "no longer set" where an empty field means "as it was".
REMOVE = "-"
_HOURS = re.compile(r"(\d{1,2})(?:[.:]00)?\s*[-–]\s*(\d{1,2})(?:[.:]00)?")
#: No clock may be longer: the alarm of the calendar reckons with sixty working days.
_LONGEST = {"working": 60, "calendar": 104, "minutes": 1440}
_DELAYS = {"delay_days": 30, "delay_minutes": 1440, "repeat_minutes": 1440}
_RUNGS = ("petugas", "kepala", "kanwil", "ditjenpas")


class Unfit(ValueError):
    """A setting that cannot be kept; ``reason`` is a word of the wording's table ``setting_fault``."""

    def __init__(self, key: str, reason: str, **values: object) -> None:
        self.key, self.reason, self.values = key, reason, values
        super().__init__(self.sentence("en"))

    def sentence(self, locale: str) -> str:
        """What is wrong, in a language; without the name of the setting."""
        return wording.label("setting_fault", self.reason, locale).format(**self.values)


@dataclass(frozen=True)
class Setting:
    """One setting: its dotted name, what reads it from a text, and what holds where it is not set."""

    key: str
    read: Callable[[str], Any]
    usual: str = ""

    @property
    def group(self) -> str:
        """The part of the page where it stands."""
        return self.key.partition(".")[0]


@lru_cache(maxsize=1)
def table() -> dict[str, Setting]:
    """Every setting by its dotted name."""
    return {setting.key: setting for setting in _settings()}


def _settings() -> Iterator[Setting]:
    for name in letters.LETTERHEAD:
        yield Setting(f"letterhead.{name}", _text(f"letterhead.{name}"))
    yield Setting("letter_number", _text("letter_number"), letters.DEFAULT_NUMBER)
    yield Setting("report_email", _email)
    yield Setting("office_hours", _office_hours, "8-16")
    for rule in clocks.rules().values():
        key = f"clocks.{rule.name}"
        yield Setting(key, _number(key, 1, _LONGEST[rule.kind]), str(rule.days))
    for urgency in ("default", *SLUGS["urgency"]):
        yield from _ladder(urgency)
    for name in retention.CLASSES:
        yield Setting(f"retention.{name}", _number(f"retention.{name}", 1, 100), str(retention.years(name)))
    yield Setting("proof_days", _number("proof_days", 1, 60), str(PROOF_DAYS))
    yield Setting("notice_days", _number("notice_days", 1, 60), str(NOTICE_DAYS))


def _ladder(urgency: str) -> Iterator[Setting]:
    usual = clocks.usual_ladder(urgency)
    for part in ("facility", "office"):
        key = f"ladder.{urgency}.{part}"
        yield Setting(key, _roles(key), ", ".join(getattr(usual, part)))
    for part, most in _DELAYS.items():
        key = f"ladder.{urgency}.{part}"
        yield Setting(key, _number(key, 1, most), str(getattr(usual, part)))


# ------------------------------------------------------------------ reading a text


def _text(key: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if len(typed) > MAX_TEXT:
            raise Unfit(key, "long", most=MAX_TEXT)
        if any(not character.isprintable() for character in typed):
            raise Unfit(key, "characters")
        return typed

    return read


def _number(key: str, least: int, most: int) -> Callable[[str], int]:
    def read(typed: str) -> int:
        number = whole(typed, most)
        if number < least:
            raise Unfit(key, "number", least=least, most=most)
        return number

    return read


def _email(typed: str) -> str:
    if not people.is_mail_address(typed):
        raise Unfit("report_email", "email")
    return typed.lower()


def _office_hours(typed: str) -> list[int]:
    found = _HOURS.fullmatch(typed)
    hours = [int(found[1]), int(found[2])] if found else [0, 0]
    if not 0 <= hours[0] < hours[1] <= 24:
        raise Unfit("office_hours", "hours")
    return hours


def _roles(key: str) -> Callable[[str], list[str]]:
    def read(typed: str) -> list[str]:
        named = [role.strip().lower() for role in typed.split(",")]
        if len(set(named)) != len(named) or not set(named) <= set(_RUNGS):
            raise Unfit(key, "roles", roles=", ".join(_RUNGS))
        if not set(named) & set(SUPERIORS.values()):
            raise Unfit(key, "above")
        return named

    return read


# ------------------------------------------------------------------ changing and telling


def changed(unit: Unit, key: str, typed: str, now: datetime) -> dict[str, Any]:
    """The unit's settings with this one changed; an empty text takes it away. Raises Unfit."""
    setting, typed = table().get(key), " ".join(typed.split())
    if setting is None:
        raise Unfit(key, "unknown", known=", ".join(sorted(table())))
    value = setting.read(typed) if typed else None
    if key == "letter_number" and value:
        try:
            letters.check_pattern(value, unit, now)
        except ValueError as error:
            raise Unfit(key, "pattern", most=letters.MAX_NUMBER) from error
    return _put(unit.settings or {}, key.split("."), value)


def _put(tree: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A copy of the tree with the value at its place, without branches that hold nothing."""
    name, *rest = path
    kept = {key: held for key, held in tree.items() if key != name}
    inner = _put(dict(tree.get(name, {})), rest, value) if rest else value
    return {**kept, name: inner} if inner not in (None, {}) else kept


def told(unit: Unit, key: str) -> str:
    """A setting of the unit as a text that ``changed`` reads; empty where it is not set."""
    value: Any = unit.settings or {}
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if key == "office_hours" and value:
        return f"{value[0]}-{value[1]}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def word(key: str, locale: str) -> str:
    """What a setting is called on the page."""
    group, *rest = key.split(".")
    if group == "clocks":
        return wording.label("rule", rest[0], locale)
    if group == "ladder":
        whose = wording.label("setting" if rest[0] == "default" else "urgency", rest[0], locale)
        return f"{whose}: {wording.label('setting', rest[1], locale)}"
    return wording.label("setting", rest[0] if group == "retention" else key, locale)
