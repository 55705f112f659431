"""My work: what waits for the person who has signed in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import LessonState, RecommendationStatus, State
from assessments.models import Assessment, Framework, Lesson, Notice, Panel, Recommendation, Vignette
from assessments.views.lesson_actions import mine_to_do, waiting_for_decision
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.roles import Permission

SHOWN = 10
NOTICES_SHOWN = 5


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    user = request.user
    bring_up_to_date(viewer=user, at=timezone.now())
    visible = Assessment.objects.visible_to(user).for_list()
    mine = visible.written_by(user)
    reviews_for = organisation_ids_where(user, Permission.REVIEW)
    decides_for = organisation_ids_where(user, Permission.DECIDE_RECOMMENDATIONS)
    to_review = (
        visible.awaiting_review().filter(on_behalf_of__in=reviews_for).exclude(contributions__person=user)
    )
    to_review = to_review.exclude(panel_member__panel__members__person=user)
    to_decide = (
        Recommendation.objects.visible_to(user).for_list().filter(status=RecommendationStatus.PROPOSED)
    )
    to_decide = to_decide.filter(dyad__first__in=decides_for) | to_decide.filter(dyad__second__in=decides_for)
    return render(
        request,
        "assessments/home.html",
        {
            "notices": Notice.objects.visible_to(user).new().for_list()[:NOTICES_SHOWN],
            "returned": mine.filter(state=State.RETURNED)[:SHOWN],
            "drafts": mine.filter(state=State.DRAFT)[:SHOWN],
            "in_review": mine.awaiting_review()[:SHOWN],
            "to_review": to_review.exclude(current_revision__reviews__reviewer=user)[:SHOWN],
            "panels": Panel.objects.visible_to(user).concerning(user).for_list()[:SHOWN],
            "to_decide": to_decide[:SHOWN] if decides_for else [],
            "my_actions": mine_to_do(user)[:SHOWN],
            "actions_to_decide": waiting_for_decision(user, decides_for)[:SHOWN] if decides_for else [],
            "to_endorse": Lesson.objects.visible_to(user)
            .filter(organisation__in=decides_for, state=LessonState.IDENTIFIED)
            .exclude(author_ids__contains=[user.pk])[:SHOWN]
            if decides_for
            else [],
            "today": timezone.localdate(),
            "vignettes": Vignette.objects.waiting_for(user, Framework.objects.latest()).exists(),
            "records": bool(organisation_ids_where(user, Permission.RECORD)),
            "reviews": bool(reviews_for),
            "decides": bool(decides_for),
        },
    )
