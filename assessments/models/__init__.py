"""What they found: frameworks, engagements, assessments and reviews, scorecards and what follows."""

from assessments.models.approved_rating import ApprovedRating
from assessments.models.assessment import Assessment, AssessmentRelease
from assessments.models.attachment import Attachment
from assessments.models.authorship import CoAuthor, Contribution, Presence, SectionMark
from assessments.models.calibration import Calibration
from assessments.models.desk import Assignment, Comment
from assessments.models.edition import Edition
from assessments.models.engagement import Engagement, EngagementMission
from assessments.models.export import Export
from assessments.models.framework import Anchor, Dimension, Framework, Indicator, Rule
from assessments.models.joint_fit import JointFit, JointScore, Severity
from assessments.models.lesson import Lesson, LessonLink, LessonRelease, LessonStep
from assessments.models.lesson_action import ActionNote, LessonAction
from assessments.models.lesson_relation import LessonRelation
from assessments.models.notice import Notice, NoticePreference
from assessments.models.offline import OfflineUpload
from assessments.models.panel import Adjudication, Panel, PanelComment, PanelMember
from assessments.models.rating import Rating
from assessments.models.recommendation import Recommendation
from assessments.models.revision import Reading, Review, Revision
from assessments.models.scorecard import Finding, Scorecard
from assessments.models.search import SearchEntry
from assessments.models.search_kinds import InstrumentFound, MissionFound
from assessments.models.source import Evidence, Source
from assessments.models.vignette import Vignette, VignetteAssessment, VignetteIndicator, VignetteRating

__all__ = [
    "ActionNote",
    "Adjudication",
    "Anchor",
    "ApprovedRating",
    "Assessment",
    "AssessmentRelease",
    "Assignment",
    "Attachment",
    "Calibration",
    "CoAuthor",
    "Comment",
    "Contribution",
    "Dimension",
    "Edition",
    "Engagement",
    "EngagementMission",
    "Evidence",
    "Export",
    "Finding",
    "Framework",
    "Indicator",
    "InstrumentFound",
    "JointFit",
    "JointScore",
    "Lesson",
    "LessonAction",
    "LessonLink",
    "LessonRelation",
    "LessonRelease",
    "LessonStep",
    "MissionFound",
    "Notice",
    "NoticePreference",
    "OfflineUpload",
    "Panel",
    "PanelComment",
    "PanelMember",
    "Presence",
    "Rating",
    "Reading",
    "Recommendation",
    "Review",
    "Revision",
    "Rule",
    "Scorecard",
    "SearchEntry",
    "SectionMark",
    "Severity",
    "Source",
    "Vignette",
    "VignetteAssessment",
    "VignetteIndicator",
    "VignetteRating",
]
