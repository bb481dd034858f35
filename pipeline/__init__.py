"""What builds and publishes: reads the landing zone for dbt, publishes dbt's tables, watches, erases.

Commands: `python -m pipeline.build`, `.watch`, `.erasure`, `.migrate`.
dbt-duckdb imports `pipeline.plugins`; Spark finds the modules in `pipeline/spark` by their names.
The API in `serve` imports from here what both need: paths, status files, quoting, durable writes, robots.
"""
