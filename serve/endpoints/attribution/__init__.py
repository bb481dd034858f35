"""`GET /api/analytics/attribution/`: its rows, its models, and how one becomes the other."""

from serve.endpoints.attribution.endpoint import ENDPOINT

__all__ = ["ENDPOINT"]
