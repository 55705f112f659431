"""The file format of cases: organisations, missions, sources, instruments and assessments."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from assessments.choices import EARLIEST_PUBLICATION, LATEST_YEAR, Reliability
from assessments.exchange.case_assessments import AssessmentFile, check_assessments
from assessments.exchange.checking import SLUG, Check, Place, shown
from assessments.exchange.documents import Document, InvalidFile, Node
from assessments.exchange.frameworks import FrameworkFile
from organisations.models.instrument import InstrumentKind
from organisations.models.mission import PARTIAL_DATE
from organisations.models.organisation import Scope

ACRONYM = r"[A-Za-z][A-Za-z0-9]*"


@dataclass(frozen=True, slots=True)
class Known:
    """What a file may refer to besides its own entries: what is stored."""

    frameworks: Mapping[str, FrameworkFile]
    organisations: Collection[str]
    missions: Collection[str]
    sources: Collection[str]


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    acronym: str
    name: str
    scope: str
    founded: int | None
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class MissionFile:
    acronym: str
    name: str
    leads: tuple[str, ...]
    theatre: str
    start: str
    end: str
    strength: int | None
    mandates: tuple[str, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    key: str
    author: str
    title: str
    year: int | None
    publication_date: str
    event_date: str
    kind: str
    symbol: str
    url: str
    reliability: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class InstrumentFile:
    dyad: tuple[str, str]
    title: str
    kind: str
    year: int
    symbol: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class CasesFile:
    framework: str
    organisations: tuple[OrganisationFile, ...]
    missions: tuple[MissionFile, ...]
    sources: tuple[SourceFile, ...]
    instruments: tuple[InstrumentFile, ...]
    assessments: tuple[AssessmentFile, ...]


def check_cases(document: Document, known: Known) -> CasesFile:
    """Return what the file says. Raises :class:`InvalidFile` with every problem in it."""
    check = Check()
    lists = ("organisations", "missions", "sources", "instruments")
    fields = check.mapping(document.root, ("framework", "assessments"), lists)
    framework = known_framework(check, fields.get("framework"), known.frameworks)
    organisations = _organisations(check, fields.get("organisations"))
    acronyms = {*known.organisations, *(organisation.acronym for organisation in organisations)}
    missions = _missions(check, fields.get("missions"), acronyms)
    sources = _sources(check, fields.get("sources"))
    keys = {*known.sources, *(source.key for source in sources)}
    cases = CasesFile(
        framework=framework.name if framework else "",
        organisations=organisations,
        missions=missions,
        sources=sources,
        instruments=_instruments(check, fields.get("instruments"), acronyms, keys),
        assessments=check_assessments(
            check,
            fields.get("assessments"),
            framework=framework,
            organisations=acronyms,
            missions={*known.missions, *(mission.acronym for mission in missions)},
            sources=keys,
        ),
    )
    if check.problems:
        raise InvalidFile(check.problems)
    return cases


def known_framework(
    check: Check, node: Node | None, frameworks: Mapping[str, FrameworkFile]
) -> FrameworkFile | None:
    """The framework version that a file names; none, and reported, if it is not stored."""
    name = check.text(node, 101)
    if node and name and name not in frameworks:
        expected = _("a framework version that is loaded (%(names)s); load its file first")
        names = ", ".join(sorted(frameworks)) or _("none is")
        check.report(node, shown(name), expected % {"names": names})
    return frameworks.get(name)


def _organisations(check: Check, node: Node | None) -> tuple[OrganisationFile, ...]:
    seen: dict[str, int] = {}
    organisations = []
    for child in check.items(node):
        fields = check.mapping(child, ("acronym", "name", "scope"), ("founded",))
        acronym = check.text(
            fields.get("acronym"),
            20,
            pattern=ACRONYM,
            expected=_("letters and digits, starting with a letter"),
        )
        check.once(fields.get("acronym"), acronym.lower(), seen)
        organisations.append(
            OrganisationFile(
                acronym=acronym,
                name=check.text(fields.get("name"), 200),
                scope=check.one_of(fields.get("scope"), Scope.values),
                founded=check.whole(fields.get("founded"), 1000, 2200, empty=True),
                place=Place.of(child),
            )
        )
    return tuple(organisations)


def _missions(check: Check, node: Node | None, acronyms: Collection[str]) -> tuple[MissionFile, ...]:
    seen: dict[str, int] = {}
    missions = []
    for child in check.items(node):
        fields = check.mapping(
            child, ("acronym", "name", "lead", "theatre", "start"), ("end", "strength", "mandate")
        )
        acronym = check.text(fields.get("acronym"), 40)
        check.once(fields.get("acronym"), acronym, seen)
        start, end = _dates(check, fields.get("start"), fields.get("end"))
        missions.append(
            MissionFile(
                acronym=acronym,
                name=check.text(fields.get("name"), 250),
                leads=_leads(check, fields.get("lead"), acronyms),
                theatre=check.text(fields.get("theatre"), 250),
                start=start,
                end=end,
                strength=check.whole(fields.get("strength"), 0, 2_000_000, empty=True),
                mandates=tuple(check.text(mandate, 250) for mandate in check.items(fields.get("mandate"))),
                place=Place.of(child),
            )
        )
    return tuple(missions)


def _leads(check: Check, node: Node | None, acronyms: Collection[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    leads = []
    for child in check.items(node, least=1):
        lead = check.one_of(child, sorted(acronyms))
        check.once(child, lead, seen)
        leads.append(lead)
    return tuple(leads)


def _dates(check: Check, start: Node | None, end: Node | None) -> tuple[str, str]:
    values = [_date(check, start), _date(check, end, empty=True)]
    if end and values[1] and values[0] > values[1]:
        check.report(
            end, shown(values[1]), _("a date that is not before the start %(start)s") % {"start": values[0]}
        )
    return values[0], values[1]


def _date(check: Check, node: Node | None, *, empty: bool = False) -> str:
    expected = _("a year, a month or a day, such as 2003, 2003-06 or 2003-06-12")
    if node and isinstance(node.value, int) and not isinstance(node.value, bool):
        node = Node(str(node.value), node.line, node.path)
    return check.text(node, 10, pattern=PARTIAL_DATE, expected=expected, empty=empty)


def _sources(check: Check, node: Node | None) -> tuple[SourceFile, ...]:
    seen: dict[str, int] = {}
    sources = []
    for child in check.items(node):
        fields = check.mapping(
            child,
            ("key", "author", "title", "kind"),
            ("year", "publication_date", "event_date", "symbol", "url", "reliability"),
        )
        key = check.text(fields.get("key"), 80, pattern=SLUG, expected=_("letters, digits and hyphens"))
        check.once(fields.get("key"), key, seen)
        sources.append(
            SourceFile(
                key=key,
                author=check.text(fields.get("author"), 250),
                title=check.text(fields.get("title"), 400),
                year=check.whole(fields.get("year"), EARLIEST_PUBLICATION, LATEST_YEAR, empty=True),
                publication_date=_date(check, fields.get("publication_date"), empty=True),
                event_date=_date(check, fields.get("event_date"), empty=True),
                kind=check.text(fields.get("kind"), 60),
                symbol=check.text(fields.get("symbol"), 100, empty=True),
                url=check.text(
                    fields.get("url"), 500, pattern=r"(https?://\S+)?", expected=_("an address"), empty=True
                ),
                reliability=check.one_of(fields.get("reliability"), Reliability.values, empty=True),
                place=Place.of(child),
            )
        )
    return tuple(sources)


def _instruments(
    check: Check, node: Node | None, acronyms: Collection[str], sources: Collection[str]
) -> tuple[InstrumentFile, ...]:
    """The formal ties; an entry may name the source that shows the tie, which is checked and not stored."""
    seen: dict[str, int] = {}
    instruments = []
    for child in check.items(node):
        fields = check.mapping(child, ("dyad", "title", "kind", "year"), ("symbol", "source"))
        check.source(fields.get("source"), sources)
        instrument = InstrumentFile(
            dyad=check.dyad(fields.get("dyad"), acronyms),
            title=check.text(fields.get("title"), 300),
            kind=check.one_of(fields.get("kind"), InstrumentKind.values),
            year=check.whole(fields.get("year"), 1800, 2200) or 0,
            symbol=check.text(fields.get("symbol"), 100, empty=True),
            place=Place.of(child),
        )
        name = f"{'-'.join(sorted(instrument.dyad))}: {instrument.title} ({instrument.year})"
        check.once(child, name, seen)
        instruments.append(instrument)
    return tuple(instruments)
