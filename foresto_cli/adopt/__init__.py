"""``foresto db adopt``: the predecessor's database becomes a foresto database, whole or not at all.

Its tables are set aside under ``legacy_`` names (:mod:`.aside`), foresto's are made beside them, and every row that
says something foresto can stand for is carried over (:mod:`.moves`, one module per subject). Nothing is deleted.
"""
