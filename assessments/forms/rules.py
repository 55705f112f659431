"""Writing a rule: what it is asked of, when it fires and what it says then."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from assessments.choices import FindingKind, Level
from assessments.exchange.documents import InvalidFile, parse_document
from assessments.forms.decisions import TEXTAREA
from assessments.forms.layout import side_by_side
from assessments.forms.lessons import subject_choices
from assessments.models import Framework, Rule

EACH = {"each indicator": "indicator", "each dimension": "dimension"}
PLACES = {"for_each": "about", "addresses": "about"}
LONGEST = 2000


class BeginRulesForm(forms.Form):
    version = forms.CharField(
        label=_("Version"),
        max_length=20,
        validators=[RegexValidator(r"^\d+(\.\d+)*$", _("A version such as 1.2."))],
        help_text=_("Such as 1.2; not one that there is already."),
    )
    note = forms.CharField(
        label=_("What is different"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Everybody reads it on the page of the framework."),
    )


class RuleForm(forms.Form):
    """One rule; ``version`` is the one that was read."""

    code = forms.SlugField(
        label=_("Code"), max_length=80, help_text=_("Letters, digits and hyphens. Other rules may name it.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=FindingKind.choices)
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=[(n, str(n)) for n in range(1, 6)], initial=3
    )
    scope = forms.MultipleChoiceField(
        label=_("Asked of"),
        choices=[("dyad", _("each dyad")), ("engagement", _("each engagement"))],
        widget=forms.CheckboxSelectMultiple,
        initial=["dyad"],
    )
    about = forms.ChoiceField(label=_("About"))
    level = forms.ChoiceField(
        label=_("Of the level"),
        required=False,
        choices=[("", _("both")), *Level.choices],
        help_text=_("Only for a rule about each indicator or dimension."),
    )
    when = forms.CharField(
        label=_("It fires if"),
        max_length=10_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 9, "class": "form-control font-monospace", "spellcheck": "false"}
        ),
    )
    finding = forms.CharField(
        label=_("Finding"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_(
            "May name {dyad}, {first}, {second}, {subject}, {target} and, of engagements, {engagement}."
        ),
    )
    recommendation = forms.CharField(
        label=_("Recommendation"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs=TEXTAREA)
    )
    because = forms.CharField(
        label=_("Because"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("In plain words, why it matters."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=LONGEST,
        help_text=_("A publication, or the word judgement: nobody but you vouches for it."),
    )
    version = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, questions: Framework, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        each = [(name, name) for name in EACH]
        choices = [(_("Each"), each), *subject_choices(questions)]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset(_("What it is"), side_by_side("code", "kind"), side_by_side("priority", "scope")),
            Fieldset(_("When it fires"), side_by_side("about", "level"), "when"),
            Fieldset(_("What it says"), "finding", "recommendation"),
            Fieldset(_("Why it is there"), "because", "source"),
            "version",
            Submit("save", _("Save and try")),
        )

    def clean_when(self) -> Any:
        try:
            plain = parse_document(self.cleaned_data["when"]).root.plain()
            return json.loads(json.dumps(plain))
        except InvalidFile as invalid:
            raise ValidationError([str(problem) for problem in invalid.problems]) from invalid
        except (TypeError, ValueError, RecursionError) as error:
            raise ValidationError(_("Only texts, numbers, lists and yes or no can be compared.")) from error

    def definition(self) -> dict[str, Any]:
        """As the file of a framework has it: keys that say nothing are left out."""
        data = self.cleaned_data
        about = data["about"]
        place = {"for_each": EACH[about]} if about in EACH else {"addresses": about}
        if data["level"]:
            place["level"] = data["level"]
        texts = {name: data[name].strip() for name in ("finding", "recommendation", "because", "source")}
        return {
            "code": data["code"],
            "scope": data["scope"],
            **place,
            "kind": data["kind"],
            "priority": data["priority"],
            "when": data["when"],
            **{name: text for name, text in texts.items() if text},
        }

    def show(self, problems: list[tuple[str, str]]) -> None:
        """Say at each field what an action found wrong there."""
        for place, what in problems:
            name, _dot, inside = place.partition(".")
            name = PLACES.get(name.partition("[")[0], name.partition("[")[0])
            where = f"{inside}: " if inside else ""
            self.add_error(name if name in self.fields else None, f"{where}{what}")

    @classmethod
    def initial_of(cls, rule: Rule) -> dict[str, Any]:
        definition: Mapping[str, Any] = rule.definition
        names = {kind: name for name, kind in EACH.items()}
        about = names.get(definition.get("for_each", ""), definition.get("addresses", ""))
        when = yaml.safe_dump(definition["when"], sort_keys=False, allow_unicode=True, width=100)
        return {**definition, "about": about, "when": when, "version": rule.version}
