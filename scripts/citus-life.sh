#!/usr/bin/env bash
# One life (first load with kill -9 in it, weekdays, repairs, overrides, verification, scores, exports) twice: on a Citus
# coordinator with stock_price_daily distributed by ticker, and on the embedded plain server. Compares every table.
#
# Usage: scripts/citus-life.sh postgresql://USER@COORDINATOR:5432/DATABASE
#
# DATABASE is empty but for the extension (CREATE EXTENSION citus, workers added). Ends with 0 when all tables are the
# same, with 1 when one is not or a command ended otherwise than on plain PostgreSQL.
set -euo pipefail

coordinator=${1:?"usage: scripts/citus-life.sh postgresql://USER@COORDINATOR:5432/DATABASE"}
python=${PYTHON:-.venv/bin/python}
place=$(mktemp -d)
trap 'FORESTO_HOME=$place/plain $python -m foresto_cli --sandbox db down >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
export FORESTO_SANDBOX_STOCKS=${STOCKS:-60} FORESTO_SANDBOX_SESSIONS=${SESSIONS:-15} PYTHONWARNINGS=ignore
unset FORESTO_SANDBOX_DATABASE_URL

foresto() { "$python" -m foresto_cli --sandbox "$@"; }
ask() { "$python" -c 'import psycopg, sys
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    asked = connection.execute(sys.argv[2])
    print(asked.fetchone()[0] if asked.description else "")' "$@"; }

step() { # what a command ended with, for the comparison; what it said when that is not 0
    local code=0 start=$SECONDS
    foresto "$@" >"$place/said" 2>&1 || code=$?
    echo "$code ${FORESTO_SANDBOX_TODAY} ${*/$FORESTO_HOME/}" >>"$codes"
    echo "$code ${FORESTO_SANDBOX_TODAY} $* ($((SECONDS - start)) s)"
    [ "$code" = 0 ] || tail -n 5 "$place/said"
}

killed() { # the first load, and kill -9 after five stored days
    "$python" -m foresto_cli --sandbox run initial >/dev/null 2>&1 &
    local load=$!
    while [ "$(ask "$url" "SELECT count(*) FROM unit_ledger WHERE dataset = 'prices.day'")" -lt 5 ]; do sleep 0.1; done
    kill -9 "$load"
    wait "$load" 2>/dev/null || true
}

life() {
    codes=$1
    export FORESTO_SANDBOX_TODAY=2026-11-17
    killed
    step run initial
    export FORESTO_SANDBOX_TODAY=2026-11-18
    step run weekday
    export FORESTO_SANDBOX_TODAY=2026-11-19T16:05
    step run close
    export FORESTO_SANDBOX_TODAY=2026-11-19
    step run weekday
    export FORESTO_SANDBOX_TODAY=2026-11-20T09:05
    step run morning
    export FORESTO_SANDBOX_TODAY=2026-11-20
    step run weekday
    step run weekday_final
    export FORESTO_SANDBOX_TODAY=2026-11-21
    step run weekly
    step run monthly
    step run quarterly
    step prices repair --from 2026-11-04
    step prices load --from 2026-11-10 --to 2026-11-12 --again
    step prices load --ticker 005930 --from 2026-11-12 --to 2026-11-20
    ask "$url" "INSERT INTO adjustment_override (ticker, trade_date, factor, event, note) VALUES
        ('005930', '2026-11-12', 0.5, 'SPLIT', 'by hand'), ('000660', '2026-11-13', 0.9, 'EX_RIGHTS', 'by hand')"
    step prices incremental
    ask "$url" "DELETE FROM adjustment_override WHERE ticker = '000660'"
    ask "$url" "DELETE FROM stock_price_daily WHERE trade_date = '2026-11-16' AND ticker < '1'"
    step prices incremental
    step stocks load --again
    step verify daily
    step verify weekly
    step verify weekly --repair
    step verify monthly
    step retry
    step score batch --replace
    step score batch --as-of 2026-11-16
    step score track
    step score show 005930
    step score rank
    step score history 005930
    step prices gaps
    step prices gaps --ticker 005930
    step prices events
    step prices show 005930
    step stocks show 005930
    step actions show 005930
    step dividends show 005930
    step watchlist add 000660
    step watchlist list
    step screen "per < 100 and return_1w > -90 and score > 0"
    step status
    step dashboard
    step report market-email
    step db size
    step sql "SELECT count(*), sum(close_price) FROM price_adjusted"
    step sql "SELECT count(*), sum(per) FROM valuation_daily"
    step db export "$FORESTO_HOME/export"
    step db backup "$FORESTO_HOME/backup"
    export FORESTO_SANDBOX_TODAY=2026-11-23
    step run morning
    step run weekday
}

echo "# Citus"
export FORESTO_HOME=$place/citus FORESTO_SANDBOX_DATABASE_URL=$coordinator FORESTO_SANDBOX_TODAY=2026-11-17
url=$coordinator
foresto db upgrade
ask "$url" "SELECT create_distributed_table('stock_price_daily', 'ticker')"
version=$(ask "$url" "SELECT extversion FROM pg_extension WHERE extname = 'citus'")
life "$place/citus.codes"

echo "# plain"
unset FORESTO_SANDBOX_DATABASE_URL
export FORESTO_HOME=$place/plain FORESTO_SANDBOX_TODAY=2026-11-17
foresto db upgrade
foresto db up >/dev/null
url=$(foresto db url)
life "$place/plain.codes"

echo "# Citus $version against plain"
"$python" - "$coordinator" "$url" "$place" <<'PY'
import sys
from pathlib import Path

import psycopg
from psycopg import sql

# Which run wrote a row and when differs between any two lives (valuation_known.inputs is a hash of such a moment), and so
# does how many runs and requests there were, for kill -9 hits another instant. Of what runs told, only the number counts.
BY_RUN = {"batch_id", "run_id", "replaced_by", "inputs"}
ONLY_COUNTED = {"data_quality_log", "ops_alert", "alert_delivery"}
LEFT_OUT = {"data_collection_log", "data_load_batch", "upstream_usage", "foresto_meta"}
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND NOT relispartition AND relname !~ '^stock_price_daily_[0-9]+$'"
)
COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " AND data_type NOT LIKE 'timestamp%%' AND column_name <> ALL(%s) ORDER BY ordinal_position"
)


def of(url):
    """Return table → (rows, checksum)."""
    found = {}
    with psycopg.connect(url) as connection:
        for (name,) in connection.execute(TABLES).fetchall():
            if name in LEFT_OUT:
                continue
            columns = [row[0] for row in connection.execute(COLUMNS, (name, list(BY_RUN))).fetchall()]
            row = sql.SQL("ROW({})::text").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
            count = "count(*), coalesce(sum(hashtextextended({}, 0)), 0)" if name not in ONLY_COUNTED else "count(*), 0"
            query = sql.SQL("SELECT " + count + " FROM {}").format(*([row] if "{}" in count else []), sql.Identifier(name))
            found[name] = connection.execute(query).fetchone()
    return found


citus, plain = of(sys.argv[1]), of(sys.argv[2])
place = Path(sys.argv[3])
ended = [place.joinpath(f"{name}.codes").read_text().splitlines() for name in ("citus", "plain")]
other = [name for name in sorted({*citus, *plain}) if citus.get(name) != plain.get(name)]
for name in other:
    print(f"differs: {name}: (rows, checksum) {citus.get(name)} on Citus, {plain.get(name)} on plain PostgreSQL")
codes = [pair for pair in zip(*ended, strict=True) if pair[0] != pair[1]]
for one, two in codes:
    print(f"ended otherwise: {one} on Citus, {two} on plain PostgreSQL")
print(f"{len(plain) - len(other)} of {len(plain)} tables identical, {len(ended[0]) - len(codes)} of {len(ended[0])} commands")
sys.exit(bool(other or codes))
PY
