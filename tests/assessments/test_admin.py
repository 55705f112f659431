"""The administration is no way round four eyes: what was assessed and decided is not there, for nobody."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse

from assessments.models import Assessment, Engagement, Framework, Indicator, Notice, Review, Rule
from organisations.models import Dyad, Membership, Mission, Organisation, User
from organisations.roles import Role
from tests.factories import (
    AdministratorFactory,
    EngagementFactory,
    FrameworkFactory,
    UserFactory,
    make_assessment,
    member,
    reviewer,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db
REGISTERED = {User, Organisation, Dyad, Mission, Engagement, Framework, Notice}
QUEUE = set(apps.get_app_config("procrastinate").get_models()) & set(admin.site._registry)
OF_THE_RECORD = [
    model for model in apps.get_app_config("assessments").get_models() if model not in REGISTERED
]
PAGES = ("changelist", "add", "change", "delete", "history")


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(model: type[Model], name: str, pk: object = None) -> str:
    args = [] if name in {"changelist", "add"} else [pk]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def record() -> dict[str, list[tuple[object, ...]]]:
    """Every row of what was found and decided, and of who may decide."""
    models: list[type[Model]] = [*OF_THE_RECORD, *REGISTERED, Membership]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def assessed(state: str = "approved") -> Assessment:
    """An assessment with everything around it that the administration can name."""
    framework = FrameworkFactory(rules=RULES)
    return make_assessment(state, engagement=EngagementFactory(), framework=framework)


def test_what_can_be_administered_is_this_and_no_more() -> None:
    assert set(admin.site._registry) == REGISTERED | QUEUE


@pytest.mark.parametrize("model", OF_THE_RECORD, ids=lambda model: model._meta.model_name)
def test_the_record_has_no_page_in_the_administration(model: type[Model]) -> None:
    client = client_of(AdministratorFactory())
    for name in PAGES:
        with pytest.raises(NoReverseMatch):
            page(model, name, 1)
    assert client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").status_code == 404


def test_no_page_edits_the_record_beside_another_row() -> None:
    inlines = {inline.model for made in admin.site._registry.values() for inline in made.inlines}
    assert inlines.isdisjoint(set(OF_THE_RECORD) - {Engagement.missions.through})


def test_the_list_of_the_record_is_long() -> None:
    """So that the tests above cannot pass with an empty list."""
    names = {model.__name__ for model in OF_THE_RECORD}
    assert {"Assessment", "Rating", "Evidence", "Revision", "Review", "Reading", "ApprovedRating"} < names
    assert {"Scorecard", "Finding", "Recommendation", "AssessmentRelease", "AssessmentEvent"} < names


def about(assessment: Assessment) -> Iterator[tuple[type[Model], object]]:
    """What the assessment rests on."""
    assert assessment.engagement
    yield Engagement, assessment.engagement.pk
    yield Dyad, assessment.dyad.pk
    yield Organisation, assessment.on_behalf_of.pk
    yield Mission, assessment.engagement.missions.get().pk
    yield User, assessment.assessor.pk
    yield User, Review.objects.get().reviewer.pk
    yield Framework, assessment.framework.pk


def test_what_an_assessment_rests_on_cannot_be_deleted() -> None:
    assessment = assessed()
    client = client_of(AdministratorFactory())
    before = record()
    for model, pk in about(assessment):
        client.post(page(model, "delete", pk), {"post": "yes"})
        selected = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        client.post(page(model, "changelist"), selected)
        assert record() == before, model


def test_deleting_would_work_where_nothing_rests_on_it() -> None:
    """So that the test above cannot pass because of a form that is never right."""
    person = UserFactory()
    response = client_of(AdministratorFactory()).post(page(User, "delete", person.pk), {"post": "yes"})
    assert response.status_code == 302
    assert not User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("name", ["change", "delete"])
def test_a_framework_is_read_only(name: str) -> None:
    framework = FrameworkFactory(rules=RULES)
    client = client_of(AdministratorFactory())
    before = record()
    assert client.get(page(Framework, "change", framework.pk)).status_code == 200
    response = client.post(page(Framework, name, framework.pk), {"title": "Other", "post": "yes"})
    assert response.status_code == 403
    assert client.post(page(Framework, "add"), {"code": "new"}).status_code == 403
    assert record() == before
    assert Rule.objects.exists()
    assert Indicator.objects.exists()


def decide(client: Client, assessment: Assessment) -> HttpResponseBase:
    """Open the revision and approve it, as the pages do."""
    client.post(reverse("assessments:start-review", args=[assessment.pk]))
    shown = assessment.revisions.get(number=1)
    return client.post(
        reverse("assessments:decide", args=[assessment.pk, 1]),
        {"decision": "approve", "reason": "", "sha256": shown.sha256},
    )


def test_an_administrator_cannot_approve_what_they_wrote_whatever_role_they_give_themselves() -> None:
    assessment = assessed("submitted")
    author, organisation = assessment.assessor, assessment.on_behalf_of
    author.is_staff = author.is_superuser = True
    author.save()
    client = client_of(author)
    data = {"email": author.email, "name": "", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    data |= {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0"}
    data |= {"memberships-0-organisation": str(organisation.pk), "memberships-0-role": Role.REVIEWER.value}
    assert client.post(page(User, "change", author.pk), data).status_code == 302
    assert author.memberships.filter(organisation=organisation, role=Role.REVIEWER).exists()
    decide(client, assessment)
    assessment.refresh_from_db()
    assert assessment.state == "submitted"
    assert not Review.objects.exists()


def test_another_reviewer_approves_it_in_the_same_way() -> None:
    """The control of the test above."""
    assessment = assessed("submitted")
    decide(client_of(reviewer(assessment.on_behalf_of)), assessment)
    assessment.refresh_from_db()
    assert assessment.state == "approved"


def test_an_administrator_without_a_role_does_not_even_see_it() -> None:
    assessment = assessed("submitted")
    assert decide(client_of(AdministratorFactory()), assessment).status_code == 404
    assessment.refresh_from_db()
    assert assessment.state == "submitted"


@pytest.mark.parametrize("kind", [*Role.values, "nobody", "staff", "suspended"])
def test_the_administration_is_for_administrators_only(kind: str) -> None:
    """``staff`` is somebody whose only mark is that of staff, without any permission."""
    assessment = assessed()
    person = member(assessment.on_behalf_of, kind) if kind in Role.values else UserFactory()
    if kind == "staff":
        person.is_staff = True
    if kind == "suspended":
        person.is_staff = person.is_superuser = True
        person.is_active = False
    person.save()
    client = client_of(person)
    before = record()
    for model, pk in about(assessment):
        for url in [page(model, name, pk) for name in PAGES]:
            for response in (client.get(url), client.post(url, {"post": "yes"})):
                assert response.status_code in {302, 403}
                assert "/login/?next=/admin/" in response.get("Location", "/login/?next=/admin/")
    assert record() == before
    index = client.get(reverse("admin:index"))
    assert index.status_code == (200 if kind == "staff" else 302)
    assert reverse("admin:organisations_user_changelist").encode() not in index.content


def test_what_an_engagement_was_assessed_as_stays() -> None:
    administrator, engagement = client_of(AdministratorFactory()), EngagementFactory()
    address = page(Engagement, "change", engagement.pk)

    def changeable() -> set[str]:
        return set(administrator.get(address).context["adminform"].form.fields)

    assert changeable() == {"dyad", "name", "arrangement"}
    make_assessment(engagement=engagement)
    assert changeable() == {"name"}
