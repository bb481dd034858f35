"""`POST /api/analytics/track/`: takes events from shops that have no pipeline of their own yet."""
