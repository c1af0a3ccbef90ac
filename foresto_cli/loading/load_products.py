"""Which loaders the commands about financial products run."""

from collections.abc import Sequence

from sqlalchemy import func, select

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.fss.kinds import BY_NAME, KINDS, Kind
from foresto_cli.datasets.fss.products import FssProducts
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.upstream.finlife import GROUPS, Finlife

ALL = "all"


def load_products(app: App, kind: str, groups: str | None, options: Options) -> Result:
    """Bring the products of one kind (or of ``all``) up to date.

    Args:
        app: what the command works with.
        kind: name of a kind, or ``all``.
        groups: numbers of financial groups, separated by commas; all five without it.
        options: how the command runs.

    Raises:
        UsageError: a group that does not exist.
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    wanted = wanted_groups(groups)
    client = client_of(app)
    kinds = KINDS if kind == ALL else (BY_NAME[kind],)

    def make() -> list[Loader]:
        return [loader(app, one, client, wanted) for one in kinds]

    label = "금융상품" if kind == ALL else BY_NAME[kind].label
    return job.run_or_preview(app, f"fss {kind}", label, make, options)


def client_of(app: App) -> Finlife:
    """Return the disclosure of financial products.

    Raises:
        ConfigError: there is no key.
    """
    if app.finlife is None:
        raise ConfigError(
            "FSS_API_KEY가 없어 금융상품을 받을 수 없습니다. finlife.fss.or.kr에서 무료로 발급받아 설정하세요."
        )
    return app.finlife


def wanted_groups(given: str | None) -> Sequence[str]:
    """Return the financial groups in ``given`` (numbers, separated by commas), all without it.

    Raises:
        UsageError: one that does not exist.
    """
    if given is None:
        return list(GROUPS)
    wanted = list(dict.fromkeys(word.strip() for word in given.split(",")))
    unknown = [word for word in wanted if word not in GROUPS]
    if unknown:
        known = ", ".join(f"{number} {name}" for number, name in GROUPS.items())
        raise UsageError(f"{', '.join(unknown)}: 그런 권역이 없습니다. 쓸 수 있는 권역: {known}")
    return wanted


def loader(app: App, kind: Kind, client: Finlife, groups: Sequence[str]) -> FssProducts:
    """Return the loader of one kind, with what it has to know."""
    table = kind.products
    query = select(table.c.top_fin_grp_no, func.count()).where(table.c.is_active).group_by(table.c.top_fin_grp_no)
    with app.engine.connect() as connection:
        open_products = {row[0]: row[1] for row in connection.execute(query)}
    return FssProducts(client, groups, clock.today(), open_products, kind)
