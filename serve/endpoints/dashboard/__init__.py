"""`GET /api/analytics/dashboard-stats/`: its queries and rows, its models, and how one becomes the other."""

from serve.endpoints.dashboard.endpoint import ENDPOINT
from serve.endpoints.dashboard.models import ComparedStats

__all__ = ["ENDPOINT", "ComparedStats"]
