"""The administration: its pages open, and what it cannot store it says in words."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from organisations.models import Dyad, Instrument, Membership, Mission, Organisation, User
from organisations.roles import Role
from tests.factories import (
    PASSWORD,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    InstrumentFactory,
    MembershipFactory,
    MissionFactory,
    OrganisationFactory,
    UserFactory,
    make_assessment,
)

pytestmark = pytest.mark.django_db
Rows = list[dict[str, Any]]
READ_ONLY = {"framework", "notice"}
OF_THE_QUEUE = "procrastinate"  # read-only pages of the library, opened below with a job in them
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label != OF_THE_QUEUE),
    key=lambda model: model._meta.label,
)
each_model = pytest.mark.parametrize("model", MODELS, ids=[model._meta.model_name for model in MODELS])


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(AdministratorFactory())
    return client


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def one_of_each() -> None:
    dyad = DyadFactory()
    MembershipFactory(organisation=dyad.first)
    InstrumentFactory(dyad=dyad)
    EngagementFactory(dyad=dyad, mission=MissionFactory(leads=[dyad.first, dyad.second]))
    FrameworkFactory()
    UserFactory()
    make_assessment("returned")  # its assessor is told


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@each_model
def test_the_list_opens_with_as_many_queries_for_one_row_as_for_five(
    model: type[Model], administrator: Client
) -> None:
    one_of_each()
    one = queries(administrator, address(model, "changelist"))
    for _ in range(4):
        one_of_each()
    assert queries(administrator, address(model, "changelist")) == one
    assert one <= 9


@each_model
def test_its_search_and_its_filters_open(model: type[Model], administrator: Client) -> None:
    one_of_each()
    made = admin.site._registry[model]
    parameters = [{"q": "a"}] if made.search_fields else []
    parameters += [{"o": str(-column)} for column in range(1, len(made.list_display) + 1)]
    found = [administrator.get(address(model, "changelist"), given).status_code for given in parameters]
    assert set(found) <= {200}


@each_model
def test_the_form_of_a_new_one_opens(model: type[Model], administrator: Client) -> None:
    one_of_each()
    expected = 403 if model._meta.model_name in READ_ONLY else 200
    assert administrator.get(address(model, "add")).status_code == expected


@each_model
def test_each_row_opens_in_a_bounded_number_of_queries(model: type[Model], administrator: Client) -> None:
    one_of_each()
    for row in model._default_manager.all():
        assert queries(administrator, address(model, "change", row.pk)) <= 20
    assert model._default_manager.exists()


def posted(
    client: Client, model: type[Model], data: Mapping[str, Any], **inlines: list[dict[str, Any]]
) -> str:
    """What the form of a new row says to ``data``; nothing when it is stored."""
    given = dict(data)
    for name, rows in inlines.items():
        given |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0}
        given |= {f"{name}-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    response = client.post(address(model, "add"), given)
    assert response.status_code in {200, 302}
    return "" if response.status_code == 302 else response.content.decode()


def test_a_dyad_is_kept_in_canonical_order_however_it_is_given(administrator: Client) -> None:
    earlier, later = OrganisationFactory(), OrganisationFactory()
    assert posted(administrator, Dyad, {"first": later.pk, "second": earlier.pk}, instruments=[]) == ""
    dyad = Dyad.objects.get()
    assert (dyad.first, dyad.second) == (earlier, later)


@pytest.mark.parametrize("turned", [False, True])
def test_a_dyad_that_exists_is_refused_in_either_order(turned: bool, administrator: Client) -> None:
    dyad = DyadFactory()
    first, second = (dyad.second, dyad.first) if turned else (dyad.first, dyad.second)
    said = posted(administrator, Dyad, {"first": first.pk, "second": second.pk}, instruments=[])
    assert "This dyad exists." in said
    assert Dyad.objects.count() == 1


def test_a_dyad_of_one_is_refused(administrator: Client) -> None:
    one = OrganisationFactory()
    said = posted(administrator, Dyad, {"first": one.pk, "second": one.pk}, instruments=[])
    assert "A dyad consists of two different organisations." in said
    assert not Dyad.objects.exists()


def test_a_dyad_with_half_an_answer_is_refused(administrator: Client) -> None:
    said = posted(administrator, Dyad, {"first": OrganisationFactory().pk, "second": ""}, instruments=[])
    assert "This field is required." in said


DECLARATION = {"title": "Joint declaration", "kind": "declaration", "year": "2003"}


def test_an_instrument_comes_with_its_dyad_and_once(administrator: Client) -> None:
    one, two = OrganisationFactory(), OrganisationFactory()
    data = {"first": two.pk, "second": one.pk}
    assert "duplicate" in posted(administrator, Dyad, data, instruments=[DECLARATION, DECLARATION])
    assert not Instrument.objects.exists()
    assert posted(administrator, Dyad, data, instruments=[DECLARATION]) == ""
    assert Instrument.objects.get().dyad == Dyad.objects.get()


def test_a_new_person_is_an_address_with_roles_and_without_a_password(administrator: Client) -> None:
    organisation = OrganisationFactory()
    role = {"organisation": organisation.pk, "role": Role.ANALYST.value}
    data = {"email": "New.Person@ORG.example", "name": "New"}
    assert posted(administrator, User, data, memberships=[role]) == ""
    person = User.objects.get(name="New")
    assert (person.email, person.has_usable_password()) == ("new.person@org.example", False)
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert Membership.objects.get(user=person).role == Role.ANALYST
    assert administrator.get(address(User, "change", person.pk)).status_code == 200


REFUSED: list[tuple[type[Model], dict[str, str], str]] = [
    (User, {"email": "person@org.example"}, "A person with this address exists."),
    (User, {"email": "PERSON@org.example"}, "A person with this address exists."),
    (User, {"email": "nobody"}, "Enter a valid email address."),
    (User, {"email": ""}, "This field is required."),
    (
        Organisation,
        {"acronym": "tAkEn", "name": "X", "scope": "global"},
        "An organisation with this acronym exists.",
    ),
    (
        Organisation,
        {"acronym": "A-B", "name": "X", "scope": "global"},
        "An acronym consists of letters and digits",
    ),
    (Mission, {"start": "2003-13"}, "Give a year, a month or a day"),
    (Mission, {"start": "2003", "end": "2002"}, "A mission cannot end before it starts."),
    (Mission, {"start": "2003"}, "already exists"),
]


@pytest.mark.parametrize(("model", "data", "said"), REFUSED)
def test_what_cannot_be_stored_is_said(
    model: type[Model], data: dict[str, str], said: str, administrator: Client
) -> None:
    UserFactory(email="person@org.example")
    lead = OrganisationFactory(acronym="TAKEN")
    MissionFactory(acronym="THERE", leads=[lead])
    before = model._default_manager.count()
    inlines: dict[str, Rows] = {"memberships": []} if model is User else {}
    if model is Organisation:
        data = {"name": "Organisation", "scope": "global", **data}
    if model is Mission:
        data = {"acronym": "THERE", "name": "Mission", "theatre": "Somewhere", **data}
        inlines = {"missionlead_set": [{"organisation": lead.pk}]}
    page = posted(administrator, model, data, **inlines)
    assert said in page
    assert "Constraint" not in page
    assert model._default_manager.count() == before


def test_a_mission_needs_a_lead_and_each_once(administrator: Client) -> None:
    lead = {"organisation": OrganisationFactory().pk}
    data = {"acronym": "NEW", "name": "Mission", "theatre": "Somewhere", "start": "2003"}
    assert posted(administrator, Mission, data, missionlead_set=[{"organisation": ""}]) != ""
    assert "duplicate" in posted(administrator, Mission, data, missionlead_set=[lead, lead])
    assert not Mission.objects.exists()
    assert posted(administrator, Mission, data, missionlead_set=[lead]) == ""


def test_an_organisation_that_others_rest_on_is_not_deleted(administrator: Client) -> None:
    organisation = DyadFactory().first
    page = administrator.post(address(Organisation, "delete", organisation.pk), {"post": "yes"})
    assert page.status_code == 200
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def changed(client: Client, person: User, **fields: str) -> None:
    data = {"email": person.email, "name": person.name, "is_active": "on", **fields}
    data |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    assert client.post(address(User, "change", person.pk), data).status_code == 302


def test_whoever_is_suspended_is_out_at_the_next_request(administrator: Client) -> None:
    person = UserFactory()
    client = Client()
    client.force_login(person)
    assert client.get("/").status_code == 200
    changed(administrator, person, is_active="")
    assert client.get("/").status_code == 302


def signs_in(email: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    return "_auth_user_id" in client.session


def test_a_corrected_address_signs_in_and_the_old_one_no_longer(administrator: Client) -> None:
    person = UserFactory(email="wrong@org.example", password=PASSWORD)
    assert signs_in("wrong@org.example")
    changed(administrator, person, email="Right@ORG.example")
    assert signs_in("right@org.example")
    assert signs_in("RIGHT@org.example")
    assert not signs_in("wrong@org.example")


def test_there_is_one_way_to_sign_in(administrator: Client) -> None:
    """The page of the administration would know no limit of attempts."""
    AdministratorFactory(email="root@org.example", password=PASSWORD)
    client = Client()
    data = {"username": "root@org.example", "password": PASSWORD}
    response = client.post("/admin/login/?next=/admin/", data)
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_nobody_sets_the_password_of_another() -> None:
    person: User = UserFactory(password="their own password")
    administrator = Client()
    administrator.force_login(AdministratorFactory())
    address = f"/admin/organisations/user/{person.pk}/password/"
    for response in (
        administrator.get(address),
        administrator.post(address, {"password1": "chosen by another", "password2": "chosen by another"}),
    ):
        assert response.status_code == 403
    person.refresh_from_db()
    assert person.check_password("their own password")
    change = administrator.get(reverse("admin:organisations_user_change", args=[person.pk]))
    assert "password" not in change.context["adminform"].form.fields


def test_a_stored_dyad_stays_its_pair() -> None:
    dyad = DyadFactory()
    administrator = Client()
    administrator.force_login(AdministratorFactory())
    change = administrator.get(reverse("admin:organisations_dyad_change", args=[dyad.pk]))
    assert set(change.context["adminform"].form.fields).isdisjoint({"first", "second"})


def test_the_queue_can_be_read_and_not_changed(administrator: Client) -> None:
    app.configure_task("forget_finished_jobs").defer(timestamp=0)
    job = ProcrastinateJob.objects.get()
    assert administrator.get(address(ProcrastinateJob, "changelist")).status_code == 200
    assert administrator.get(address(ProcrastinateJob, "add")).status_code == 403
    page = f"/admin/procrastinate/procrastinatejob/{job.pk}/change/"
    assert "forget_finished_jobs" in administrator.get(page).content.decode()
    administrator.post(page, {"task_name": "another"})
    job.refresh_from_db()
    assert job.task_name == "forget_finished_jobs"
