"""Simulated assessments with a known truth: what the method's scores and intervals are worth."""
