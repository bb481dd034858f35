"""Alerting: alerts as they begin, and a digest of each week, posted to a webhook."""
