"""Files of sources."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import Marking
from assessments.exchange.files.sniffing import EXTENSIONS


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
