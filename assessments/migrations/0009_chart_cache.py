from django.db import migrations


class Migration(migrations.Migration):
    """The table of the cache of drawn charts, as ``createcachetable`` would make it: no further command."""

    dependencies = [("assessments", "0008_what_checks_found")]

    operations = [
        migrations.RunSQL(
            sql=[
                """
                CREATE TABLE chart_cache (
                    cache_key varchar(255) NOT NULL PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                )
                """,
                "CREATE INDEX chart_cache_expires ON chart_cache (expires)",
            ],
            reverse_sql="DROP TABLE chart_cache",
        )
    ]
