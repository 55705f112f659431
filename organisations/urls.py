from django.urls import URLPattern, path

from organisations.views import missions, organisations, tokens

app_name = "organisations"
urlpatterns: list[URLPattern] = [
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/<str:acronym>/", organisations.organisation_detail, name="organisation"),
    path("missions/", missions.mission_list, name="missions"),
    path("missions/<int:pk>/", missions.mission_detail, name="mission"),
    path("roles/", organisations.roles, name="roles"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<slug:token_key>/revoke/", tokens.revoke, name="revoke-token"),
]
