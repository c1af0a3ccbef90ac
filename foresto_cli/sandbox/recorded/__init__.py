"""Recorded answers from a folder.

It is laid out as: ``krx/NAME.request.json`` with ``NAME.body.gz``, ``krx_openapi/SERVICE_DAY.json.gz``,
``fdr_cache/…`` and ``market/krx_daily_*.parquet``.
"""

from foresto_cli.sandbox.recorded import recorded_fdr, recorded_krx

__all__ = ["recorded_fdr", "recorded_krx"]
