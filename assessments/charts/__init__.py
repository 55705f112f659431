"""Pictures of scorecards. Each is one specification with its words and its figures, drawn in two themes.

:class:`~assessments.charts.chart.Chart` holds them; builders in ``figures`` and ``trend`` make charts;
``drawing`` turns one into SVG or PNG.
"""
