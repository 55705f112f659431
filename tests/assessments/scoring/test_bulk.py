"""All dyads at once: the same figures as one by one, published by the same rules, to 1e-9."""

import numpy as np
import pytest

from assessments.scoring.bulk import BATCH, Layout, LevelAnswers, posteriors, weights
from assessments.scoring.calibration import Calibration, Components, LevelCalibration
from assessments.scoring.inputs import (
    FIELD,
    LEVELS,
    Answer,
    DimensionShape,
    EngagementShape,
    FrameworkShape,
    IndicatorShape,
)
from assessments.scoring.joint import JointFit, fit_answers
from assessments.scoring.joint_bulk import fit_level_arrays
from assessments.scoring.scorecard import score_dyad
from assessments.scoring.tier_b import JointRatings

FRAMEWORK = FrameworkShape(
    (
        DimensionShape("P1", "political", 1.0, frozenset(), (IndicatorShape("P1.1"), IndicatorShape("P1.2"))),
        DimensionShape("A", FIELD, 1.0, frozenset(), (IndicatorShape("A.1"), IndicatorShape("A.2", 2.0))),
        DimensionShape(
            "B", FIELD, 3.0, frozenset({"hybrid"}), (IndicatorShape("B.1"), IndicatorShape("B.2"))
        ),
        DimensionShape(
            "C",
            FIELD,
            1.5,
            frozenset(),
            (
                IndicatorShape("C.1"),
                IndicatorShape("C.2"),
                IndicatorShape("C.3"),
                IndicatorShape("C.x", 1.0, False),
            ),
        ),
        DimensionShape("X", FIELD, 1.0, frozenset(), (IndicatorShape("X.1", evaluative=False),)),
    )
)
CODES = {code: level for code, level in FRAMEWORK.levels.items() if "." in code}
CALIBRATION = Calibration(
    {
        "political": LevelCalibration(mu={"P1.1": 3.4, "P1.2": 2.2}, n_dyads=7, n_assessors=4),
        FIELD: LevelCalibration(
            mu={"A.1": 2.0, "C.1": 4.1},
            n_dyads=9,
            n_assessors=5,
            components=Components(0.3, 0.1, 0.2, 0.15, 0.4, 0.7),
            degrees_of_freedom=12.0,
        ),
    }
)
ARRANGEMENTS = ("hybrid", "parallel")
Pairs = list[tuple[int, Answer]]


def answers_at_random(seed: int, n_dyads: int) -> Pairs:
    """Dyads of very different size, with every kind of answer and assessors in conflict."""
    draw = np.random.default_rng(seed)
    pairs: Pairs = []
    for dyad in range(1, n_dyads + 1):
        for case in range(draw.integers(1, 4)):
            for assessor in draw.choice(9, draw.integers(1, 4), replace=False).tolist():
                for code, level in CODES.items():
                    kind = draw.random()
                    score = int(draw.integers(1, 6)) if kind > 0.45 else None
                    non_score = "insufficient_evidence" if kind > 0.25 else "not_applicable"
                    if kind > 0.1:
                        pairs.append(
                            (
                                dyad,
                                Answer(
                                    rating_id=len(pairs) + 1,
                                    case=f"{dyad} {level} {case}",
                                    engagement_id=dyad if level == FIELD else None,
                                    assessor_id=assessor,
                                    indicator=code,
                                    score=score,
                                    non_score=None if score else non_score,
                                    conflict=(dyad + assessor) % 3 == 0,
                                    confidence="high",
                                    has_evidence=True,
                                ),
                            )
                        )
    return pairs


def arrangement_of(dyad: int) -> str:
    return ARRANGEMENTS[dyad % 2]


def as_arrays(pairs: Pairs, level: str, anchors: frozenset[int] = frozenset()) -> tuple[LevelAnswers, Layout]:
    """The level's evaluative answers; dyads and assessors by their position among all."""
    layout = Layout.of(FRAMEWORK.of_level(level))
    own = [(dyad, answer) for dyad, answer in pairs if answer.indicator in layout.indicators]
    dyads, dyad = np.unique([dyad for dyad, _ in own], return_inverse=True)
    _assessors, assessor = np.unique([answer.assessor_id for _, answer in own], return_inverse=True)
    _cases, case = np.unique([answer.case for _, answer in own], return_inverse=True)
    none = {"insufficient_evidence": 0, "not_applicable": -1}
    ratings = JointRatings(
        dyad,
        case,
        assessor,
        np.array([layout.indicators.index(answer.indicator) for _, answer in own], dtype=np.intp),
        np.array([a.score if a.score else none[a.non_score or ""] for _, a in own], dtype=np.float64),
        np.array([answer.conflict for _, answer in own], dtype=np.float64),
    )
    applies = [
        [d in anchors or dimension.applies([arrangement_of(d)]) for dimension in scored(level)]
        for d in dyads.tolist()
    ]
    return LevelAnswers(ratings, np.array(applies)), layout


def scored(level: str) -> list[DimensionShape]:
    return [d for d in FRAMEWORK.of_level(level) if any(i.evaluative for i in d.indicators)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("seed", "n_dyads"), [(1, 1), (2, 30), (3, BATCH + 20)])
def test_every_figure_is_that_of_the_scorecard(level: str, seed: int, n_dyads: int) -> None:
    pairs = answers_at_random(seed, n_dyads)
    answers, layout = as_arrays(pairs, level)
    calibration = CALIBRATION.levels[level]
    mu = np.array([calibration.mean_of(code) for code in layout.indicators])
    solved = posteriors(answers.counted(layout), len(answers.applies), mu, calibration)
    mean, variance = solved.figures(weights(answers, layout), calibration)
    names = (*layout.indicators, *layout.dimensions, level)
    dyads = sorted({dyad for dyad, answer in pairs if answer.indicator in layout.indicators})
    published = 0
    for dyad in dyads[:40] + dyads[-5:]:
        row = dyads.index(dyad)
        own = [answer for of, answer in pairs if of == dyad]
        figures = score_dyad(
            FRAMEWORK, own, CALIBRATION, [EngagementShape(dyad, arrangement_of(dyad))]
        ).figures()
        for column, code in enumerate(names):
            figure = figures[code]
            assert np.isnan(mean[row, column]) == (figure.score is None), (dyad, code)
            if figure.score is not None:
                assert min(5, max(1, mean[row, column])) == pytest.approx(figure.score, abs=1e-9)
                assert variance[row, column] == pytest.approx(figure.variance, abs=1e-9)
                published += 1
    assert published >= len(names) // 2


def fit_by_arrays(pairs: Pairs, level: str, anchors: frozenset[int]) -> JointFit:
    answers, layout = as_arrays(pairs, level, anchors)
    own = [(dyad, answer) for dyad, answer in pairs if answer.indicator in layout.indicators]
    dyads = np.unique([dyad for dyad, _ in own])
    return fit_level_arrays(
        level,
        layout,
        answers,
        CALIBRATION.levels[level],
        dyads=dyads,
        assessors=np.unique([answer.assessor_id for _, answer in own]),
        anchors=np.flatnonzero(np.isin(dyads, list(anchors))),
    )


@pytest.mark.parametrize("anchors", [frozenset(), frozenset({2, 5})])
def test_the_joint_fit_is_that_of_the_answers(anchors: frozenset[int]) -> None:
    pairs = answers_at_random(4, 12)
    apart = [(100, Answer(9000 + n, "100", None, 77, "A.1", 4, None, False, "low", False)) for n in range(2)]
    pairs += apart
    engagements = {dyad: [EngagementShape(dyad, arrangement_of(dyad))] for dyad, _ in pairs}
    for expected in fit_answers(FRAMEWORK, pairs, CALIBRATION, engagements, anchors):
        found = fit_by_arrays(pairs, expected.level, anchors)
        assert found.dyads.keys() == expected.dyads.keys()
        for dyad, figures in expected.dyads.items():
            assert found.dyads[dyad].keys() == figures.keys()
            for code, figure in figures.items():
                for name in ("score", "lower", "upper", "variance", "tier_a"):
                    assert getattr(found.dyads[dyad][code], name) == pytest.approx(
                        getattr(figure, name), abs=1e-9
                    )
                assert found.dyads[dyad][code].differs == figure.differs
        assert found.severities.keys() == expected.severities.keys()
        for who, severity in expected.severities.items():
            assert found.severities[who].severity == pytest.approx(severity.severity, abs=1e-9)
            assert found.severities[who].n_dyads == severity.n_dyads
        assert found.bias == pytest.approx(expected.bias, abs=1e-9)
        assert (found.left_out, found.dyads_left_out) == (expected.left_out, expected.dyads_left_out)
    assert expected.left_out == (77,)
    assert len(expected.dyads) > 8


def test_nothing_to_fit_is_no_error() -> None:
    pairs = [(1, Answer(1, "1", 1, 1, "A.1", None, "insufficient_evidence", False, "low", False))]
    found = fit_by_arrays(pairs, FIELD, frozenset())
    assert (found.n_ratings, found.dyads) == (0, {})
