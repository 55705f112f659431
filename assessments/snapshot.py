"""The content of a revision: all answers and evidence of an assessment, in a canonical form with a digest."""

import hashlib
import json
from typing import Any

from django.db.models import Prefetch

from assessments.models import Assessment, Evidence, Rating


def content_of(assessment: Assessment, *, with_open: bool = False) -> dict[str, Any]:
    """Return what was assessed and every answer with its evidence, as plain JSON values, in two queries.

    ``with_open`` adds what a draft holds of indicators without an answer: rationales, evidence.

    Sources are copied in with author, title, year and reliability, so that a revision
    can be read when they change.
    """
    evidence = Evidence.objects.select_related("source").order_by("pk")
    ratings = assessment.ratings.select_related("indicator").prefetch_related(
        Prefetch("evidence", queryset=evidence)
    )
    return {
        "dyad": assessment.dyad.slug,
        "level": assessment.level,
        "engagement": assessment.engagement.name if assessment.engagement else None,
        "framework": assessment.framework.name,
        "period": [assessment.period_start, assessment.period_end],
        "basis": assessment.basis,
        "on_behalf_of": assessment.on_behalf_of.acronym,
        "marking": assessment.marking,
        "ratings": [_answer(rating) for rating in ratings if rating.answered or with_open],
    }


def _answer(rating: Rating) -> dict[str, Any]:
    return {
        "rating": rating.pk,
        "indicator": rating.indicator.code,
        "score": rating.score,
        "non_score": rating.non_score,
        "confidence": rating.confidence,
        "rationale": rating.rationale,
        "evidence": [_evidence(evidence) for evidence in rating.evidence.all()],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    source = evidence.source
    cited = {
        "key": source.key,
        "author": source.author,
        "title": source.title,
        "year": source.year,
        "url": source.url,
        "reliability": source.reliability,
    }
    return {"source": cited} | evidence.place


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
