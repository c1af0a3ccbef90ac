"""The database as files: Parquet or CSV with a manifest, and back; and PostgreSQL's own dump."""
