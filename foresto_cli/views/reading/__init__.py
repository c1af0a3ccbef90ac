"""What is stored, as rows: one module a subject, for the commands that show."""
