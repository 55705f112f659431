"""Colours of charts: contrast by WCAG 2.2, and that no colour blindness makes the two levels one."""

from itertools import pairwise

import numpy as np
import pytest

from assessments.charts.themes import DARK, LIGHT, Theme

# Full dichromacy in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)
Colour = np.ndarray[tuple[int], np.dtype[np.float64]]


def linear(colour: str) -> Colour:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((float(TO_XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lab(seen: Colour) -> Colour:
    xyz = TO_XYZ @ np.clip(seen, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, blindness: str) -> float:
    """CIE 1976 difference as seen; 2.3 is just noticeable."""
    seen = [lab(BLINDNESS[blindness] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_words_stand_out(theme: Theme) -> None:
    marks = {name: contrast(getattr(theme, name), theme.background) for name in MARKS}
    assert {name: ratio for name, ratio in marks.items() if ratio < 3} == {}
    assert contrast(theme.ink, theme.background) >= 4.5


MARKS = ("interval", "point", "political", "field")


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_levels_are_told_apart(theme: Theme, blindness: str) -> None:
    assert difference(theme.political, theme.field, blindness) > 20


def test_the_measures_see_what_is_too_close() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#ffffff", "#9aa5b8") < 3
    assert difference("#2ca02c", "#d62728", "none") > 60
    by_hue = [difference("#8a8a2c", "#a67f2c", blindness) for blindness in ("none", "deuteranopia")]
    assert all(seen > blind for seen, blind in pairwise(by_hue))
