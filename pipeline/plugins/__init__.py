"""The plugins that dbt-duckdb calls in a build."""
