"""Everybody who ever wrote an answer, from the history that triggers kept; and every assessor."""

from django.db import migrations

CONTRIBUTIONS = """
    INSERT INTO assessments_contribution (assessment_id, person_id, first_at)
    SELECT assessment_id, person_id, min(first_at) FROM (
        SELECT id AS assessment_id, assessor_id AS person_id, created_at AS first_at FROM assessments_assessment
        UNION ALL
        SELECT assessment_id, updated_by_id, updated_at FROM assessments_rating
        UNION ALL
        SELECT e.assessment_id, e.updated_by_id, e.updated_at FROM assessments_ratingevent e
        JOIN assessments_assessment a ON a.id = e.assessment_id
        UNION ALL
        SELECT r.assessment_id, unnest(r.author_ids), r.submitted_at FROM assessments_revision r
    ) written
    WHERE EXISTS (SELECT 1 FROM organisations_user u WHERE u.id = written.person_id)
    GROUP BY assessment_id, person_id
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_co_authors_and_sections")]

    operations = [migrations.RunSQL(CONTRIBUTIONS, migrations.RunSQL.noop)]
