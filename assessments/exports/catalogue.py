"""All data sets by name, and the data dictionary made from their columns."""

from collections.abc import Iterator
from typing import Any

from assessments.exports.dataset import Dataset
from assessments.exports.sets.assessed import ANSWERS, ASSESSMENTS, RATINGS
from assessments.exports.sets.concluded import FINDINGS, RECOMMENDATIONS, SCORECARDS
from assessments.exports.sets.learned import ACTIONS, LESSONS

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (RATINGS, ASSESSMENTS, ANSWERS, SCORECARDS, FINDINGS, RECOMMENDATIONS, LESSONS, ACTIONS)
}
DICTIONARY_COLUMNS = ["dataset", "column", "kind", "meaning", "values", "hxl"]


def dictionary() -> Iterator[dict[str, Any]]:
    """One entry for each column of each data set, in the order of the files."""
    for dataset in DATASETS.values():
        for column in dataset.columns:
            yield {
                "dataset": dataset.name,
                "column": column.name,
                "kind": str(column.kind),
                "meaning": str(column.about),
                "values": " ".join(column.values),
                "hxl": column.hxl,
            }
