"""Assessments: lists and single ones, and how they are opened, submitted, reviewed and released."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from assessments.actions import assessments as actions
from assessments.actions import cycles, review, submission
from assessments.actions.panels import panel_rating
from assessments.api.filters import AssessmentFilters
from assessments.api.inputs import (
    DecisionInput,
    DescriptionInput,
    OpeningInput,
    ReasonInput,
    ReleaseInput,
)
from assessments.api.serializers import AssessmentDetailSerializer, AssessmentSerializer, RevisionSerializer
from assessments.api.writing import Nothing, Writing, changes, deciding, given, now
from assessments.models import Assessment, Revision
from assessments.policy import Refused
from organisations.api.etags import etag, require_match
from organisations.api.viewsets import ReadViewSet


def version_of(assessment: Assessment) -> str:
    """The ``ETag`` of an assessment: another one after each change of it, its answers or its evidence."""
    parts = (assessment.pk, assessment.version, assessment.state, assessment.updated_at.isoformat())
    return etag("assessment", *parts)


class AssessmentViewSet(Writing, ReadViewSet[Assessment]):
    """Assessments; a single one with the answers of its current revision."""

    filterset_class = AssessmentFilters

    def get_queryset(self) -> QuerySet[Assessment]:
        visible = Assessment.objects.visible_to(self.reader).with_own_reference(self.reader)
        assessments = visible.for_list().select_related("current_revision")
        if self.action == "list":
            return assessments.defer("current_revision__content")
        return assessments

    def get_serializer_class(self) -> type[BaseSerializer[Assessment]]:
        return AssessmentSerializer if self.action == "list" else AssessmentDetailSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(self.get_object())

    def _shown(self, assessment: Assessment, status: int = 200) -> Response:
        headers = {"ETag": version_of(assessment)}
        if status == 201:
            address = reverse("api:assessment-detail", args=[assessment.pk], request=self.request)
            headers["Location"] = address
        return Response(self.get_serializer(assessment).data, status=status, headers=headers)

    def _now(self, pk: int, status: int = 200) -> Response:
        """The assessment after a change; nothing where the caller does not see it any more."""
        found = self.get_queryset().filter(pk=pk).first()
        return self._shown(found, status) if found else Response(status=204)

    def _locked(self) -> Assessment:
        """The assessment, locked, and the one that the request rests on. A panel is locked before it."""
        found = self.get_object()
        panel_rating(found)
        locked = actions.locked_assessment(found)
        require_match(self.request, version_of(locked))
        return locked

    def _act(self, act: Callable[..., Any], **more: Any) -> Response:
        locked = self._locked()
        act(assessment=locked, by=self.reader, **more, **now())
        return self._now(locked.pk)

    @changes("assessments_open", OpeningInput, AssessmentDetailSerializer, status=201, matched=False)
    def create(self, request: Request) -> Response:
        """Open a draft on behalf of your organisation; without an engagement at the political level."""
        body = given(request, OpeningInput, context=self.get_serializer_context())
        opened = actions.open_assessment(by=self.reader, **body, **now())
        return self._now(opened.pk, 201)

    @changes("assessments_describe", DescriptionInput, AssessmentDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what a draft says about itself; what is left out stays."""
        locked = self._locked()
        names = ("period_start", "period_end", "basis", "reference", "marking")
        body = given(request, DescriptionInput, over={name: getattr(locked, name) for name in names})
        read = locked.description_version
        actions.describe(assessment=locked, by=self.reader, version=read, **body, **now())
        return self._now(locked.pk)

    @changes("assessments_submit", ReasonInput, AssessmentDetailSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Hand it to review. `reason` says why warnings of the checks can stand.

        A 422 says what is missing (`incomplete`), or which warnings want a reason (`warnings-unconfirmed`).
        """
        return self._act(submission.submit, **given(request, ReasonInput))

    @changes("assessments_revise", Nothing, AssessmentDetailSerializer)
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Take a returned assessment up again."""
        given(request, Nothing)
        return self._act(submission.revise)

    @changes("assessments_withdraw", Nothing, AssessmentDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of the process; an approved one no longer counts in scorecards."""
        given(request, Nothing)
        return self._act(actions.withdraw)

    @changes("assessments_amend", Nothing, AssessmentDetailSerializer, status=201, matched=False)
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """Open a draft with the same answers, which replaces this one when it is approved."""
        given(request, Nothing)
        amendment = actions.amend(assessment=self.get_object(), by=self.reader, **now())
        return self._now(amendment.pk, 201)

    @changes("assessments_continue", DescriptionInput, AssessmentDetailSerializer, status=201, matched=False)
    @action(detail=True, methods=["post"], url_path="continue")
    def next_cycle(self, request: Request, pk: str) -> Response:
        """Open a draft about a later period, whose answers are to be reconfirmed one by one."""
        body = given(request, DescriptionInput)
        draft = cycles.start_next_cycle(assessment=self.get_object(), by=self.reader, **body, **now())
        return self._now(draft.pk, 201)

    @changes("assessments_release", ReleaseInput, AssessmentDetailSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def release(self, request: Request, pk: str) -> Response:
        """Release an approved assessment to exactly these organisations, or to all."""
        body = given(request, ReleaseInput, context=self.get_serializer_context())
        return self._act(actions.release, to=body["released_to"], to_all=body["released_to_all"])

    @changes("assessments_start_review", Nothing, RevisionSerializer, matched=False)
    @action(detail=True, methods=["post"], url_path="start-review")
    @deciding
    def start_review(self, request: Request, pk: str) -> Response:
        """Begin to review the current revision, and learn its `sha256`; its answers are in the assessment."""
        given(request, Nothing)
        revision = review.start_review(assessment=self.get_object(), by=self.reader, **now())
        return Response(RevisionSerializer(revision).data)

    @changes("assessments_approve", DecisionInput, AssessmentDetailSerializer, matched=False, or_nothing=True)
    @action(detail=True, methods=["post"])
    @deciding
    def approve(self, request: Request, pk: str) -> Response:
        """Approve exactly the revision with this `sha256`, after its review was started."""
        return self._decide(request, review.approve)

    @changes("assessments_return", DecisionInput, AssessmentDetailSerializer, matched=False, or_nothing=True)
    @action(detail=True, methods=["post"], url_path="return")
    @deciding
    def return_for_changes(self, request: Request, pk: str) -> Response:
        """Give exactly the revision with this `sha256` back to its assessor, with the reason."""
        return self._decide(request, review.return_for_changes)

    def _decide(self, request: Request, act: Callable[..., Any]) -> Response:
        body = given(request, DecisionInput)
        assessment = self.get_object()
        revision: Revision | None = assessment.revisions.filter(sha256=body["sha256"]).last()
        if revision is None:
            raise Refused(_("No revision of this assessment has this sha256: read it again."))
        act(revision=revision, by=self.reader, reason=body["reason"], **now())
        return self._now(assessment.pk)
