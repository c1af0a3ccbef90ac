"""What tests of financial products share: how they are loaded, what is on offer, what is stored."""

from datetime import timedelta

from support import EVENING

from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.loading import load_products
from foresto_cli.running import job
from foresto_cli.sandbox.products import records, shelf
from foresto_cli.upstream.finlife import GROUPS

QUICK = job.Options()
HOST = "finlife.fss.or.kr"
NEXT_MONTH = EVENING + timedelta(days=31)
"""The disclosure after the one of :data:`EVENING`."""
TABLES = [table.name for kind in KINDS for table in (kind.products, kind.options)] + ["product_rate_history"]


def load(world, kind, groups=None):
    return load_products.load_products(world.app, kind, groups, QUICK)


def content(world):
    """Everything stored, to be compared."""
    return {
        table: world.scalar(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t") for table in TABLES
    }


def shelved(kind, group, today=EVENING):
    """What the sandbox has on offer: product key → option rows."""
    entries = records.disclosed(1, kind.division, group, shelf.disclosure(today.date()))
    return {tuple(base[name] for name in kind.product_key): (base, options) for base, options in entries}


def everything(kind, today=EVENING):
    return {key: found for group in GROUPS for key, found in shelved(kind, group, today).items()}
