"""Taking an offline form that was filled in, and saving what it says."""

from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import locked_assessment
from assessments.actions.notices import tell
from assessments.actions.recording import AnswerInput, add_evidence, cite_new_source, save_ratings
from assessments.choices import NoticeKind
from assessments.exchange.offline.layout import sheet_names
from assessments.exchange.offline.mark import InvalidForm, Mark, framework_digest
from assessments.exchange.offline.plan import AnswerLine, Plan, plan_of
from assessments.exchange.offline.reading import Fault, read_form
from assessments.models import Assessment, OfflineUpload, Source
from assessments.policy import Refused, may_act
from assessments.workflow import Action
from organisations.models import User

KEPT_FOR = timedelta(days=30)
MOST_UPLOADS = 5


class PlanChanged(Exception):
    """Something was written since the preview was made, so that saving would do something else."""


@transaction.atomic
def take_upload(*, assessment: Assessment, content: bytes, by: User, at: datetime) -> OfflineUpload | None:
    """Read a form and keep what it says; None when that is here already.

    No answer is changed yet: see :func:`save_upload`. An earlier upload of the same form by the same person
    is replaced. Raises ``Refused``, and
    :class:`InvalidForm` for what is no form of this assessment as it is asked now.
    """
    may_act(by, Action.EDIT, assessment).enforce()
    indicators = list(assessment.applicable_indicators())
    groups = {key: list(group) for key, group in groupby(indicators, lambda each: each.dimension)}
    names = sheet_names(groups)
    form = read_form(
        content, {names[key.code]: [each.code for each in group] for key, group in groups.items()}
    )
    _refuse_other(form.mark, assessment, by)
    asked = {indicator.code for indicator in indicators}
    for code in sorted(form.mark.versions.keys() - asked):
        words = _("%(code)s is not asked in this assessment any more: it is not read.") % {"code": code}
        form.faults.append(Fault("", "", words))
    own = OfflineUpload.objects.filter(assessment=assessment, by=by)
    own.filter(signed=form.signed).delete()
    if own.count() >= MOST_UPLOADS:
        raise InvalidForm(
            _("You have %(most)d uploads that are not settled: settle or discard one first.")
            % {"most": MOST_UPLOADS}
        )
    upload = OfflineUpload(
        assessment=assessment,
        by=by,
        at=at,
        signed=form.signed,
        mark=asdict(form.mark),
        content=form.content(),
    )
    if not plan_of(upload).open:
        return None
    upload.save()
    tell(NoticeKind.UPLOAD, assessment, event=f"upload {upload.pk}", to=[by.pk], by=None, at=at)
    return upload


def _refuse_other(mark: Mark, assessment: Assessment, by: User) -> None:
    framework = assessment.framework
    if mark.framework != framework.name or mark.digest != framework_digest(framework):
        raise InvalidForm(
            _(
                "This form asks the framework %(theirs)s; this assessment is made under %(ours)s. "
                "Download the form of this assessment and copy your answers into it."
            )
            % {"theirs": mark.framework, "ours": framework.name}
        )
    if mark.assessment != assessment.pk:
        other = Assessment.objects.visible_to(by).for_list().filter(pk=mark.assessment).first()
        raise InvalidForm(
            _("This is the form of another assessment (%(other)s): upload it there.")
            % {"other": other or _("number %(number)d") % {"number": mark.assessment}}
        )


@transaction.atomic
def save_upload(*, upload: OfflineUpload, seen: str, by: User, at: datetime) -> Plan:
    """Save what is new or changed and cite what is to be cited; what is in conflict or at fault stays.

    ``seen`` is the digest of the plan that was looked at. Raises ``Refused``, ``ValidationError``, and
    :class:`PlanChanged` when there is another one by now. Returns what was done.
    """
    upload = _own_upload(upload, by)
    plan = plan_of(upload)
    if plan.digest() != seen:
        raise PlanChanged
    save_ratings(assessment=upload.assessment, answers=map(answer_of, plan.to_save), by=by, at=at)
    _cite(upload.assessment, plan, by, at)
    disputed = {line.indicator.code for line in plan.conflicts}
    upload.content["answers"] = {
        code: given for code, given in upload.content["answers"].items() if code in disputed
    }
    done = {line.row for line in plan.evidence}
    upload.content["evidence"] = [line for line in upload.content["evidence"] if line["row"] not in done]
    _keep_or_forget(upload)
    return plan


def answer_of(line: AnswerLine) -> AnswerInput:
    """What a line of a form would save over the answer that is there now."""
    answer = line.values["answer"]
    return AnswerInput(
        indicator=line.indicator,
        score=int(answer) if answer.isdigit() else None,
        non_score="" if answer.isdigit() else answer,
        rationale=line.values["rationale"],
        confidence=line.values["confidence"],
        version=line.version,
    )


def _cite(assessment: Assessment, plan: Plan, by: User, at: datetime) -> None:
    added: dict[str, Source] = {}
    for line in plan.to_cite:
        place = {"locator": line.locator, "stance": line.stance}
        source = line.source or added.get(line.described)
        if source:
            add_evidence(
                assessment=assessment, indicator=line.indicator, source=source, by=by, at=at, **place
            )
        else:
            evidence = cite_new_source(
                assessment=assessment,
                indicator=line.indicator,
                source=line.new_source(),
                by=by,
                at=at,
                **place,
            )
            added[line.described] = evidence.source


@transaction.atomic
def settle_upload(*, upload: OfflineUpload, answer: AnswerInput, by: User, at: datetime) -> None:
    """Save what was chosen of two answers. Raises what ``save_ratings`` raises."""
    upload = _own_upload(upload, by)
    save_ratings(assessment=upload.assessment, answers=[answer], by=by, at=at)
    upload.content["answers"].pop(answer.indicator.code, None)
    _keep_or_forget(upload)


@transaction.atomic
def discard_upload(*, upload: OfflineUpload, by: User) -> None:
    """Forget an upload, with whatever of it is not saved."""
    OfflineUpload.objects.filter(pk=upload.pk, by=by).delete()


@transaction.atomic
def forget_uploads(*, at: datetime) -> int:
    """Forget uploads that nobody has settled for long. Returns how many."""
    return OfflineUpload.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


def _own_upload(upload: OfflineUpload, by: User) -> OfflineUpload:
    """The upload as it is now, with its assessment locked before it."""
    locked = locked_assessment(upload.assessment)
    may_act(by, Action.EDIT, locked).enforce()
    found = OfflineUpload.objects.select_for_update().filter(pk=upload.pk, by=by).first()
    if found is None:
        raise Refused(_("This upload has been settled or discarded already."))
    found.assessment = locked
    return found


def _keep_or_forget(upload: OfflineUpload) -> None:
    if plan_of(upload).open:
        upload.save(update_fields=["content"])
    else:
        upload.delete()
