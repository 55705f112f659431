"""Colours of charts, light (also for print) and dark.

Each mark keeps a contrast of 3:1 with its background and each text 4.5:1; the two levels are told apart
by people with any colour blindness, and by their shapes (``tests/assessments/test_chart_colours.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    name: str
    background: str
    ink: str
    grid: str
    interval: str
    point: str
    political: str
    field: str

    def of_level(self, level: str) -> str:
        return {"political": self.political, "field": self.field}[level]


LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#33415c",
    grid="#e3e7ee",
    interval="#76849b",
    point="#0b5394",
    political="#0b5394",
    field="#b3500c",
)
DARK = Theme(
    name="dark",
    background="#1f2937",
    ink="#e5e7eb",
    grid="#374151",
    interval="#8793a8",
    point="#8fc1ee",
    political="#8fc1ee",
    field="#f2a65a",
)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}
