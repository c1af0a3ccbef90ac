"""The Python interface: what is stored as pandas frames (``import foresto_cli as foresto``)."""
