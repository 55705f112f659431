"""The search over many lessons and rationales, against the same in SQL written by hand."""

import re
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import connection
from django.test import Client

from assessments.actions.generation import generate_data
from assessments.actions.imports import load_framework
from assessments.actions.reference import FOLDER
from assessments.models import Assessment, Framework, SearchEntry
from assessments.search.query import parsed
from assessments.search.results import FACTORS, ON_A_PAGE, WEIGHTS, find
from organisations.models import User
from tests.benchmarks.timing import Pair, in_turn
from tests.factories import AT, AdministratorFactory

WORDS_OF_A_TEXT = 40
QUERIES = ("handover", "command police", "secur*", '"joint planning" -police')
# A word that is often used comes first: the third power makes few of them frequent, as in a language.
TEXT = """(
    SELECT string_agg(words.list[1 + floor(power(random(), 3) * cardinality(words.list))::int + 0 * g], ' ')
    FROM generate_series(1, {n} + 0 * o.id::int) g
)"""
RATIONALES = """
    INSERT INTO assessments_rating (id, assessment_id, indicator_id, score, non_score, confidence,
        rationale, version, updated_at, updated_by_id)
    SELECT o.id, o.assessment_id, o.indicator_id, o.score, o.non_score, o.confidence, {text}, 1, %s,
        o.assessor_id
    FROM (SELECT rating_id AS id, * FROM (
        SELECT rating_id, assessment_id, indicator_id, score, non_score, confidence, assessor_id
        FROM assessments_approvedrating ORDER BY rating_id LIMIT %s) r) o,
        (SELECT %s::text[] AS list) words
"""
# Half of them stand endorsed and are released to all, half are observations of their own organisations.
LESSONS = """
    INSERT INTO assessments_lesson (organisation_id, dyad_id, framework_id, level, subject, kind, title,
        observation, discussion, conclusion, recommendation, joint, origin, clause, marking,
        released_to_all, state, version, round, author_ids, started_by_id, endorsed_by_id, endorsed_at,
        priority_reason, closing_reason, recurrences, created_at, updated_at)
    SELECT d.first_id, d.id, %(framework)s, 'field', 'F5.2', 'lesson', {title}, {text}, {text}, {text},
        {text}, false, 'own', '', 'GREEN', o.id %% 2 = 0,
        CASE WHEN o.id %% 2 = 0 THEN 'endorsed' ELSE 'observation' END, 1, 1, ARRAY[%(author)s::bigint],
        %(author)s, CASE WHEN o.id %% 2 = 0 THEN %(judge)s END, CASE WHEN o.id %% 2 = 0 THEN %(at)s END,
        '', '', 0, %(at)s, %(at)s
    FROM generate_series(1, %(n)s) o(id)
    JOIN (SELECT id, first_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS n
          FROM organisations_dyad) d ON d.place = o.id %% d.n,
        (SELECT %(words)s::text[] AS list) words
"""
PLAIN = """
    WITH mine AS (
        SELECT organisation_id AS id, role FROM organisations_membership WHERE user_id = %(user)s
    ), matched AS (
        SELECT e.id, e.kind, e.dyad_id, e.level, e.dimension, e.year, e.state,
            ts_rank({weights}, e.words, CASE e.language WHEN 'french' THEN to_tsquery('french', %(any)s)
                ELSE to_tsquery('english', %(any)s) END) * CASE e.kind {factors} ELSE 1.0 END AS rank
        FROM assessments_searchentry e
        WHERE (e.language = 'english' AND e.words @@ to_tsquery('english', %(all)s)
            OR e.language = 'french' AND e.words @@ to_tsquery('french', %(all)s))
          AND (e.kind = 'rationale' AND EXISTS (
                SELECT 1 FROM assessments_assessment a WHERE a.id = e.assessment_id
                AND (a.state = 'approved' AND a.released_to_all OR a.on_behalf_of_id IN (
                    SELECT id FROM mine WHERE role <> 'reader')))
            OR e.kind = 'lesson' AND EXISTS (
                SELECT 1 FROM assessments_lesson l WHERE l.id = e.object_id
                AND (l.released_to_all AND l.endorsed_at IS NOT NULL OR l.organisation_id IN (
                    SELECT id FROM mine WHERE role <> 'reader')))
            OR e.kind IN ('mission', 'engagement', 'instrument'))
    )
"""
FIRST_PAGE = """
    SELECT e.*, m.rank, ts_headline('english', concord_folded(e.title || ' ' || e.body),
        to_tsquery('english', %(all)s), 'HighlightAll=true')
    FROM (SELECT id, rank FROM matched ORDER BY rank DESC, year DESC, id LIMIT {page}) m
    JOIN assessments_searchentry e USING (id) ORDER BY m.rank DESC
"""
COUNTS = """
    SELECT kind, dyad_id, level, dimension, year, state, count(*) FROM matched GROUP BY 1, 2, 3, 4, 5, 6
"""


def words_of_the_reference() -> list[str]:
    """Words of the reference cases and framework, the most frequent first."""
    text = " ".join((FOLDER / name).read_text() for name in ("cases.yaml", "framework.yaml"))
    found = re.findall(r"[a-z]{4,}", text.lower())
    counts = {word: found.count(word) for word in set(found)}
    return sorted(counts, key=lambda word: (-counts[word], word))


class Searching:
    """So many texts, half of them rationales of approved assessments, half lessons; one analyst searches."""

    def __init__(self, texts: int) -> None:
        settings.ALLOWED_HOSTS = ["testserver"]
        load_framework(path=FOLDER / "framework.yaml", by=AdministratorFactory(), at=AT)
        self.framework = Framework.objects.asking().get()
        generate_data(framework=self.framework, ratings=round(texts * 0.55), seed=1, at=AT, released=0.5)
        people = Assessment.objects.order_by("pk").values_list("assessor", flat=True).distinct()[:2]
        author, judge = people
        words = words_of_the_reference()
        text = TEXT.format(n=WORDS_OF_A_TEXT)
        approved_already = pgtrigger.ignore("assessments.Rating:only_in_draft")
        with approved_already, connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")
            cursor.execute(RATIONALES.format(text=text), [AT, texts // 2, words])
        given: dict[str, Any] = {
            "framework": self.framework.pk,
            "author": author,
            "judge": judge,
            "at": AT,
            "n": texts - texts // 2,
            "words": words,
        }
        lessons = LESSONS.format(text=TEXT.format(n=WORDS_OF_A_TEXT // 4), title=TEXT.format(n=6))
        with connection.cursor() as cursor:
            cursor.execute(lessons, given)
            cursor.execute("VACUUM ANALYZE")
        self.user = User.objects.get(pk=author)
        self.client = Client()
        self.client.force_login(self.user)

    def size(self) -> dict[str, int]:
        kinds = SearchEntry.objects.filter(kind__in=("rationale", "lesson"))
        return {kind: kinds.filter(kind=kind).count() for kind in ("rationale", "lesson")}

    def pairs(self, repeats: int) -> list[Pair]:
        return [pair for text in QUERIES for pair in self._of(text, repeats)]

    def _of(self, text: str, repeats: int) -> list[Pair]:
        query = parsed(text)
        total = find(query, user=self.user, chosen={}, number=1).total
        assert total == self._plain(text), "both find the same"
        name = f"{text}: {total} found"
        return [
            in_turn(
                name,
                lambda: find(query, user=self.user, chosen={}, number=1),
                "the same in plain SQL",
                lambda: self._plain(text),
                repeats,
            ),
            in_turn(
                "  its page, in HTML",
                lambda: self._page(text),
                "the same in plain SQL",
                lambda: self._plain(text),
                repeats,
            ),
        ]

    def _page(self, text: str) -> None:
        response = self.client.get("/search/", {"q": text})
        assert response.status_code == 200

    def _plain(self, text: str) -> int:
        """The first page and the counts by hand; returns how much is found."""
        query = parsed(text)
        words = {word: term.beginning for term in query.terms if not term.excluded for word in term.words}
        given: dict[str, Any] = {
            "user": self.user.pk,
            "all": " & ".join(map(str, query.terms)),
            "any": " | ".join(f"{word}:*" if beginning else word for word, beginning in words.items()),
        }
        factors = " ".join(f"WHEN '{kind.value}' THEN {factor}" for kind, factor in FACTORS.items())
        matched = PLAIN.format(factors=factors, weights=f"'{{{', '.join(map(str, WEIGHTS))}}}'")
        with connection.cursor() as cursor:
            cursor.execute(matched + FIRST_PAGE.format(page=ON_A_PAGE), given)
            cursor.fetchall()
            cursor.execute(matched + COUNTS, given)
            return sum(row[-1] for row in cursor.fetchall())
