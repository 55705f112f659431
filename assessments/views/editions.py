"""Editions: frozen scorecards with their citation, computed anew on demand, and compared."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import scorecards
from assessments.charts.chart import Chart
from assessments.charts.figures import Subject, chart_named, charts_of_level, charts_of_whole
from assessments.choices import EditionBasis, FindingKind, Level, Marking
from assessments.editions import content as contents
from assessments.editions.changes import changes as changes_between
from assessments.editions.changes import withdrawn_of
from assessments.editions.citation import Citation
from assessments.editions.recompute import recompute as compute_anew
from assessments.models import Edition
from assessments.models.edition import EditionQuerySet
from assessments.policy import freezable
from assessments.scoring.results import ScorecardResult
from assessments.views.charts import chart_file
from assessments.views.dyads import visible_dyad
from assessments.views.pictures import Picture
from assessments.views.scorecard_blocks.levels import level_detail
from organisations.http import SignedInRequest
from organisations.models import Dyad, User


def visible_edition(request: SignedInRequest, slug: str, name: str) -> Edition:
    dyad = visible_dyad(request, slug)
    return get_object_or_404(_of_dyad(request, dyad).named(name))


def _of_dyad(request: SignedInRequest, dyad: Dyad) -> EditionQuerySet:
    return Edition.objects.visible_to(request.user).filter(dyad=dyad).for_list()


@require_safe
def edition_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """The editions of a dyad that the viewer reads, series by series, each with what changed before it."""
    dyad = visible_dyad(request, slug)
    editions = sorted(_of_dyad(request, dyad), key=lambda edition: (_series(edition), -edition.number))
    withdrawn = withdrawn_of(request.user, *(edition.content for edition in editions))
    series: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for place, edition in enumerate(editions, start=1):
        earlier = editions[place] if place < len(editions) else None
        key = _series(edition)
        before = earlier if earlier and _series(earlier) == key else None
        sentences = changes_between(before.content, edition.content, withdrawn).all if before else ()
        row = {"edition": edition, "before": before, "changes": sentences[:3], "more": len(sentences) - 3}
        series.setdefault(key, []).append(row)
    context = {
        "dyad": dyad,
        "series": [
            {"heading": _heading(*key), "rows": rows} for key, rows in sorted(series.items(), reverse=True)
        ],
        "may_freeze": bool(freezable(request.user, dyad)),
        "marking": _strictest(editions),
    }
    return render(request, "assessments/editions/list.html", context)


def _series(edition: Edition) -> tuple[str, str]:
    private = edition.basis == EditionBasis.ORGANISATION
    return edition.basis, edition.organisation.acronym if private else ""


def _heading(basis: str, acronym: str) -> str:
    if basis == EditionBasis.RELEASED:
        return _("Released to every organisation")
    return _("Of %(organisation)s: only its own people read them") % {"organisation": acronym}


def _strictest(editions: list[Edition]) -> str:
    markings = [edition.content["marking"] for edition in editions]
    return Marking(max(markings, key=Marking.values.index)).label if markings else ""


@require_safe
def edition_detail(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    edition = visible_edition(request, slug, name)
    context = frozen_context(edition.content, edition) | {
        "edition": edition,
        "citation": Citation(edition, request.build_absolute_uri(edition.get_absolute_url())),
        "assessments": _included(edition, request.user),
        "others": list(_of_dyad(request, edition.dyad).exclude(pk=edition.pk).defer("content")),
    }
    return render(request, "assessments/editions/edition.html", context)


def frozen_context(content: contents.Content, edition: Edition | None = None) -> dict[str, Any]:
    """What a frozen scorecard shows; pictures only of one that has an address."""
    result = ScorecardResult.from_dict(content["scorecard"])
    poles = {code: {1: low, 5: high} for code, (low, high) in content["poles"].items()}
    findings = content["findings"]
    subject = subject_of_edition(edition) if edition else None

    def drawn(charts: Callable[[Subject], Sequence[Chart]]) -> list[Picture]:
        return _pictures(edition, charts(subject)) if edition and subject else []

    return {
        "content": content,
        "pictures": drawn(charts_of_whole),
        "marking": Marking(content["marking"]).label,
        "levels": [
            level_detail(
                result, level, content["names"], poles, drawn(partial(charts_of_level, level=level.code))
            )
            for level in result.levels
        ],
        "gap": result.political_above_field,
        "findings": [finding | {"label": FindingKind(finding["kind"]).label} for finding in findings],
    }


def subject_of_edition(edition: Edition) -> Subject:
    content = edition.content
    note = " · ".join(
        [
            _("edition %(name)s") % {"name": edition.name},
            f"{content['framework']['name']}, {edition.sha256[:12]}",
            Marking(content["marking"]).label,
        ]
    )
    result = ScorecardResult.from_dict(content["scorecard"])
    return Subject(name=edition.dyad.slug, result=result, names=content["names"], notes=(note,))


def _pictures(edition: Edition, charts: Sequence[Chart]) -> list[Picture]:
    found = []
    for chart in charts:
        place = [edition.dyad.slug, edition.name, chart.name, "svg"]
        address = reverse("assessments:edition-chart", args=place)
        found.append(Picture(chart, address.removesuffix(".svg")))
    return found


def _included(edition: Edition, user: User) -> list[dict[str, Any]]:
    """The assessments that were frozen, with what has become of them: in words, or nothing."""
    whose = edition.organisation if edition.basis == EditionBasis.ORGANISATION else None
    current = set(scorecards.visible_set(edition.dyad, edition.framework, whose))
    withdrawn = withdrawn_of(user, edition.content)
    rows = []
    for entry in edition.content["assessments"]:
        since = ""
        if entry["assessment"] in withdrawn:
            since = _("withdrawn since")
        elif entry["revision"] not in current:
            since = _("not included today")
        label = Level(entry["level"]).label
        rows.append(entry | {"label": label, "marking": Marking(entry["marking"]).label, "since": since})
    return rows


@require_safe
def edition_recompute(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    """The scorecard computed anew from the revisions of the edition, and whether it is the same."""
    edition = visible_edition(request, slug, name)
    anew = compute_anew(edition)
    content = edition.content
    context = {
        "edition": edition,
        "marking": Marking(content["marking"]).label,
        "anew": anew,
        "differences": [(contents.label(content, each.code), each) for each in anew.differences],
    }
    return render(request, "assessments/editions/recompute.html", context)


@require_safe
def edition_changes(request: SignedInRequest, slug: str, name: str, other: str) -> HttpResponse:
    """What changed from one edition to another, in the order of the address."""
    earlier, later = visible_edition(request, slug, name), visible_edition(request, slug, other)
    withdrawn = withdrawn_of(request.user, earlier.content, later.content)
    context = {
        "dyad": earlier.dyad,
        "earlier": earlier,
        "later": later,
        "changes": changes_between(earlier.content, later.content, withdrawn),
        "marking": _strictest([earlier, later]),
    }
    return render(request, "assessments/editions/changes.html", context)


@require_safe
def edition_file(request: SignedInRequest, slug: str, name: str, extension: str) -> HttpResponse:
    """The whole edition as JSON, or its citation for BibTeX."""
    edition = visible_edition(request, slug, name)
    filename = f"{edition.dyad.slug}-edition-{slugify(edition.name)}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    if extension == "json":
        whole = {"sha256": edition.sha256, "content": edition.content}
        return JsonResponse(whole, headers=headers, json_dumps_params={"indent": 1, "ensure_ascii": False})
    if extension == "bib":
        address = request.build_absolute_uri(edition.get_absolute_url())
        bibtex = Citation(edition, address).bibtex
        return HttpResponse(bibtex, content_type="application/x-bibtex; charset=utf-8", headers=headers)
    raise Http404(_("There is no such file of an edition: it is json or bib."))


@require_safe
def edition_chart(
    request: SignedInRequest, slug: str, name: str, chart: str, extension: str
) -> HttpResponseBase:
    edition = visible_edition(request, slug, name)
    found = chart_named(chart, subject_of_edition(edition))
    if found is None:
        raise Http404(_("There is nothing to draw."))
    filename = f"{edition.dyad.slug}-edition-{edition.name}-{chart}"
    return chart_file(request, found, extension, filename, Marking(edition.content["marking"]).label)
