"""Version 1 of the API: ``/api/v1/``. A later version gets its own module and its own prefix."""

from typing import Any, NoReturn

from django.urls import path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from assessments.api.assessment_views import AssessmentViewSet
from assessments.api.lesson_views import LessonActionViewSet, LessonViewSet
from assessments.api.panel_views import PanelViewSet
from assessments.api.recording_views import (
    Answer,
    AnswerEvidence,
    Answers,
    Comments,
    OneEvidence,
    Settling,
)
from assessments.api.source_views import SourceViewSet
from assessments.api.viewsets import (
    FindingViewSet,
    FrameworkViewSet,
    RatingViewSet,
    RecommendationViewSet,
    ScorecardViewSet,
)
from assessments.exports.api import ExportDictionary, ExportManifest, file_view
from assessments.exports.catalogue import DATASETS
from organisations.api import schema as schema_extensions
from organisations.api.viewsets import DyadViewSet, MissionViewSet, OrganisationViewSet, Root

__all__ = ["schema_extensions", "urlpatterns"]


class UnknownAddress(APIView):
    """Whatever is not an address of the API is answered in its own way, not by a page."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise NotFound


router = DefaultRouter()
router.APIRootView = Root
router.include_format_suffixes = False
router.register("organisations", OrganisationViewSet, "organisation")
router.register("dyads", DyadViewSet, "dyad")
router.register("missions", MissionViewSet, "mission")
router.register("frameworks", FrameworkViewSet, "framework")
router.register("assessments", AssessmentViewSet, "assessment")
router.register("sources", SourceViewSet, "source")
router.register("ratings", RatingViewSet, "rating")
router.register("scorecards", ScorecardViewSet, "scorecard")
router.register("findings", FindingViewSet, "finding")
router.register("recommendations", RecommendationViewSet, "recommendation")
router.register("panels", PanelViewSet, "panel")
router.register("lessons", LessonViewSet, "lesson")
router.register("lesson-actions", LessonActionViewSet, "lesson-action")

WITHIN = "assessments/<int:pk>/"

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", TemplateView.as_view(template_name="assessments/api_docs.html"), name="docs"),
    path("exports/dictionary/", ExportDictionary.as_view(), name="export-dictionary"),
    path("exports/<int:pk>/manifest/", ExportManifest.as_view(), name="export-manifest"),
    *(path(f"exports/{name}/", file_view(name).as_view(), name=f"export-{name}") for name in DATASETS),
    path("ratings.csv", file_view("ratings", documented=False).as_view(), name="ratings-csv"),
    path("scorecards.csv", file_view("scorecards", documented=False).as_view(), name="scorecards-csv"),
    path(f"{WITHIN}answers/", Answers.as_view(), name="answers"),
    path(f"{WITHIN}answers/<str:code>/", Answer.as_view(), name="answer"),
    path(f"{WITHIN}answers/<str:code>/evidence/", AnswerEvidence.as_view(), name="answer-evidence"),
    path(f"{WITHIN}evidence/<int:evidence>/", OneEvidence.as_view(), name="evidence"),
    path(f"{WITHIN}comments/", Comments.as_view(), name="comments"),
    path(f"{WITHIN}comments/<int:comment>/settle/", Settling.as_view(), name="settle"),
    *router.urls,
    path("<path:address>", UnknownAddress.as_view(), name="unknown-address"),
]
