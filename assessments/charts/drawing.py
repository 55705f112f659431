"""Charts as files: SVG and PNG, kept in the cache under what they show."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, cast
from xml.sax.saxutils import escape

import vl_convert
from django.core.cache import caches

from assessments.charts.chart import Chart
from assessments.charts.themes import Theme

RENDERER = version("vl-convert-python")
MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
PNG_SCALE = 2  # pixels for each of the drawing's own, so that it can be printed


@dataclass(frozen=True, slots=True)
class Drawing:
    """One file of a chart: ``specification`` is Vega-Lite, ``extension`` a key of :data:`MEDIA_TYPES`."""

    specification: Mapping[str, Any]
    extension: str
    title: str
    description: str

    @classmethod
    def of(cls, chart: Chart, theme: Theme, extension: str) -> "Drawing":
        return cls(chart.to_vega_lite(theme), extension, chart.title, chart.description)

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides what the file looks like: its specification with figures and words.

        Files that differ in anything that is drawn or said have different digests, whoever they are for: a
        picture in the cache can only reach somebody whose own figures would have made the same one.
        """
        shown = [RENDERER, self.extension, self.description, self.specification]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    def file(self) -> bytes:
        """The file, from the cache or drawn now; whoever calls has asked whether the viewer may see it."""
        return cast("bytes", caches["charts"].get_or_set(self.digest, self.draw))

    def draw(self) -> bytes:
        specification = json.dumps(self.specification)
        if self.extension == "png":
            png: bytes = vl_convert.vegalite_to_png(specification, scale=PNG_SCALE)
            return png
        return self._described(vl_convert.vegalite_to_svg(specification)).encode()

    def _described(self, svg: str) -> str:
        """The SVG with its title and description, which are all that a screen reader says of it."""
        end = svg.index(">")
        start = f'{svg[:end]} role="img" aria-labelledby="title description">'
        title = f'<title id="title">{escape(self.title)}</title>'
        return f'{start}{title}<desc id="description">{escape(self.description)}</desc>{svg[end + 1 :]}'
