"""Writing an offline form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from assessments.choices import IndicatorKind
from assessments.exchange.offline import layout
from assessments.exchange.offline.mark import Mark, framework_digest
from assessments.exchange.offline.wording import (
    answer_rule,
    confidence_rule,
    instructions,
    range_rule,
    rationale_rule,
    source_rule,
    stance_rule,
)
from assessments.models import Assessment, Indicator, Rating, Source

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
TEXT = {"num_format": "@", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#808080"}
FORMATS: dict[str, dict[str, Any]] = {
    "marking": {"bold": True, "font_size": 12},
    "title": {"bold": True, "font_size": 14},
    "words": {"text_wrap": True, "valign": "top"},
    "heading": {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#D9E2EC"},
    "fixed": {**TEXT, "bg_color": "#F1F3F5"},
    "open": {**TEXT, "locked": False},
    "choice": {**TEXT, "locked": False, "num_format": "General", "align": "center"},
}
A4 = 9
# A single column is never shrunk to a page, so these have to fit one.
PORTRAIT_WIDTH, LANDSCAPE_WIDTH = 76, 110
FORMAT_ONLY = {"format_columns": True, "format_rows": True}


def offline_form(assessment: Assessment, sources: Iterable[Source], at: datetime) -> bytes:
    """The assessment as a workbook: a sheet for each dimension, with what is answered so far.

    ``sources`` are those offered for citing. Every text is written as text, never as a formula.
    """
    indicators = list(assessment.applicable_indicators().prefetch_related("anchors"))
    rows = assessment.ratings.prefetch_related("evidence__source")
    ratings = {rating.indicator_id: rating for rating in rows}
    file = BytesIO()
    with Workbook(file, OPTIONS) as workbook:
        form = _Form(workbook, assessment, at)
        form.first_page()
        groups = [list(group) for _code, group in groupby(indicators, lambda each: each.dimension)]
        names = layout.sheet_names(group[0].dimension for group in groups)
        for group in groups:
            form.dimension(names[group[0].dimension.code], group, ratings)
        offered = list(sources)[: layout.MOST_SOURCES]
        form.evidence(len(indicators), len(offered))
        form.sources(offered)
        form.mark(_mark(assessment, indicators, ratings), indicators)
    return file.getvalue()


def _mark(assessment: Assessment, indicators: Sequence[Indicator], ratings: dict[int, Rating]) -> Mark:
    found = {each.code: ratings.get(each.pk) for each in indicators}
    return Mark(
        assessment=assessment.pk,
        framework=assessment.framework.name,
        digest=framework_digest(assessment.framework),
        versions={code: rating.version if rating else 0 for code, rating in found.items()},
        left_out=[code for code, rating in found.items() if rating and _too_long(rating.rationale)],
    )


def _too_long(text: str) -> bool:
    return layout.units(text) > layout.LONGEST_CELL


@dataclass
class _Form:
    """A workbook that is being written."""

    workbook: Workbook
    assessment: Assessment
    at: datetime
    formats: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.formats = {name: self.workbook.add_format(style) for name, style in FORMATS.items()}
        self.marking = str(self.assessment.get_marking_display())
        self.workbook.set_properties(
            {"title": str(self.assessment), "comments": self.marking, "created": self.at.replace(tzinfo=None)}
        )

    def put(self, sheet: Worksheet, cell: str, text: str, style: str) -> None:
        """Write a text into a cell, as text whatever it begins with; what no cell can hold is cut."""
        if _too_long(text):
            text = f"{text[: layout.LONGEST_CELL // 2 - 1]}…"
        if text:
            sheet.write_string(cell, text, self.formats[style])
        else:
            sheet.write_blank(cell, None, self.formats[style])

    def sheet(self, name: str, title: str, words: str) -> Worksheet:
        """A protected sheet with the marking at its head and on each printed page."""
        sheet = self.workbook.add_worksheet(name)
        sheet.protect("", FORMAT_ONLY)
        self.put(sheet, "A1", self.marking, "marking")
        self.put(sheet, "A2", title, "title")
        self.put(sheet, "A3", str(self.assessment), "marking")
        sheet.write_string("A4", words)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4)
        marking, place = self.marking.replace("&", "&&"), name.replace("&", "&&")
        sheet.set_header(f"&C&B{marking}")
        sheet.set_footer(f"&L{place}&C&B{marking}&R&P / &N")
        return sheet

    def table(self, sheet: Worksheet, headings: dict[str, tuple[Any, int]]) -> None:
        head = layout.FIRST_ROW - 1
        for column, (heading, width) in headings.items():
            sheet.set_column(f"{column}:{column}", width)
            self.put(sheet, f"{column}{head}", str(heading), "heading")
        sheet.repeat_rows(head - 1)

    def first_page(self) -> None:
        sheet = self.sheet(
            layout.INSTRUCTIONS,
            _("Offline form"),
            _("Made on %(day)s.") % {"day": date_format(self.at, "j F Y, H:i e")},
        )
        sheet.set_portrait()
        sheet.set_column("A:A", PORTRAIT_WIDTH)
        for row, words in enumerate(instructions(self.assessment), start=layout.FIRST_ROW):
            self.put(sheet, f"A{row}", words, "words")
            sheet.set_row(row - 1, layout.height([(words, PORTRAIT_WIDTH)]))

    def dimension(self, name: str, indicators: Sequence[Indicator], ratings: dict[int, Rating]) -> None:
        dimension = indicators[0].dimension
        sheet = self.sheet(
            name,
            str(dimension),
            _("Fill in the white cells: answer, confidence and rationale. An empty cell is an open answer."),
        )
        self.table(sheet, layout.HEADINGS)
        for row, indicator in enumerate(indicators, start=layout.FIRST_ROW):
            self._indicator(sheet, row, indicator, ratings.get(indicator.pk))
        last = layout.FIRST_ROW + len(indicators) - 1
        self._choices(sheet, last)
        self.put(sheet, f"A{last + 2}", self.marking, "marking")
        sheet.freeze_panes(layout.FIRST_ROW - 1, 1)
        sheet.set_selection(f"{layout.ANSWER}{layout.FIRST_ROW}")

    def _indicator(self, sheet: Worksheet, row: int, indicator: Indicator, rating: Rating | None) -> None:
        question = f"{indicator.name}\n{indicator.question}"
        if indicator.kind == IndicatorKind.DESCRIPTIVE:
            question += "\n" + _(
                "Descriptive: places the pair between two poles and never counts in a score."
            )
        meanings = "\n".join(f"{score}: {words}" for score, words in sorted(indicator.scale.items()))
        rationale = rating.rationale if rating else ""
        if too_long := _too_long(rationale):
            rationale = _("This rationale is too long for a spreadsheet: edit it on the page.")
        texts = {
            layout.CODE: (indicator.code, "fixed"),
            layout.QUESTION: (question, "fixed"),
            layout.MEANINGS: (meanings, "fixed"),
            layout.CONFIDENCE: (_confidence(rating), "choice"),
            layout.RATIONALE: (rationale, "fixed" if too_long else "open"),
            layout.CITED: (_cited(rating), "fixed"),
        }
        for column, (text, style) in texts.items():
            self.put(sheet, f"{column}{row}", text, style)
        self._answer(sheet, f"{layout.ANSWER}{row}", rating)
        shown = [(text, layout.HEADINGS[column][1]) for column, (text, _style) in texts.items()]
        sheet.set_row(row - 1, layout.height(shown, layout.LEAST_LINES))

    def _answer(self, sheet: Worksheet, cell: str, rating: Rating | None) -> None:
        if rating and rating.score:
            sheet.write_number(cell, rating.score, self.formats["choice"])
        else:
            self.put(sheet, cell, layout.SHORT.get(rating.non_score, "") if rating else "", "choice")

    def _choices(self, sheet: Worksheet, last: int) -> None:
        for column, rule in (
            (layout.ANSWER, answer_rule()),
            (layout.CONFIDENCE, confidence_rule()),
            (layout.RATIONALE, rationale_rule()),
        ):
            sheet.data_validation(f"{column}{layout.FIRST_ROW}:{column}{last}", rule)

    def evidence(self, n_indicators: int, n_sources: int) -> None:
        sheet = self.sheet(
            layout.EVIDENCE,
            _("New evidence"),
            _("One line for each place that you cite. What is cited already stands beside the questions."),
        )
        self.table(sheet, layout.EVIDENCE_HEADINGS)
        last = layout.FIRST_ROW + layout.EVIDENCE_ROWS - 1
        for row in range(layout.FIRST_ROW, last + 1):
            sheet.set_row(row - 1, 2 * layout.POINTS_A_LINE)
            for column in layout.EVIDENCE_HEADINGS:
                self.put(sheet, f"{column}{row}", "", "open")
        first = layout.FIRST_ROW
        for column, rule in (
            (layout.INDICATOR, range_rule(layout.MARK, "B", 1, n_indicators)),
            (layout.SOURCE, source_rule(n_sources)),
            (layout.STANCE, stance_rule()),
        ):
            sheet.data_validation(f"{column}{first}:{column}{last}", rule)
        self.put(sheet, f"A{last + 2}", self.marking, "marking")
        sheet.freeze_panes(first - 1, 0)
        sheet.set_selection(f"A{first}")

    def sources(self, offered: Sequence[Source]) -> None:
        sheet = self.sheet(
            layout.SOURCES,
            _("Sources"),
            _("The library that you can cite from. On the sheet %(sheet)s, choose one of these lines.")
            % {"sheet": layout.EVIDENCE},
        )
        self.table(sheet, {"A": (_("Key and source"), LANDSCAPE_WIDTH)})
        for row, source in enumerate(offered, start=layout.FIRST_ROW):
            line = layout.source_line(source)
            self.put(sheet, f"A{row}", line, "fixed")
            sheet.set_row(row - 1, layout.height([(line, LANDSCAPE_WIDTH)]))
        sheet.freeze_panes(layout.FIRST_ROW - 1, 0)

    def mark(self, mark: Mark, indicators: Sequence[Indicator]) -> None:
        """The hidden sheet: the mark, and the codes that the list of indicators offers."""
        sheet = self.workbook.add_worksheet(layout.MARK)
        sheet.very_hidden()
        sheet.protect()
        sheet.write_string("A1", _("Do not change this sheet: it says what the form was made from."))
        sheet.write_string(f"A{layout.MARK_ROW}", mark.signed())
        for row, indicator in enumerate(indicators, start=1):
            sheet.write_string(f"B{row}", indicator.code)


def _confidence(rating: Rating | None) -> str:
    return str(rating.get_confidence_display()) if rating else ""


def _cited(rating: Rating | None) -> str:
    cited = rating.evidence.all() if rating else []
    return "\n".join(f"{evidence} ({evidence.get_stance_display()})" for evidence in cited)
