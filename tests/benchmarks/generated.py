"""An installation of the reference framework with generated data, looked at by one reader."""

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from assessments.actions.generation import generate_data
from assessments.actions.imports import load_framework
from assessments.actions.reference import FOLDER
from assessments.actions.scorecards import refresh_dyad
from assessments.models import ApprovedRating, Assessment, Framework
from organisations.models import Dyad
from tests.benchmarks.timing import seconds
from tests.factories import AT, AdministratorFactory, OrganisationFactory, reader

ASSESSMENTS_OF_THE_DYAD = 10


class GeneratedWork:
    def __init__(self, ratings: int, seed: int) -> None:
        settings.ALLOWED_HOSTS = ["testserver"]
        load_framework(path=FOLDER / "framework.yaml", by=AdministratorFactory(), at=AT)
        framework = Framework.objects.asking().get()
        self.client = Client()
        self.client.force_login(reader(OrganisationFactory()))
        generate_data(framework=framework, ratings=ratings, seed=seed, at=AT)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self.dyad = self._of_one_size()
        refresh_dyad(dyad=self.dyad, framework=framework, at=timezone.now())

    def _of_one_size(self) -> Dyad:
        """The first dyad with exactly so many assessments, so that pages at any volume show as much."""
        for dyad in Dyad.objects.with_organisations().order_by("pk"):
            if Assessment.objects.filter(dyad=dyad).count() == ASSESSMENTS_OF_THE_DYAD:
                return dyad
        raise RuntimeError(f"No dyad has {ASSESSMENTS_OF_THE_DYAD} assessments.")

    def page(self) -> float:
        return seconds(self._get)

    def _get(self) -> None:
        response = self.client.get(self.dyad.get_absolute_url())
        assert response.status_code == 200
        assert "Field level" in response.text

    def size(self) -> dict[str, int]:
        return {
            "ratings": ApprovedRating.objects.count(),
            "dyads": Dyad.objects.count(),
            "ratings of the dyad": ApprovedRating.objects.filter(dyad=self.dyad).count(),
        }
