"""The one collection that every table belongs to; migrations and tests read it."""

from sqlalchemy import MetaData

metadata = MetaData()
