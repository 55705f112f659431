"""Opening an assessment."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.choices import EARLIEST_PERIOD, Level, Marking
from assessments.forms.layout import side_by_side
from assessments.models import Assessment, Engagement, Framework
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission, roles_with


class DescriptionForm(forms.Form):
    """What an assessment says about itself, which can change while it is a draft."""

    period_start = forms.IntegerField(label=_("From year"), min_value=EARLIEST_PERIOD)
    period_end = forms.IntegerField(label=_("To year"), min_value=EARLIEST_PERIOD)
    basis = forms.CharField(
        label=_("Basis"),
        max_length=300,
        help_text=_("What your answers rest on, such as an after-action review or interviews."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=80,
        required=False,
        help_text=_("Your own name for it, if you use one."),
    )
    marking = forms.ChoiceField(label=_("Handling marking"), choices=Marking.choices, initial=Marking.AMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            side_by_side("period_start", "period_end"),
            "basis",
            side_by_side("marking", "reference"),
            Submit("save", _("Save")),
        )

    def clean_period_end(self) -> int:
        end: int = self.cleaned_data["period_end"]
        if end > timezone.now().year:
            raise forms.ValidationError(_("The period cannot end in the future."))
        if end < self.cleaned_data.get("period_start", end):
            raise forms.ValidationError(_("The period cannot end before it starts."))
        return end

    def description(self) -> dict[str, Any]:
        """The validated fields as the actions take them."""
        data = self.cleaned_data
        period = (data["period_start"], data["period_end"])
        return {"period": period} | {name: data[name] for name in ("basis", "reference", "marking")}


class MendForm(DescriptionForm):
    """The description of a draft; ``version`` is the ``description_version`` that was read."""

    version = forms.IntegerField(label=_("Version"), min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout.append("version")


class NextCycleForm(DescriptionForm):
    """The period, basis and handling of an assessment that continues another."""

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        this_year = timezone.now().year
        initial = {
            "period_start": min(assessment.period_end + 1, this_year),
            "period_end": this_year,
            "marking": assessment.marking,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.helper.layout.pop()
        self.helper.layout.append(Submit("start", _("Start the next cycle")))


class OpenAssessmentForm(DescriptionForm):
    """What is assessed, on whose behalf and on what basis; the answers come afterwards.

    ``permission`` is what the person needs in the organisations on whose behalf they may do so.
    """

    permission = Permission.RECORD

    on_behalf_of = forms.ModelChoiceField(Organisation.objects.none(), label=_("On behalf of"))
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, widget=forms.RadioSelect)
    dyad = forms.ModelChoiceField(Dyad.objects.none(), label=_("Dyad"))
    engagement = forms.ModelChoiceField(
        Engagement.objects.none(),
        label=_("Engagement"),
        required=False,
        help_text=_("For the field level: the episode that you assess."),
    )
    framework = forms.ModelChoiceField(Framework.objects.none(), label=_("Framework"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.visible_to(user).filter(
            memberships__user=user, memberships__role__in=roles_with(self.permission)
        )
        self._offer("on_behalf_of", own.distinct())
        self._offer("dyad", Dyad.objects.visible_to(user).with_organisations())
        self._offer(
            "engagement", Engagement.objects.visible_to(user).select_related("dyad__first", "dyad__second")
        )
        self._offer("framework", Framework.objects.visible_to(user).asking().order_by("-published_at"))
        self.fields["engagement"].label_from_instance = engagement_label  # type: ignore[attr-defined]
        self.fields["framework"].initial = Framework.objects.latest()
        if len(own) == 1:
            self.fields["on_behalf_of"].initial = own[0]
        self.helper.layout = Layout(
            Fieldset(
                _("What is assessed"),
                "level",
                side_by_side("dyad", "engagement"),
                side_by_side("period_start", "period_end"),
            ),
            Fieldset(_("By whom and on what basis"), side_by_side("on_behalf_of", "framework"), "basis"),
            Fieldset(_("Handling"), side_by_side("marking", "reference")),
            Submit("open", _("Open the assessment")),
        )

    def _offer(self, name: str, queryset: Any) -> None:
        self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        level, engagement, dyad = data.get("level"), data.get("engagement"), data.get("dyad")
        if level == Level.FIELD and "engagement" in data and engagement is None:
            self.add_error("engagement", _("Choose the engagement that you assess at the field level."))
        if level == Level.POLITICAL and engagement:
            self.add_error(
                "engagement", _("At the political level the dyad itself is assessed: choose none.")
            )
        if engagement and dyad and engagement.dyad_id != dyad.pk:
            self.add_error("engagement", _("This engagement is one of another dyad than the one chosen."))
        return data


def engagement_label(engagement: Engagement) -> str:
    return f"{engagement.dyad}: {engagement.name} ({engagement.get_arrangement_display()})"
