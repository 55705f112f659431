"""What an offline form tells whoever fills it in, and what its cells accept."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import RATIONALE_LIMIT, Confidence, Stance
from assessments.exchange.offline import layout
from assessments.models import Assessment


def answer_rule() -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(layout.ANSWERS),
        "input_title": _("Answer"),
        "input_message": _(
            "1 to 5. NA: not applicable, the question makes no sense here. "
            "IE: insufficient evidence, what you have does not answer it."
        ),
        "error_title": _("This is not an answer"),
        "error_message": _("1 to 5, NA or IE; or leave it empty."),
    }


def confidence_rule() -> dict[str, Any]:
    return {
        "validate": "list",
        "source": [str(label) for label in Confidence.labels],
        "error_title": _("This is not a confidence"),
        "error_message": _("Choose one of the list, or leave it empty."),
    }


def rationale_rule() -> dict[str, Any]:
    return {
        "validate": "length",
        "criteria": "<=",
        "value": RATIONALE_LIMIT,
        "error_title": _("This is too long"),
        "error_message": _("A rationale has at most %(limit)d characters.") % {"limit": RATIONALE_LIMIT},
    }


def stance_rule() -> dict[str, Any]:
    return {"validate": "list", "source": [str(label) for label in Stance.labels]}


def range_rule(sheet: str, column: str, first: int, number: int) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": f"='{sheet}'!${column}${first}:${column}${first + max(number, 1) - 1}",
    }


def source_rule(number: int) -> dict[str, Any]:
    """A list to choose from that also lets a new source be written."""
    return {
        **range_rule(layout.SOURCES, "A", layout.FIRST_ROW, number),
        "show_error": False,
        "input_title": _("Source"),
        "input_message": _(
            "Choose a line of the sheet Sources or write its key. "
            "A new source is written as Author (year): title, or Author (undated): title."
        ),
    }


def instructions(assessment: Assessment) -> list[str]:
    return [
        _("On behalf of %(organisation)s. Framework: %(framework)s.")
        % {"organisation": assessment.on_behalf_of, "framework": assessment.framework},
        _("1. Each dimension has a sheet. The white cells are yours; the grey ones are locked."),
        _(
            "2. Answer: choose 1 to 5 as described beside the question, NA (not applicable) or IE "
            "(insufficient evidence). Leave it empty while you have no answer."
        ),
        _("3. Confidence: choose %(levels)s.")
        % {"levels": ", ".join(str(each) for each in Confidence.labels)},
        _("4. Rationale: what the answer rests on. Alt and Enter begin a new line in a cell."),
        _("5. New evidence: one line for each place in a source, with the indicator that it belongs to."),
        _("6. Save the file as a workbook (.xlsx) and upload it on the page Offline form of the assessment."),
        _(
            "Before anything is saved, the page shows what is new, what changes, and where somebody has "
            "written something else meanwhile. Cells that you leave as they are change nothing. A cell that "
            "you empty takes your answer back."
        ),
        _(
            "Do not rename or delete sheets, and do not merge cells. Formulas are not read: write plain text "
            "and numbers. Several people can each fill in a form of their own."
        ),
        _("The form carries the marking of the assessment: %(marking)s. Keep and send it accordingly.")
        % {"marking": assessment.get_marking_display()},
    ]
