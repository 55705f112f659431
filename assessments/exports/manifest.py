"""The manifest of an export: what the file is, from what, by which filter, and how it can be checked."""

from typing import Any

from assessments.choices import Marking
from assessments.exports.catalogue import DATASETS
from assessments.models import Export

VERSION = 1


def manifest_of(export: Export) -> dict[str, Any]:
    """As plain values. ``rows`` counts rows of data: neither the header nor HXL tags."""
    return {
        "manifest_version": VERSION,
        "export": export.pk,
        "state": export.state,
        "dataset": export.dataset,
        "format": export.format,
        "hxl": export.hxl,
        "filter": export.filters,
        "file": export.filename,
        "rows": export.rows,
        "bytes": export.size,
        "sha256": export.sha256 or None,
        "marking": Marking(export.marking).label if export.marking else None,
        "frameworks": export.frameworks,
        "method_version": export.method_version,
        "made_at": export.at.isoformat(),
        "finished_at": export.finished_at.isoformat() if export.finished_at else None,
        "columns": [column.name for column in DATASETS[export.dataset].columns],
    }
