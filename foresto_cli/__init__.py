"""foresto: a complete, verified copy of the Korean market in the operator's own PostgreSQL."""

__version__ = "0.1.0"
