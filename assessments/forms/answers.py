"""Answering indicators, and settling what two people answered differently."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assessments.actions.recording import AnswerInput
from assessments.choices import RATIONALE_LIMIT, Confidence, NonScore
from assessments.consistency import is_older
from assessments.models import Assessment, Indicator, Rating

OPEN_ANSWER = ("", _("No answer yet"))
OPEN_CONFIDENCE = ("", _("Not said yet"))
MEANINGS = {
    NonScore.NOT_APPLICABLE: _(
        "The question makes no sense here, for instance because nothing was handed over. "
        "It does not count as missing."
    ),
    NonScore.INSUFFICIENT_EVIDENCE: _(
        "The question makes sense, but what you have does not answer it. "
        "It counts as a gap in what is known; do not guess instead."
    ),
    Confidence.LOW: _("Little to go by, or hearsay. Needs no evidence."),
    Confidence.MODERATE: _("Sound sources, but few, or not quite on the point."),
    Confidence.HIGH: _("Several independent sources agree, or a document settles it."),
}


class TextWithLines(forms.CharField):
    """Text whose line ends are the same however a browser sends them."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(value) or ""


class AnswerForm(forms.Form):
    """One indicator's answer. Everything may stay open in a draft; ``version`` is the one that was read.

    ``threads`` and ``remarks`` are what its page shows beside it: comments, and what the checks found.
    """

    threads: Sequence[object] = ()
    remarks: Sequence[object] = ()

    answer = forms.ChoiceField(label=_("Answer"), required=False, widget=forms.RadioSelect)
    rationale = TextWithLines(
        label=_("Rationale"),
        required=False,
        max_length=RATIONALE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control", "autocomplete": "off"}),
        help_text=_(
            "What the answer rests on. A line that begins with - becomes a list; "
            "**stars** make bold, [words](address) a link."
        ),
    )
    confidence = forms.ChoiceField(
        label=_("Confidence"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*Confidence.choices, OPEN_CONFIDENCE],
    )
    version = forms.IntegerField(
        label=_("Version"),
        min_value=0,
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("This page is too old to save from: open it again.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        indicator: Indicator,
        rating: Rating | None,
        earlier: Rating | None = None,
        start: int = 0,
    ):
        """``earlier`` is the answer of the assessment that this one continues, from the year ``start`` on."""
        self.indicator, self.rating, self.earlier, self.start = indicator, rating, earlier, start
        super().__init__(data, prefix=indicator.code, initial=_initial(rating))
        self.fields["answer"].choices = answer_choices(indicator)  # type: ignore[attr-defined]
        self.fields["rationale"].widget.attrs["aria-describedby"] = f"id_{self.prefix}-rationale_helptext"

    def options(self, name: str) -> list[dict[str, Any]]:
        """The radio buttons of a field, each with its value and what choosing it means."""
        return [
            {
                "button": button,
                "value": button.data["value"],
                "meaning": MEANINGS.get(button.data["value"], ""),
            }
            for button in self[name]
        ]

    @property
    def answers(self) -> list[dict[str, Any]]:
        return self.options("answer")

    @property
    def confidences(self) -> list[dict[str, Any]]:
        return self.options("confidence")

    @property
    def cited(self) -> list[dict[str, Any]]:
        """The evidence cited, and whether it is carried over and older than the period."""
        return [
            {
                "evidence": evidence,
                "carried": self.earlier is not None and self.earlier.cites(evidence),
                "older": self.earlier is not None and is_older(evidence, self.start, self.earlier),
            }
            for evidence in (self.rating.evidence.all() if self.rating else ())
        ]

    @property
    def earlier_can_be_cited(self) -> bool:
        """Whether the earlier answer has evidence that is not cited here yet."""
        earlier = self.earlier.evidence.all() if self.earlier else ()
        return any(self.rating is None or not self.rating.cites(evidence) for evidence in earlier)

    def chosen_rationale(self) -> str:
        text: str = self.cleaned_data["rationale"]
        return text

    def answer_input(self) -> AnswerInput:
        """The validated answer as the recording action takes it."""
        answer = self.cleaned_data["answer"]
        return AnswerInput(
            indicator=self.indicator,
            score=int(answer) if answer.isdigit() else None,
            non_score="" if answer.isdigit() else answer,
            rationale=self.chosen_rationale(),
            confidence=self.cleaned_data["confidence"],
            version=self.cleaned_data["version"],
        )


class SettlingForm(AnswerForm):
    """An answer that somebody else has changed meanwhile: mine, theirs, or a text made of both.

    Both sides travel with the form, so that they can be offered again when a third change comes in between.
    """

    MINE, THEIRS, MERGED = "mine", "theirs", "merged"

    rationale_from = forms.ChoiceField(
        choices=[(MINE, _("Mine")), (THEIRS, _("Theirs")), (MERGED, _("The text below"))],
        widget=forms.RadioSelect,
        required=False,
    )
    rationale_mine = TextWithLines(required=False, max_length=RATIONALE_LIMIT, widget=forms.HiddenInput)
    rationale_theirs = TextWithLines(required=False, max_length=RATIONALE_LIMIT, widget=forms.HiddenInput)
    answer_mine = forms.CharField(required=False, widget=forms.HiddenInput)
    answer_theirs = forms.CharField(required=False, widget=forms.HiddenInput)
    confidence_mine = forms.CharField(required=False, widget=forms.HiddenInput)
    confidence_theirs = forms.CharField(required=False, widget=forms.HiddenInput)

    def options(self, name: str) -> list[dict[str, Any]]:
        """Of all buttons those that one of the two has chosen, with whose they are."""
        mine, theirs = (self[f"{name}_{side}"].value() or "" for side in (self.MINE, self.THEIRS))
        return [
            option | {"mine": option["value"] == mine, "theirs": option["value"] == theirs}
            for option in super().options(name)
            if option["value"] in {mine, theirs}
        ]

    @property
    def sides(self) -> list[tuple[forms.BoundField, list[dict[str, Any]]]]:
        return [(self[name], self.options(name)) for name in ("answer", "confidence")]

    @property
    def rationales_differ(self) -> bool:
        return bool(self["rationale_mine"].value() != self["rationale_theirs"].value())

    def chosen_rationale(self) -> str:
        chosen = self.cleaned_data["rationale_from"]
        field = f"rationale_{chosen}" if chosen in {self.MINE, self.THEIRS} else "rationale"
        text: str = self.cleaned_data[field]
        return text


def answer_choices(indicator: Indicator) -> list[tuple[str, Any]]:
    """The scores, each with what it means, the non-scores, and no answer."""
    scores = [(str(score), words) for score, words in sorted(indicator.scale.items())]
    return [*scores, *((value, label) for value, label in NonScore.choices), OPEN_ANSWER]


def answer_value(answered: Rating | AnswerInput) -> str:
    """The score or non-score as the form names it."""
    return str(answered.score) if answered.score else answered.non_score


def _initial(rating: Rating | None) -> dict[str, Any]:
    if rating is None:
        return {"version": 0, "answer": "", "confidence": ""}
    return {
        "answer": answer_value(rating),
        "rationale": rating.rationale,
        "confidence": rating.confidence,
        "version": rating.version,
    }


def answer_form(
    data: QueryDict | None, *, indicator: Indicator, rating: Rating | None, **earlier: Any
) -> AnswerForm:
    """The form that ``data`` was sent from: an answer, or the settling of two."""
    settling = data is not None and f"{indicator.code}-rationale_mine" in data
    return (SettlingForm if settling else AnswerForm)(data, indicator=indicator, rating=rating, **earlier)


def answer_forms(
    assessment: Assessment, indicators: list[Indicator], data: QueryDict | None = None
) -> list[AnswerForm]:
    rows = assessment.ratings.filter(indicator__in=indicators).select_related("updated_by")
    ratings = {rating.indicator_id: rating for rating in rows.prefetch_related("evidence__source")}
    earlier = assessment.earlier_ratings()
    return [
        answer_form(
            data,
            indicator=indicator,
            rating=ratings.get(indicator.pk),
            earlier=earlier.get(indicator.pk),
            start=assessment.period_start,
        )
        for indicator in indicators
    ]


def settling_form(mine: AnswerInput, theirs: Rating) -> SettlingForm:
    """The form that offers both answers, having read ``theirs``; by default it keeps every word of both."""
    form = SettlingForm(indicator=mine.indicator, rating=theirs)
    form.initial = {
        "answer": answer_value(mine),
        "confidence": mine.confidence,
        "rationale": _both(mine.rationale, theirs.rationale),
        "answer_mine": answer_value(mine),
        "answer_theirs": answer_value(theirs),
        "confidence_mine": mine.confidence,
        "confidence_theirs": theirs.confidence,
        "rationale_mine": mine.rationale,
        "rationale_theirs": theirs.rationale,
        "rationale_from": SettlingForm.MERGED,
        "version": theirs.version,
    }
    return form


def _both(mine: str, theirs: str) -> str:
    if theirs in mine:
        return mine
    if mine in theirs:
        return theirs
    return f"{mine}\n\n{theirs}"
