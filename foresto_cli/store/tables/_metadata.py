"""The one collection that every table belongs to."""

from foresto_cli.declared.metadata import metadata

__all__ = ["metadata"]
