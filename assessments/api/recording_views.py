"""What is written in an assessment: answers, their evidence, and what people say about them."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.actions import desk, recording
from assessments.actions.assessments import locked_assessment
from assessments.api.inputs import AnswerInput, CommentInput, EvidenceInput, SettlingInput
from assessments.api.writing import Writing, changes, given, now
from assessments.models import Assessment, Comment, Evidence, Indicator, Rating
from assessments.policy import reads_own_work
from organisations.api.etags import etag, require_match
from organisations.api.viewsets import Reading

Text = serializers.CharField


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """``source`` is an id of `sources/`."""

    class Meta:
        model = Evidence
        fields = ["id", "source", *Evidence.PLACE]


class DraftAnswerSerializer(serializers.ModelSerializer[Rating]):
    """An answer as it stands now; ``version`` counts how often it was written, 0 where it never was."""

    indicator = Text(source="indicator.code", read_only=True)
    question = Text(source="indicator.question", read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Rating
        fields = [
            "indicator",
            "question",
            "score",
            "non_score",
            "rationale",
            "confidence",
            "version",
            "evidence",
        ]

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, rating: Rating) -> Any:
        return EvidenceSerializer(rating.evidence.all(), many=True).data if rating.pk else []


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """``mine`` says whether the caller wrote it; others have no names here."""

    indicator = Text(source="indicator.code", default=None, read_only=True, allow_null=True)
    mine = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = ["id", "parent", "indicator", "text", "mine", "version", "created_at", "resolved_at"]

    def get_mine(self, comment: Comment) -> bool:
        return bool(comment.author_id == self.context["request"].user.pk)


class InAssessment(Writing, Reading[Any]):
    """What belongs to one assessment that the caller's organisation works on."""

    pagination_class = None
    filter_backends = ()
    queryset = Assessment.objects.none()

    def assessment(self) -> Assessment:
        visible = Assessment.objects.visible_to(self.reader).for_list()
        found = get_object_or_404(visible, pk=self.kwargs["pk"])
        if not reads_own_work(self.reader, found.on_behalf_of_id):
            raise Http404
        return found

    def indicator(self, assessment: Assessment, code: str) -> Indicator:
        return get_object_or_404(assessment.applicable_indicators(), code__iexact=code)


def answers_to(assessment: Assessment, indicators: Iterable[Indicator]) -> list[Rating]:
    """The answers to these indicators: what is not answered yet is an empty answer of version 0."""
    ratings = assessment.ratings.select_related("indicator").prefetch_related("evidence")
    there = {rating.indicator_id: rating for rating in ratings.filter(indicator__in=indicators)}
    return [
        there.get(one.pk) or Rating(assessment=assessment, indicator=one, version=0) for one in indicators
    ]


class Answers(InAssessment):
    """All that is asked in this assessment, with the answers as they stand now."""

    @extend_schema(operation_id="answers_list", responses=DraftAnswerSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        assessment = self.assessment()
        answers = answers_to(assessment, list(assessment.applicable_indicators()))
        return Response(DraftAnswerSerializer(answers, many=True).data)


class Answer(InAssessment):
    """The answer to one indicator. Its `ETag` changes with each writing of it, not with its evidence."""

    @extend_schema(operation_id="answers_retrieve", responses=DraftAnswerSerializer)
    def get(self, request: Request, pk: int, code: str) -> Response:
        assessment = self.assessment()
        return self._shown(assessment, self.indicator(assessment, code))

    @changes("answers_write", AnswerInput, DraftAnswerSerializer)
    def put(self, request: Request, pk: int, code: str) -> Response:
        """Write the whole answer, where nobody has written it since you read it."""
        body = given(request, AnswerInput)
        locked = locked_assessment(self.assessment())
        indicator = self.indicator(locked, code)
        (current,) = answers_to(locked, [indicator])
        require_match(request, self._version(current))
        answer = recording.AnswerInput(indicator, version=current.version, **body)
        recording.save_ratings(assessment=locked, answers=[answer], by=self.reader, **now())
        return self._shown(locked, indicator)

    @staticmethod
    def _version(rating: Rating) -> str:
        return etag("answer", rating.assessment_id, rating.indicator_id, rating.version)

    def _shown(self, assessment: Assessment, indicator: Indicator) -> Response:
        (rating,) = answers_to(assessment, [indicator])
        return Response(DraftAnswerSerializer(rating).data, headers={"ETag": self._version(rating)})


class AnswerEvidence(InAssessment):
    """Places in sources that speak for or against one answer."""

    @changes("evidence_add", EvidenceInput, EvidenceSerializer, status=201, matched=False)
    def post(self, request: Request, pk: int, code: str) -> Response:
        """Cite a place in a source."""
        assessment = self.assessment()
        body = given(request, EvidenceInput, context=self.get_serializer_context())
        evidence = recording.add_evidence(
            assessment=assessment,
            indicator=self.indicator(assessment, code),
            by=self.reader,
            **body,
            **now(),
        )
        return Response(EvidenceSerializer(evidence).data, status=201)


class OneEvidence(InAssessment):
    """One place that is cited."""

    @changes("evidence_remove", None, None, status=204, matched=False)
    def delete(self, request: Request, pk: int, evidence: int) -> Response:
        """Take it away from a draft."""
        cited = Evidence.objects.filter(rating__assessment=self.assessment())
        found = get_object_or_404(cited.select_related("rating__assessment"), pk=evidence)
        recording.remove_evidence(evidence=found, by=self.reader, **now())
        return Response(status=204)


class Comments(InAssessment):
    """What reviewers and authors have said, oldest first."""

    @extend_schema(operation_id="comments_list", responses=CommentSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        comments = self.assessment().comments.select_related("indicator")
        context = self.get_serializer_context()
        return Response(CommentSerializer(comments, many=True, context=context).data)

    @changes("comments_add", CommentInput, CommentSerializer, status=201, matched=False)
    def post(self, request: Request, pk: int) -> Response:
        """Begin a thread, or answer one, which opens it again."""
        body, assessment = given(request, CommentInput), self.assessment()
        code, parent = body["indicator"], body["parent"]
        said = desk.comment(
            assessment=assessment,
            text=body["text"],
            indicator=self.indicator(assessment, code) if code else None,
            parent=get_object_or_404(assessment.comments, pk=parent) if parent else None,
            by=self.reader,
            **now(),
        )
        context = self.get_serializer_context()
        return Response(CommentSerializer(said, context=context).data, status=201)


class Settling(InAssessment):
    """Whether a thread is resolved."""

    @changes("comments_settle", SettlingInput, CommentSerializer, matched=False)
    def post(self, request: Request, pk: int, comment: int) -> Response:
        """Resolve the thread that this comment begins, or open it again."""
        body, assessment = given(request, SettlingInput), self.assessment()
        comments = assessment.comments.select_related("indicator", "assessment")
        found = get_object_or_404(comments, pk=comment, parent=None)
        desk.settle(comment=found, by=self.reader, **body, **now())
        found.refresh_from_db()
        return Response(CommentSerializer(found, context=self.get_serializer_context()).data)
