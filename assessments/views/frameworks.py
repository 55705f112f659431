"""The frameworks: what is asked, what each answer means, which rules draw conclusions."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments.choices import Level
from assessments.models import Framework
from organisations.http import SignedInRequest


@require_safe
def framework_list(request: SignedInRequest) -> HttpResponse:
    frameworks = Framework.objects.visible_to(request.user)
    return render(request, "assessments/framework_list.html", {"frameworks": frameworks})


@require_safe
def framework_detail(request: SignedInRequest, code: str, version: str) -> HttpResponse:
    framework = get_object_or_404(Framework.objects.visible_to(request.user), code=code, version=version)
    dimensions = framework.dimensions.order_by("position").prefetch_related("indicators__anchors")
    context = {
        "framework": framework,
        "levels": [
            (level.label, [dimension for dimension in dimensions if dimension.level == level])
            for level in Level
        ],
        "rules": framework.rules.order_by("priority", "position"),
    }
    return render(request, "assessments/framework.html", context)
