"""Data sets, one room or one file each; a file with a ``DATASET`` is found by being here."""
