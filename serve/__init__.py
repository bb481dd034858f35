"""The HTTP API: reads the published marts and shapes the dashboard's JSON."""
