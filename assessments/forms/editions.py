"""Choosing what an edition is frozen from, and freezing it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import EditionBasis
from assessments.models import Framework
from organisations.models import Organisation, User

Freezable = Sequence[tuple[str, Organisation]]
RELEASED = EditionBasis.RELEASED.value


def key_of(basis: str, organisation: Organisation) -> str:
    """A basis as a form names it: ``released``, or the organisation's acronym."""
    return RELEASED if basis == RELEASED else organisation.acronym


class EditionBasisForm(forms.Form):
    """``freezable`` are the bases that the person may freeze, as the policy lists them; at least one."""

    basis = forms.ChoiceField(label=_("Basis"), widget=forms.RadioSelect)
    framework = forms.ModelChoiceField(
        Framework.objects.none(), label=_("Framework"), to_field_name="pk", empty_label=None
    )

    def __init__(self, *args: Any, freezable: Freezable, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {
            key_of(basis, organisation): (basis, organisation) for basis, organisation in freezable
        }
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (key, _words(basis, organisation)) for key, (basis, organisation) in self.by_key.items()
        ]
        published = Framework.objects.visible_to(user).asking()
        self.fields["framework"].queryset = published  # type: ignore[attr-defined]

    @property
    def chosen(self) -> tuple[str, Organisation]:
        return self.by_key[self.cleaned_data["basis"]]


def _words(basis: str, organisation: Organisation) -> str:
    if basis == RELEASED:
        return str(
            _("What is released to every organisation: everybody who reads released material reads it")
        )
    return str(
        _("What the people of %(organisation)s may see: only they read it") % {"organisation": organisation}
    )


class FreezeForm(EditionBasisForm):
    title = forms.CharField(
        label=_("Title"), required=False, max_length=120, help_text=_("Such as an occasion. It is cited.")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever reads the edition reads it; it cannot be changed later."),
    )
    expected = forms.CharField(max_length=64, widget=forms.HiddenInput)
