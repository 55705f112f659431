"""Data made up at random, in any amount, to try an installation or to measure it."""

from assessments.actions.generation.store import PREFIX, Generated, generate_data, holds_other_work

__all__ = ["PREFIX", "Generated", "generate_data", "holds_other_work"]
