"""The rules editor: a version with other rules, written rule by rule, tried on all dyads, published."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import rule_versions as actions
from assessments.forms.rules import BeginRulesForm, RuleForm
from assessments.models import Framework, Rule
from assessments.policy import may_edit_rules
from assessments.rule_trial import try_rules
from assessments.rule_wording import in_words
from assessments.scoring.measures import MEASURES
from assessments.views.refusals import RefusalsShown
from assessments.wording import MEASURES as MEASURE_WORDS
from organisations.http import SignedInRequest, id_in


def asked_framework(request: SignedInRequest, code: str, version: str) -> Framework:
    visible = Framework.objects.visible_to(request.user).filter(questions_of=None)
    return get_object_or_404(visible, code=code, version=version)


def draft_of(questions: Framework) -> Framework | None:
    return Framework.objects.drafts().filter(questions_of=questions).select_related("questions_of").first()


def editor_address(questions: Framework) -> str:
    return reverse("assessments:rules", args=[questions.code, questions.version])


@require_http_methods(["GET", "POST"])
def rules(request: SignedInRequest, code: str, version: str) -> HttpResponse:
    """The draft with its rules in words and, with ``?try=``, what they would find; or how to begin one."""
    questions = asked_framework(request, code, version)
    verdict = may_edit_rules(request.user)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(questions)
    draft = draft_of(questions)
    form = BeginRulesForm(
        request.POST if request.method == "POST" and draft is None else None,
        initial={"version": _next(questions)},
    )
    if request.method == "POST" and draft is not None:
        return redirect(_decided(request, questions, draft))
    if request.method == "POST" and _begun(request, questions, form):
        return redirect(editor_address(questions))
    context = {
        "framework": questions,
        "in_force": questions.rules_in_force(),
        "draft": draft,
        "form": form,
        **(_shown(request, questions, draft) if draft else {}),
    }
    return render(request, "assessments/rules/editor.html", context, status=422 if form.errors else 200)


def _next(questions: Framework) -> str:
    """The number after that of the rules in force, its last part one higher."""
    head, _dot, last = questions.rules_in_force().version.rpartition(".")
    return f"{head}.{int(last) + 1}" if head and last.isdigit() else ""


def _begun(request: SignedInRequest, questions: Framework, form: BeginRulesForm) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.begin_rules_version(questions=questions, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        for message in error.messages:
            form.add_error(None, message)
        return False
    return True


def _decided(request: SignedInRequest, questions: Framework, draft: Framework) -> str:
    """Publish or discard a draft, or take a rule out of it. Returns where to go on."""
    do = request.POST.get("do", "")
    try:
        if do == "publish":
            with RefusalsShown(request, _("The rules are in force, and all scorecards follow them.")):
                actions.publish_rules_version(
                    draft=draft, read=request.POST.get("read", ""), by=request.user, at=timezone.now()
                )
                return questions.rules_in_force().get_absolute_url()
        elif do == "discard":
            with RefusalsShown(request, _("The draft is thrown away.")):
                actions.discard_rules_version(draft=draft, by=request.user)
        elif do == "remove":
            rule = get_object_or_404(
                draft.rules.select_related("framework"), pk=id_in(request.POST.get("rule", ""))
            )
            with RefusalsShown(request, _("The rule is taken out.")):
                actions.remove_rule(rule=rule, by=request.user)
        elif not do:
            messages.error(request, _("A version with other rules is being written already."))
        else:
            raise Http404(_("There is nothing to do."))
    except actions.InvalidRule as invalid:
        messages.error(request, str(invalid))
    return editor_address(questions)


def _shown(request: SignedInRequest, questions: Framework, draft: Framework) -> dict[str, Any]:
    own = list(draft.rules.order_by("position"))
    names = questions.names()
    trials = try_rules(questions, own) if request.GET.get("try") else None
    codes = {rule.code for rule in own}
    return {
        "rules": [
            {
                "rule": rule,
                "words": in_words(rule.definition, names),
                "trial": trials.by_code[rule.code] if trials else None,
            }
            for rule in own
        ],
        "trials": trials,
        "read": actions.reading_of(draft),
        "left_out": [one for one in trials.by_code.values() if one.code not in codes] if trials else [],
    }


@require_http_methods(["GET", "POST"])
def write_rule(request: SignedInRequest, code: str, version: str, pk: int = 0) -> HttpResponse:
    """One rule of the draft, or (without ``pk``) a new one."""
    questions = asked_framework(request, code, version)
    draft, verdict = draft_of(questions), may_edit_rules(request.user)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(questions)
    if draft is None:
        messages.error(request, _("No version with other rules is being written: begin one."))
        return redirect(editor_address(questions))
    rule = get_object_or_404(draft.rules, pk=pk) if pk else None
    initial = RuleForm.initial_of(rule) if rule else {}
    form = RuleForm(request.POST or None, questions=questions, initial=initial)
    status, theirs = 422 if form.is_bound else 200, None
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = {"definition": form.definition(), "version": form.cleaned_data["version"]}
        try:
            saved = actions.write_rule(draft=draft, rule=rule, by=request.user, **given)
        except actions.InvalidRule as invalid:
            form.show(invalid.problems)
        except actions.RuleChanged as changed:
            status, theirs = 409, changed.theirs
            mine = request.POST.dict() | {"scope": request.POST.getlist("scope"), "version": theirs.version}
            form = RuleForm(questions=questions, initial=mine)
        else:
            messages.success(request, _("The rule is saved; below is what the draft would find."))
            return redirect(f"{editor_address(questions)}?try=all#rule-{saved.code}")
    context = _context(questions, draft, rule, form) | {"theirs": theirs}
    return render(request, "assessments/rules/write.html", context, status=status)


def _context(questions: Framework, draft: Framework, rule: Rule | None, form: RuleForm) -> dict[str, Any]:
    return {
        "framework": questions,
        "draft": draft,
        "rule": rule,
        "form": form,
        "words": in_words(rule.definition, questions.names()) if rule else None,
        "measures": [
            (scope, subject, [(name, MEASURE_WORDS[name]) for name in sorted(names)])
            for (scope, subject), names in MEASURES.items()
        ],
    }
