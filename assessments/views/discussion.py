"""What reviewers and authors say about an assessment: all of it on one page, and every change of it."""

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.actions import desk as actions
from assessments.forms.desk import ChangeCommentForm, CommentForm
from assessments.models import Assessment, Comment
from assessments.policy import Refused, may_act, reads_own_work
from assessments.views.assessments import visible_assessment
from assessments.views.refusals import RefusalsShown
from assessments.views.threads import discussion_of
from assessments.workflow import Action
from organisations.http import SignedInRequest


def own_assessment(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment, or 404 for whoever does not read the organisation's own work: comments stay inside."""
    assessment = visible_assessment(request, pk)
    if not reads_own_work(request.user, assessment.on_behalf_of_id):
        raise Http404
    return assessment


@require_safe
def discussion(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    asked_for = {"indicator": request.GET.get("indicator", "")}
    return _page(request, assessment, CommentForm(assessment=assessment, initial=asked_for))


def _page(request: SignedInRequest, assessment: Assessment, form: CommentForm) -> HttpResponse:
    context = {
        "assessment": assessment,
        "discussion": discussion_of(assessment, request.user),
        "form": form,
    }
    return render(request, "assessments/discussion.html", context, status=422 if form.is_bound else 200)


@require_POST
def comment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Begin a thread, or answer in one; leads back to where it was written."""
    assessment = own_assessment(request, pk)
    verdict = may_act(request.user, Action.COMMENT, assessment)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(assessment)
    form = CommentForm(request.POST, assessment=assessment)
    if not form.is_valid():
        return _page(request, assessment, form)
    with RefusalsShown(request, _("Your comment is kept.")):
        actions.comment(assessment=assessment, by=request.user, at=timezone.now(), **form.cleaned_data)
    return _back(request, assessment, form.cleaned_data["parent"])


def _back(request: SignedInRequest, assessment: Assessment, thread: Comment | None) -> HttpResponse:
    """To the desk when it was written there, else to all comments."""
    number = request.POST.get("desk", "")
    if number.isdecimal() and len(number) < 9:
        return redirect("assessments:review", assessment.pk, int(number))
    there = reverse("assessments:discussion", args=[assessment.pk])
    return redirect(f"{there}#thread-{thread.pk}" if thread else there)


def _comment(assessment: Assessment, pk: int) -> Comment:
    comments = Comment.objects.filter(assessment=assessment)
    found = get_object_or_404(comments.select_related("author", "indicator", "parent"), pk=pk)
    found.assessment = assessment
    return found


@require_http_methods(["GET", "POST"])
def change_comment(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """A comment with its earlier versions; who wrote it can change it."""
    assessment = own_assessment(request, pk)
    shown = _comment(assessment, comment)
    form = ChangeCommentForm(request.POST or None, initial={"text": shown.text, "version": shown.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_comment(comment=shown, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("assessments:discussion", assessment.pk)
        else:
            messages.success(request, _("Your comment is changed; what it said before is kept."))
            return _back(request, assessment, shown.parent or shown)
    mine = shown.author_id == request.user.pk and may_act(request.user, Action.COMMENT, assessment)
    events = apps.get_model("assessments", "CommentEvent").objects.filter(pgh_obj_id=shown.pk)
    versions = events.order_by("version", "pgh_id").distinct("version")
    context = {
        "assessment": assessment,
        "comment": shown,
        "form": form if mine else None,
        "earlier": [version for version in versions if version.version < shown.version],
    }
    return render(request, "assessments/comment.html", context, status=422 if form.is_bound else 200)


@require_POST
def settle(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    """Resolve a thread, or open it again."""
    assessment = own_assessment(request, pk)
    thread = _comment(assessment, comment)
    resolved = request.POST.get("resolved") == "yes"
    said = _("Resolved.") if resolved else _("Open again.")
    with RefusalsShown(request, said):
        actions.settle(comment=thread, resolved=resolved, by=request.user, at=timezone.now())
    return _back(request, assessment, thread)
