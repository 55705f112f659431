"""Sources of the library: new ones, lists of them, and their files."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assessments.choices import EARLIEST_PUBLICATION, LATEST_YEAR, Marking, Reliability
from assessments.exchange.bibliography import MOST_CHARACTERS, Reference, described
from assessments.exchange.files.sniffing import CONTROL, EXTENSIONS
from assessments.models import Source
from organisations.access import organisation_ids_where
from organisations.models import Organisation, User
from organisations.models.mission import validate_partial_date
from organisations.roles import Permission


class AttachForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=250,
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(f".{one}" for one in EXTENSIONS), "class": "form-control"}
        ),
        help_text=_(
            "PDF, PNG, JPEG, text, CSV, DOCX, XLSX or ODT, up to 20 MB; without macros or passwords."
        ),
        error_messages={"empty": _("This file is empty.")},
    )
    marking = forms.ChoiceField(label=_("Handling marking"), choices=Marking.choices, initial=Marking.AMBER)


class OfOrganisation(forms.Form):
    """For the library of which organisation: one that the person records for."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Library of"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(pk__in=organisation_ids_where(user, Permission.RECORD))
        self.fields["organisation"].queryset = own.order_by("acronym")  # type: ignore[attr-defined]
        if len(own) == 1:
            self.fields["organisation"].initial = own[0]


class DescriptionOfSource(forms.Form):
    """What is said of a source. ``published`` is a year, a month or a day, of which the year is kept too."""

    author = forms.CharField(label=_("Author"), max_length=250)
    title = forms.CharField(label=_("Title"), max_length=400)
    published = forms.CharField(
        label=_("Published"),
        max_length=10,
        required=False,
        validators=[validate_partial_date],
        help_text=_("A year, a month or a day: 2003, 2003-06 or 2003-06-12."),
    )
    event_date = forms.CharField(
        label=_("Date of what it reports on"),
        max_length=10,
        required=False,
        validators=[validate_partial_date],
        help_text=_("Where that differs, such as the day of an incident. Written in the same way."),
    )
    kind = forms.CharField(
        label=_("Kind"), max_length=60, help_text=_("Such as report, resolution or interview.")
    )
    symbol = forms.CharField(
        label=_("Document symbol"), max_length=100, required=False, help_text=_("Such as S/RES/1484 (2003).")
    )
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")
    reliability = forms.ChoiceField(
        label=_("Reliability"), choices=[("", _("Not graded")), *Reliability.choices], required=False
    )

    def clean_published(self) -> str:
        published: str = self.cleaned_data["published"]
        if published and not EARLIEST_PUBLICATION <= int(published[:4]) <= LATEST_YEAR:
            raise forms.ValidationError(
                _now("Give a year from %(first)d to %(last)d.")
                % {"first": EARLIEST_PUBLICATION, "last": LATEST_YEAR}
            )
        return published

    def fields_of_source(self) -> dict[str, Any]:
        """As ``Source.DESCRIPTION`` names them."""
        given = dict(self.cleaned_data)
        published = given["published"]
        given |= {
            "year": int(published[:4]) if published else None,
            "publication_date": published if len(published) > len("2003") else "",
        }
        return {name: given[name] for name in Source.DESCRIPTION}


class SourceForm(OfOrganisation, DescriptionOfSource):
    """A new source; ``another`` says that it is not the one that looks the same."""

    another = forms.BooleanField(label=_("It is another one: add it"), required=False)
    field_order = ["organisation"]

    def reference(self) -> Reference:
        return described(self.fields_of_source())


class ChangeSourceForm(DescriptionOfSource):
    """Corrections; ``version`` is the one that was read."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class ListForm(OfOrganisation):
    """References in RIS or BibTeX, as a file or as text."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".ris,.bib,.txt", "class": "form-control"}),
        help_text=_("RIS or BibTeX, as Zotero, EndNote, Mendeley and library catalogues export them."),
    )
    text = forms.CharField(
        label=_("Or the text of it"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 8, "class": "form-control font-monospace", "spellcheck": "false"}
        ),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > 4 * MOST_CHARACTERS:
            raise forms.ValidationError(_now("This file is too large for a list of references."))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _now("This is not text in UTF-8: export it in that encoding.")
            ) from error
        if CONTROL.search(text):
            raise forms.ValidationError(
                _now("This is not a list of references: it holds control characters.")
            )
        return text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(data.get("file")) == bool(data.get("text")):
            self.add_error("file", _now("Choose a file, or paste the text: one of the two."))
        return data

    def list(self) -> str:
        return str(self.cleaned_data["file"] or self.cleaned_data["text"])
