"""Lessons, what is decided about them, and the actions by which they are learned."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessments.actions import lesson_actions, lesson_decisions, lessons
from assessments.api.filters import EngagementFilter, FrameworkFilter, TargetFilter
from assessments.api.inputs import ReasonInput, ReleaseInput
from assessments.api.lesson_inputs import (
    AcceptInput,
    LessonTextsInput,
    NewLessonInput,
    PriorityInput,
    ProgressInput,
    TaskInput,
    ValidationInput,
)
from assessments.api.writing import Input, Nothing, Writing, changes, deciding, given, now
from assessments.choices import ActionState, LessonState
from assessments.models import Lesson, LessonAction
from organisations.api.etags import etag, require_match
from organisations.api.filters import DyadFilter, OrganisationFilter
from organisations.api.viewsets import ReadViewSet

Text = serializers.CharField


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    organisation = Text(source="organisation.acronym", read_only=True)
    dyad = Text(source="dyad.slug", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)
    framework = Text(source="framework.name", read_only=True)

    class Meta:
        model = Lesson
        fields = [
            "id",
            "organisation",
            "dyad",
            "engagement",
            "framework",
            "level",
            "subject",
            "kind",
            "title",
            "observation",
            "discussion",
            "conclusion",
            "recommendation",
            "joint",
            "instrument",
            "clause",
            "marking",
            "released_to_all",
            "state",
            "round",
            "priority",
            "proposed_priority",
            "recurrences",
            "merged_into",
            "version",
            "created_at",
            "updated_at",
        ]


class LessonActionSerializer(serializers.ModelSerializer[LessonAction]):
    """``mine`` says whether the caller owns it; others have no names here."""

    organisation = Text(source="organisation.acronym", read_only=True)
    mine = serializers.SerializerMethodField()

    class Meta:
        model = LessonAction
        fields = [
            "id",
            "lesson",
            "round",
            "organisation",
            "task",
            "body",
            "state",
            "mine",
            "due",
            "decline_reason",
            "validation_basis",
            "validation_text",
            "version",
        ]

    def get_mine(self, action: LessonAction) -> bool:
        return bool(action.owner_id == self.context["request"].user.pk)


class LessonFilters(filters.FilterSet):
    dyad = DyadFilter()
    organisation = OrganisationFilter()
    engagement = EngagementFilter()
    framework = FrameworkFilter()
    subject = TargetFilter()
    state = filters.ChoiceFilter(choices=LessonState.choices)

    class Meta:
        model = Lesson
        fields: list[str] = []


class LessonActionFilters(filters.FilterSet):
    dyad = DyadFilter(field_name="lesson__dyad")
    organisation = OrganisationFilter()
    lesson = filters.NumberFilter(min_value=1, max_value=2**63 - 1)
    state = filters.ChoiceFilter(choices=ActionState.choices)

    class Meta:
        model = LessonAction
        fields: list[str] = []


class LessonViewSet(Writing, ReadViewSet[Lesson]):
    """Lessons of your organisations, and those released to you."""

    serializer_class = LessonSerializer
    filterset_class = LessonFilters

    def get_queryset(self) -> QuerySet[Lesson]:
        return Lesson.objects.visible_to(self.reader).for_list()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(self.get_object())

    def _shown(self, lesson: Lesson, status: int = 200) -> Response:
        headers = {"ETag": self._tag(lesson)}
        if status == 201:
            headers["Location"] = reverse("api:lesson-detail", args=[lesson.pk], request=self.request)
        return Response(LessonSerializer(lesson).data, status=status, headers=headers)

    @staticmethod
    def _tag(lesson: Lesson) -> str:
        return etag("lesson", lesson.pk, lesson.version, lesson.state, lesson.updated_at.isoformat())

    def _move(self, act: Callable[..., Any], expected: type[Input], *, versioned: bool = False) -> Response:
        body = given(self.request, expected, context=self.get_serializer_context())
        locked = lessons.locked_lesson(self.get_object())
        require_match(self.request, self._tag(locked))
        if versioned:
            body["version"] = locked.version
        act(lesson=locked, by=self.reader, **body, **now())
        return self._shown(self.get_object())

    @changes("lessons_begin", NewLessonInput, LessonSerializer, status=201, matched=False)
    def create(self, request: Request) -> Response:
        """Write an observation for your organisation."""
        body = given(request, NewLessonInput, context=self.get_serializer_context())
        begun = lessons.begin_lesson(by=self.reader, **body, **now())
        return self._shown(self.get_queryset().get(pk=begun.pk), 201)

    @changes("lessons_write", LessonTextsInput, LessonSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the texts of an observation; what is left out stays."""
        locked = lessons.locked_lesson(self.get_object())
        require_match(request, self._tag(locked))
        there = {name: getattr(locked, name) for name in LessonTextsInput.TEXTS}
        there["instrument"] = locked.instrument_id
        context = self.get_serializer_context()
        body = given(request, LessonTextsInput, over=there, context=context)
        lessons.write_lesson(lesson=locked, version=locked.version, by=self.reader, **body, **now())
        return self._shown(self.get_object())

    @changes("lessons_identify", Nothing, LessonSerializer)
    @action(detail=True, methods=["post"])
    def identify(self, request: Request, pk: str) -> Response:
        """Submit an observation as a lesson identified: all four texts have to say something."""
        return self._move(lessons.identify, Nothing, versioned=True)

    @changes("lessons_return", ReasonInput, LessonSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def return_to_authors(self, request: Request, pk: str) -> Response:
        """Take it back to an observation, with the reason; others stop seeing it."""
        return self._move(lesson_decisions.return_to_authors, ReasonInput)

    @changes("lessons_endorse", PriorityInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def endorse(self, request: Request, pk: str) -> Response:
        """Endorse exactly the texts that were read, with the priority by the rule or another."""
        return self._move(lesson_decisions.endorse, PriorityInput, versioned=True)

    @changes("lessons_prioritise", PriorityInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def prioritise(self, request: Request, pk: str) -> Response:
        """Set another priority with its reason, or with null the one that the rule gives now."""
        return self._move(lesson_decisions.prioritise, PriorityInput)

    @changes("lessons_release", ReleaseInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def release(self, request: Request, pk: str) -> Response:
        """Release an endorsed lesson to exactly these organisations, or to all."""
        body = given(request, ReleaseInput, context=self.get_serializer_context())
        locked = lessons.locked_lesson(self.get_object())
        require_match(request, self._tag(locked))
        to, to_all = body["released_to"], body["released_to_all"]
        lesson_decisions.release_lesson(lesson=locked, to=to, to_all=to_all, by=self.reader, **now())
        return self._shown(self.get_object())

    @changes("lessons_close", ReasonInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def close(self, request: Request, pk: str) -> Response:
        """Close it without action, with the reason."""
        return self._move(lesson_decisions.close_lesson, ReasonInput)

    @changes("lessons_reopen", ReasonInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def reopen(self, request: Request, pk: str) -> Response:
        """Begin another round, with the reason: it has to be endorsed anew."""
        return self._move(lesson_decisions.reopen_lesson, ReasonInput)

    @changes("lessons_task", TaskInput, LessonSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def task(self, request: Request, pk: str) -> Response:
        """Propose an action to an organisation of the dyad, which sees the lesson from then on."""
        return self._move(lesson_actions.task_organisation, TaskInput)


class LessonActionViewSet(Writing, ReadViewSet[LessonAction]):
    """What organisations are to do about the lessons that you see."""

    serializer_class = LessonActionSerializer
    filterset_class = LessonActionFilters

    def get_queryset(self) -> QuerySet[LessonAction]:
        return LessonAction.objects.visible_to(self.reader).for_list()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(self.get_object())

    def _shown(self, shown: LessonAction) -> Response:
        tag = etag("lesson-action", shown.pk, shown.version, shown.state)
        return Response(self.get_serializer(shown).data, headers={"ETag": tag})

    def _move(self, act: Callable[..., Any], expected: type[Input], **more: Any) -> Response:
        body = given(self.request, expected, context=self.get_serializer_context())
        found = self.get_object()
        lessons.locked_lesson(found.lesson)
        found = self.get_object()
        require_match(self.request, etag("lesson-action", found.pk, found.version, found.state))
        act(action=found, by=self.reader, **body, **more, **now())
        return self._shown(self.get_object())

    @changes("lesson_actions_accept", AcceptInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def accept(self, request: Request, pk: str) -> Response:
        """Accept it for your organisation, as its owner."""
        return self._move(lesson_actions.accept_action, AcceptInput, owner=self.reader)

    @changes("lesson_actions_decline", ReasonInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def decline(self, request: Request, pk: str) -> Response:
        """Decline it for your organisation, with the reason."""
        return self._move(lesson_actions.decline_action, ReasonInput)

    @changes("lesson_actions_start", ProgressInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Say that work on it has begun."""
        return self._move(lesson_actions.start_action, ProgressInput)

    @changes("lesson_actions_note", ProgressInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        """Write down what was done. Whoever does so does not validate the action."""
        return self._move(lesson_actions.note_progress, ProgressInput)

    @changes("lesson_actions_implement", ProgressInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    def implement(self, request: Request, pk: str) -> Response:
        """Report it as implemented: what was done, for others to validate."""
        return self._move(lesson_actions.implement_action, ProgressInput)

    @changes("lesson_actions_send_back", ReasonInput, LessonActionSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    @deciding
    def send_back(self, request: Request, pk: str) -> Response:
        """Say why it is not implemented yet."""
        return self._move(lesson_actions.send_back, ReasonInput)

    @changes("lesson_actions_validate", ValidationInput, LessonActionSerializer)
    @action(detail=True, methods=["post"])
    @deciding
    def validate(self, request: Request, pk: str) -> Response:
        """Say that it has worked, and what shows it; nobody who worked on it may."""
        body = given(request, ValidationInput, context=self.get_serializer_context())
        found = self.get_object()
        require_match(request, etag("lesson-action", found.pk, found.version, found.state))
        lesson_actions.validate_action(
            action=found, version=found.version, evidence=body, by=self.reader, **now()
        )
        return self._shown(self.get_object())
