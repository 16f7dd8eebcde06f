"""SayPro's monthly KPI reports: which KPIs fall short, why, and what to do.

Notebooks import from ``saypro_analysis.api``. Importing the package itself loads nothing but this line.
"""

__version__ = "0.1.0"
