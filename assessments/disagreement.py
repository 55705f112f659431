"""Where the members of a panel disagree: by two or more points, or one scores what another does not."""

from dataclasses import dataclass
from typing import Any

from assessments.models import Adjudication, Indicator, Panel, PanelMember

FAR_APART = 2
VALUE = ("score", "non_score", "rationale", "confidence")


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """``answer`` is as submitted blind; ``later`` as of a revision after the opening, where it differs.

    Both as :mod:`assessments.snapshot` writes them; none where there is no answer.
    """

    member: PanelMember
    answer: dict[str, Any] | None
    later: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Item:
    """The answers to one indicator, in the order of the members."""

    indicator: Indicator
    answers: tuple[MemberAnswer, ...]
    adjudication: Adjudication | None

    @property
    def scores(self) -> list[int]:
        return [one.answer["score"] for one in self.answers if one.answer and one.answer["score"]]

    @property
    def spread(self) -> int:
        """The distance between the highest and the lowest score."""
        return max(self.scores) - min(self.scores) if self.scores else 0

    @property
    def scored_and_unscored(self) -> bool:
        unscored = any(one.answer and one.answer["non_score"] for one in self.answers)
        return bool(self.scores) and unscored

    @property
    def disagrees(self) -> bool:
        return self.spread >= FAR_APART or self.scored_and_unscored


def compared_members(panel: Panel) -> list[PanelMember]:
    """The members who have not left, with what they have submitted: one query."""
    members = panel.members.filter(left_at__isnull=True)
    return list(members.select_related("person", "revision", "assessment__current_revision", "panel"))


def items_of(panel: Panel) -> list[Item]:
    """Every indicator that the panel was asked, in the framework's order: four queries."""
    members = compared_members(panel)
    if not members:
        return []
    adjudications = panel.adjudications.standing().select_related("decided_by")
    standing = {adjudication.indicator_id: adjudication for adjudication in adjudications}
    answers = [(member, _by_code(member.revision), _later(member)) for member in members]
    assessment = members[0].assessment
    assessment.engagement = panel.engagement
    return [
        Item(
            indicator,
            tuple(
                _answer(member, blind.get(indicator.code), later.get(indicator.code))
                for member, blind, later in answers
            ),
            standing.get(indicator.pk),
        )
        for indicator in assessment.applicable_indicators().prefetch_related("anchors")
    ]


def _answer(member: PanelMember, blind: dict[str, Any] | None, later: dict[str, Any] | None) -> MemberAnswer:
    return MemberAnswer(member, blind, later if later and _value(later) != _value(blind) else None)


def _value(answer: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return tuple(answer[name] for name in VALUE) if answer else None


def _by_code(revision: Any) -> dict[str, dict[str, Any]]:
    return {answer["indicator"]: answer for answer in revision.content["ratings"]} if revision else {}


def _later(member: PanelMember) -> dict[str, dict[str, Any]]:
    return _by_code(member.assessment.current_revision) if member.is_late else {}
