"""Uploading an offline form."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.exchange.offline.guard import MOST_BYTES


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx", "class": "form-control"}),
        error_messages={
            "required": gettext_lazy("Choose the file that you have filled in."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def clean_file(self) -> bytes:
        """What is in the file; one that is too large is not read at all."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            values = {"size": file.size / 1024**2, "most": MOST_BYTES // 1024**2}
            raise forms.ValidationError(
                _("This file has %(size).1f MB; an offline form has at most %(most)d MB.") % values
            )
        content: bytes = file.read()
        return content
