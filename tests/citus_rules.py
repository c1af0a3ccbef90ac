"""What Citus 13.2 refuses of a statement, or answers otherwise without an error, when prices are distributed by ticker.

Read off the statement alone, by PostgreSQL's own grammar (pglast); each rule was seen on a real Citus. Four kinds of
relations: ``prices`` (the distributed table and its views), ``derived`` (a subquery that reads it), ``plain`` (any
other table), ``given`` (functions, values, and whatever is materialized before).
"""

import re
from dataclasses import dataclass, field

from pglast import ast, parse_sql
from pglast.enums import CTEMaterialize, JoinType, SetOperation, SubLinkType

from foresto_cli.store.tables import metadata
from foresto_cli.store.tables.more_view_columns import price_adjusted, valuation_daily

DISTRIBUTED, KEY = "stock_price_daily", "ticker"
PRICES = {DISTRIBUTED, "price_adjusted", "valuation_daily"}
COLUMNS = {table.name: {c.name for c in table.columns} for table in metadata.tables.values()} | {
    view.name: {c.name for c in view.columns} for view in (price_adjusted, valuation_daily)
}
AGGREGATES = {"array_agg", "bool_and", "bool_or", "count", "max", "min", "string_agg", "sum"}
OUTER = {JoinType.JOIN_LEFT, JoinType.JOIN_RIGHT, JoinType.JOIN_FULL}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s")


@dataclass
class Relation:
    """What stands in a FROM: its name there, its kind, and its columns where they are known."""

    name: str
    kind: str
    columns: set = field(default_factory=set)


def names_prices(statement):
    """Say whether ``statement`` reads or writes the distributed table."""
    return any(name in statement for name in PRICES)


def broken(statement):
    """Return the names of the rules that ``statement``, as psycopg is given it, breaks."""
    numbers = {}
    numbered = PLACEHOLDER.sub(lambda m: f"${numbers.setdefault(m[1] or len(numbers), len(numbers) + 1)}", statement)
    reading = _Reading()
    for raw in parse_sql(numbered.replace("%%", "%")):
        reading.statement(raw.stmt)
    return sorted(reading.broken)


def nodes(node, *, into_queries=True):
    """Yield ``node`` and every node below it; of queries below it only their tops unless ``into_queries``."""
    if isinstance(node, tuple):
        for one in node:
            yield from nodes(one, into_queries=into_queries)
    elif isinstance(node, ast.Node):
        yield node
        if into_queries or not isinstance(node, ast.SelectStmt):
            for name in node:
                yield from nodes(getattr(node, name), into_queries=into_queries)


class _Reading:
    def __init__(self):
        self.broken = set()

    def statement(self, stmt):
        if isinstance(stmt, ast.SelectStmt):
            self.select(stmt, [], {}, is_top=True)
        elif isinstance(stmt, ast.CopyStmt) and stmt.query is not None:
            self.statement(stmt.query)
        elif isinstance(stmt, ast.InsertStmt):
            ctes = self.ctes(stmt.withClause, [], {})
            if stmt.selectStmt is not None:
                self.select(stmt.selectStmt, [], ctes, is_top=True)
                is_copied = stmt.selectStmt.valuesLists is None and stmt.relation.relname == DISTRIBUTED
                is_read = any(isinstance(one, ast.RangeSubselect) and one.lateral for one in nodes(stmt.selectStmt))
                if is_read and stmt.relation.relname != DISTRIBUTED and names_below(stmt, PRICES):
                    self.broken.add("insert")
                if is_copied and stmt.onConflictClause is not None and not stmt.returningClause:
                    self.broken.add("conflict")
        elif isinstance(stmt, ast.UpdateStmt | ast.DeleteStmt):
            ctes = self.ctes(stmt.withClause, [], {})
            more = stmt.fromClause if isinstance(stmt, ast.UpdateStmt) else stmt.usingClause
            rest = (stmt.whereClause, getattr(stmt, "targetList", None))
            self.level((stmt.relation, *(more or ())), rest, [], ctes, is_top=True)

    def ctes(self, clause, outer, known):
        """Return the common tables of ``clause`` and those ``known`` before."""
        found = dict(known)
        for cte in clause.ctes if clause else ():
            name = cte.ctename
            is_apart = cte.ctematerialized == CTEMaterialize.CTEMaterializeAlways
            if clause.recursive and names_below(cte.ctequery, {name}) and names_below(cte.ctequery, PRICES):
                self.broken.add("recursion")
            if isinstance(cte.ctequery, ast.SelectStmt):
                inner = found | {name: Relation(name, "given")} if clause.recursive else found
                kind, columns = self.select(cte.ctequery, outer, inner, is_top=is_apart)
            else:
                self.statement(cte.ctequery)
                kind, columns = "given", set()
            columns = {one.sval for one in cte.aliascolnames} if cte.aliascolnames else columns
            found[name] = Relation(name, "given" if is_apart else kind, columns)
        return found

    def select(self, query, outer, known, *, is_top=False):
        """Return the kind of ``query``'s rows, and its columns."""
        ctes = self.ctes(query.withClause, outer, known)
        if query.op != SetOperation.SETOP_NONE:
            sides = [self.select(side, outer, ctes, is_top=is_top) for side in (query.larg, query.rarg)]
            return max((kind for kind, _ in sides), key=("given", "plain", "derived").index), sides[0][1]
        if query.valuesLists is not None:
            return "given", set()
        if not query.targetList:
            self.broken.add("columns")
        rest = (query.targetList, query.whereClause, query.havingClause, query.groupClause, query.sortClause)
        found = self.level(query.fromClause or (), rest, outer, ctes, is_top=is_top)
        kinds = {one.kind for one in found}
        kind = "derived" if kinds & {"prices", "derived"} else "plain" if "plain" in kinds else "given"
        return kind, _columns(query, found)

    def level(self, sources, rest, outer, ctes, *, is_top):
        """Read one FROM and what is said of it; return its relations."""
        here = []
        scopes = [here, *outer]
        is_alone = len(sources) == 1 and isinstance(sources[0], ast.RangeSubselect)
        joins = [
            join for source in sources for join in self.source(source, here, scopes, ctes, is_top=is_top and is_alone)
        ]
        has_prices = any(one.kind in {"prices", "derived"} for one in here)
        quals = [join.quals for join in joins]
        for link in (one for one in nodes((rest, *quals), into_queries=False) if isinstance(one, ast.SubLink)):
            self.sublink(link, here, scopes, ctes)
        conditions = [*_all(rest[1] if len(rest) > 2 else rest[0]), *(one for qual in quals for one in _all(qual))]
        is_outer = any(join.jointype in OUTER for join in joins)
        if is_outer and any(_is_constant(one) for one in _all(rest[1] if len(rest) > 2 else rest[0])):
            self.broken.add("constant")
        prices = [one for one in here if one.kind == "prices"]
        if len(prices) > 1 and not _are_joined_by_key(prices, here, conditions, joins):
            self.broken.add("key")
        if has_prices and not is_top:
            for join in (one for one in joins if one.jointype in OUTER):
                weak = join.larg if join.jointype == JoinType.JOIN_RIGHT else join.rarg
                is_table = isinstance(weak, ast.RangeVar) and _kind_of(weak, ctes) == "plain"
                if is_table and any(isinstance(one, ast.CaseExpr | ast.CoalesceExpr) for one in nodes(rest[0])):
                    self.broken.add("nested")
        return here

    def source(self, source, here, scopes, ctes, *, is_top=False):
        """Add the relations of ``source`` to ``here``; return its joins."""
        if isinstance(source, ast.JoinExpr):
            joins = [*self.source(source.larg, here, scopes, ctes)]
            before = len(here)
            joins += self.source(source.rarg, here, scopes, ctes)
            if source.jointype in OUTER and isinstance(source.rarg, ast.RangeSubselect) and source.rarg.lateral:
                used = _used(source.rarg.subquery, here[:before])
                if here[-1].kind == "derived" and any(one.kind in {"plain", "given"} for one in used):
                    self.broken.add("lateral")
            return [*joins, source]
        name = source.alias.aliasname if source.alias else getattr(source, "relname", "")
        said = {one.sval for one in (source.alias.colnames if source.alias and source.alias.colnames else ())}
        if isinstance(source, ast.RangeVar):
            columns = ctes[source.relname].columns if source.relname in ctes else COLUMNS.get(source.relname, set())
            here.append(Relation(name, _kind_of(source, ctes), said or columns))
        elif isinstance(source, ast.RangeSubselect):
            kind, columns = self.select(source.subquery, scopes, ctes, is_top=is_top)
            used = _used(source.subquery, here) if source.lateral else []
            if (
                kind == "derived"
                and _is_merged(source.subquery)
                and any(one.kind in {"plain", "given"} for one in used)
            ):
                self.broken.add("lateral")
            if kind == "plain" and any(one.kind in {"prices", "derived"} for one in used):
                self.broken.add("lateral")
            here.append(Relation(name, kind, said or columns))
        else:
            here.append(Relation(name, "given", said or {name}))
        return []

    def sublink(self, link, here, scopes, ctes):
        kind, _ = self.select(link.subselect, scopes, ctes)
        used = _used(link.subselect, here)
        if link.testexpr is not None and link.subLinkType == SubLinkType.ANY_SUBLINK and not used:
            return
        is_apart = any(one.kind in {"plain", "given"} for one in here) or any(one.kind != "prices" for one in used)
        if kind == "derived" and used and is_apart:
            self.broken.add("correlated")
        if kind == "plain" and any(one.kind in {"prices", "derived"} for one in used):
            self.broken.add("correlated")


def names_below(node, names):
    """Say whether a table of ``names`` is read anywhere below ``node``."""
    return any(isinstance(one, ast.RangeVar) and one.relname in names for one in nodes(node))


def _kind_of(table, ctes):
    if table.relname in ctes:
        return ctes[table.relname].kind
    return "prices" if table.relname in PRICES else "plain"


def _columns(query, here):
    found = set()
    for target in query.targetList or ():
        if target.name:
            found.add(target.name)
        elif isinstance(target.val, ast.ColumnRef):
            last = target.val.fields[-1]
            found |= set().union(*(one.columns for one in here)) if isinstance(last, ast.A_Star) else {last.sval}
        elif isinstance(target.val, ast.FuncCall):
            found.add(target.val.funcname[-1].sval)
    return found


def _used(query, outer):
    """Return the relations of ``outer`` that ``query`` speaks of."""
    inside = [one for one in nodes(query) if isinstance(one, ast.RangeVar | ast.RangeSubselect | ast.RangeFunction)]
    own = {one.alias.aliasname if one.alias else getattr(one, "relname", "") for one in inside}
    known = set().union(*(COLUMNS.get(one.relname, set()) for one in inside if isinstance(one, ast.RangeVar)))
    known |= {one.name for one in nodes(query) if isinstance(one, ast.ResTarget) and one.name}
    found = []
    for column in (one for one in nodes(query) if isinstance(one, ast.ColumnRef)):
        *table, last = [getattr(one, "sval", "*") for one in column.fields]
        if table:
            found += [one for one in outer if one.name == table[0] and table[0] not in own]
        elif last not in known:
            found += [one for one in outer if last in one.columns]
    return found


def _is_merged(query):
    """Say whether the rows of several servers would have to be put together: LIMIT, or an aggregate not by ticker."""
    by = [*(query.groupClause or ()), *(query.distinctClause or ())]
    is_by_key = any(isinstance(one, ast.ColumnRef) and one.fields[-1].sval == KEY for one in by)
    calls = [one for one in nodes(query.targetList, into_queries=False) if isinstance(one, ast.FuncCall)]
    counts = any(one.funcname[-1].sval in AGGREGATES and one.over is None for one in calls)
    return query.limitCount is not None or ((bool(by) or counts) and not is_by_key)


def _all(condition):
    """Return what is connected by AND."""
    if condition is None:
        return []
    if isinstance(condition, ast.BoolExpr) and condition.boolop == 0:
        return [one for part in condition.args for one in _all(part)]
    return [condition]


def _is_constant(condition):
    below = list(nodes(condition, into_queries=False))
    asks = any(isinstance(one, ast.SubLink) and one.subLinkType == SubLinkType.EXPR_SUBLINK for one in below)
    return asks and not any(isinstance(one, ast.ColumnRef) for one in below)


def _are_joined_by_key(prices, here, conditions, joins):
    if any(join.usingClause and KEY in {one.sval for one in join.usingClause} for join in joins):
        return True
    pairs = []
    for one in conditions:
        if isinstance(one, ast.A_Expr) and one.name and one.name[-1].sval == "=":
            sides = [s.fields for s in (one.lexpr, one.rexpr) if isinstance(s, ast.ColumnRef) and len(s.fields) == 2]
            if len(sides) == 2 and {s[1].sval for s in sides} == {KEY}:
                pairs.append({s[0].sval for s in sides})
    joined = {prices[0].name}
    for _ in here:
        for pair in pairs:
            if pair & joined:
                joined |= pair
    return {one.name for one in prices} <= joined
