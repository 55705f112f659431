"""Pages about assessments and what follows from them."""

from django.urls import path

from assessments.views import (
    arrangement_comparison,
    assessments,
    charts,
    comparison,
    dyads,
    editor,
    engagement_comparison,
    frameworks,
    ratings,
    recommendations,
    recording,
    review,
    sources,
)

app_name = "assessments"
urlpatterns = [
    path("assessments/", assessments.assessment_list, name="assessments"),
    path("assessments/open/", assessments.open_assessment, name="open"),
    path("assessments/<int:pk>/", assessments.assessment_detail, name="assessment"),
    path("assessments/<int:pk>/edit/", editor.edit, name="edit"),
    path("assessments/<int:pk>/describe/", recording.describe, name="describe"),
    path("assessments/<int:pk>/edit/<str:code>/", editor.dimension, name="dimension"),
    path("assessments/<int:pk>/answer/<str:code>/", editor.save_answer, name="save-answer"),
    path("assessments/<int:pk>/presence/", editor.presence, name="presence"),
    path("signed-in/", editor.signed_in, name="signed-in"),
    path("assessments/<int:pk>/cite/<str:code>/", recording.add_evidence, name="add-evidence"),
    path("assessments/<int:pk>/check/", recording.check, name="check"),
    path("assessments/<int:pk>/revise/", recording.revise, name="revise"),
    path("assessments/<int:pk>/amend/", assessments.amend, name="amend"),
    path("assessments/<int:pk>/withdraw/", assessments.withdraw, name="withdraw"),
    path("assessments/<int:pk>/release/", assessments.release, name="release"),
    path("assessments/<int:pk>/review/", review.start, name="start-review"),
    path("assessments/<int:pk>/review/<int:number>/", review.desk, name="review"),
    path("assessments/<int:pk>/review/<int:number>/decide/", review.decide, name="decide"),
    path("dyads/", dyads.dyad_list, name="dyads"),
    path("dyads/compare/", comparison.compare, name="compare"),
    path("engagements/compare/", engagement_comparison.compare_engagements, name="compare-engagements"),
    path("arrangements/compare/", arrangement_comparison.compare_arrangements, name="compare-arrangements"),
    path("dyads/<str:slug>/", dyads.dyad_detail, name="dyad"),
    path("dyads/<str:slug>/<str:level>/", ratings.ratings, name="dyad-ratings"),
    path("dyads/<str:slug>/<str:level>/chart.svg", charts.dimensions_chart, name="dyad-chart"),
    path("findings/<int:pk>/", ratings.finding, name="finding"),
    path("sources/", sources.source_list, name="sources"),
    path("recommendations/", recommendations.recommendation_list, name="recommendations"),
    path("recommendations/<int:pk>/", recommendations.recommendation_detail, name="recommendation"),
    path("frameworks/", frameworks.framework_list, name="frameworks"),
    path("frameworks/<slug:code>/<str:version>/", frameworks.framework_detail, name="framework"),
]
