"""The frameworks: what is asked, what each answer means, which rules draw conclusions."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments.choices import Level
from assessments.models import Framework
from assessments.policy import may_edit_rules
from assessments.rule_wording import in_words
from organisations.http import SignedInRequest


@require_safe
def framework_list(request: SignedInRequest) -> HttpResponse:
    frameworks = Framework.objects.visible_to(request.user).select_related("questions_of")
    return render(request, "assessments/framework_list.html", {"frameworks": frameworks})


@require_safe
def framework_detail(request: SignedInRequest, code: str, version: str) -> HttpResponse:
    visible = Framework.objects.visible_to(request.user).select_related("questions_of")
    framework = get_object_or_404(visible, code=code, version=version)
    dimensions = framework.questions.dimensions.order_by("position").prefetch_related("indicators__anchors")
    names = framework.questions.names()
    context = {
        "framework": framework,
        "levels": [
            (level.label, [dimension for dimension in dimensions if dimension.level == level])
            for level in Level
        ],
        "rules": [
            (rule, in_words(rule.definition, names))
            for rule in framework.rules.order_by("priority", "position")
        ],
        "may_edit_rules": bool(may_edit_rules(request.user)),
        "versions": Framework.objects.with_rules_for(framework.questions.pk),
    }
    return render(request, "assessments/framework.html", context)
