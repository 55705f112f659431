"""Lessons that look like one that is being written, so that nobody writes the same twice."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q

from assessments.choices import LessonState, SearchKind, SearchLanguage
from assessments.models import Lesson, SearchEntry
from assessments.search.query import LONGEST, Query, Term, folded
from organisations.models import User

CANDIDATES, MOST = 40, 5
LEAST_LETTERS, STEM = 4, 6
SHARED, SHARE = 2, 0.5


@dataclass(frozen=True, slots=True)
class Alike:
    """``share`` of the shorter title's words; ``same_place``: about the same subject of the same dyad."""

    lesson: Lesson
    share: float
    same_place: bool


def look_alikes(title: str, *, user: User, dyad: int = 0, subject: str = "", besides: int = 0) -> list[Alike]:
    """The most alike of what ``user`` sees, best first: by the words of the title, or by dyad and subject.

    Lessons that were merged are left out: what they were merged into says the same. Two queries.
    """
    words = _stems(title[:LONGEST])
    near = Q(pk__in=_candidates(title[:LONGEST], user)) if words else Q()
    if dyad and subject:
        near |= Q(dyad=dyad, subject=subject)
    if not near:
        return []
    visible = Lesson.objects.visible_to(user).for_list().filter(near, merged_into__isnull=True)
    found = visible.exclude(pk=besides).order_by("-updated_at", "-pk")[: 2 * CANDIDATES]
    alike = [
        Alike(
            lesson, _share(words, _stems(lesson.title)), (lesson.dyad_id, lesson.subject) == (dyad, subject)
        )
        for lesson in found
    ]
    chosen = [
        one
        for one in alike
        if one.share >= SHARE or (one.same_place and one.lesson.state != LessonState.CLOSED)
    ]
    return sorted(chosen, key=lambda one: (-one.share, not one.same_place))[:MOST]


def _candidates(title: str, user: User) -> list[int]:
    """Ids of the lessons whose texts have most of these words."""
    words = sorted({word for word in folded(title).split() if len(word) >= LEAST_LETTERS})
    query = Query(tuple(Term((word,)) for word in words))
    english, french = SearchLanguage.ENGLISH, SearchLanguage.FRENCH
    either = [Q(language=one, words=query.any_in_language(one)) for one in (english, french)]
    entries = SearchEntry.objects.visible_to(user).filter(either[0] | either[1], kind=SearchKind.LESSON)
    ranked = entries.annotate(rank=SearchRank(F("words"), query.any_in_language(english)))
    return list(ranked.order_by("-rank", "-pk").values_list("object_id", flat=True)[:CANDIDATES])


def _stems(text: str) -> frozenset[str]:
    """What words of four letters and more begin with: the same for rehat, rehatted and rehatting."""
    return frozenset(word[:STEM] for word in folded(text).split() if len(word) >= LEAST_LETTERS)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """The words that both have, as a share of those of the shorter; none where it is a single one."""
    shared = len(one & other)
    return shared / min(len(one), len(other)) if shared >= SHARED else 0.0
