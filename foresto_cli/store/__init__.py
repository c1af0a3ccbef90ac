"""The database: which one, its tables, its migrations, and the one writer."""
