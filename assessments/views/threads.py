"""Comments as threads, for the pages that show them beside answers."""

from dataclasses import dataclass, field
from typing import Any

from assessments.models import Assessment, Comment
from assessments.policy import may_act, may_settle, reads_own_work
from assessments.workflow import Action
from organisations.models import User


@dataclass(slots=True)
class Thread:
    comment: Comment
    may_settle: bool
    replies: list[Comment] = field(default_factory=list)

    @property
    def said(self) -> list[Comment]:
        return [self.comment, *self.replies]


@dataclass(slots=True)
class Discussion:
    """The threads of an assessment that its own people see; others see none, and may not say anything."""

    may_comment: bool
    threads: list[Thread] = field(default_factory=list)

    @property
    def open(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.comment.is_open]

    @property
    def whole(self) -> list[Thread]:
        return self.on(None)

    def on(self, indicator_id: int | None) -> list[Thread]:
        return [thread for thread in self.threads if thread.comment.indicator_id == indicator_id]

    def beside(self, dimensions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers by dimension, each with its ``threads``."""
        for group in dimensions:
            for item in group["answers"]:
                item["threads"] = self.on(item["indicator"].pk)
        return dimensions


def discussion_of(assessment: Assessment, viewer: User) -> Discussion:
    """What was said about an assessment, oldest first, whole threads together."""
    if not reads_own_work(viewer, assessment.on_behalf_of_id):
        return Discussion(may_comment=False)
    comments = Comment.objects.filter(assessment=assessment)
    comments = comments.select_related("author", "resolved_by", "revision", "indicator")
    threads: dict[int, Thread] = {}
    reviews = None
    for comment in comments:
        comment.assessment = assessment
        if comment.parent_id:
            threads[comment.parent_id].replies.append(comment)
            continue
        own = comment.author_id == viewer.pk
        if reviews is None and not own:
            reviews = bool(may_settle(viewer, comment))
        threads[comment.pk] = Thread(comment, own or bool(reviews))
    may_comment = bool(may_act(viewer, Action.COMMENT, assessment))
    for thread in threads.values():
        thread.may_settle = thread.may_settle and may_comment
    return Discussion(may_comment, list(threads.values()))
