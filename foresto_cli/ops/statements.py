"""Which loaders the commands about DART's companies and statements run."""

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ConfigError
from foresto_cli.loaders.dart_companies import Companies
from foresto_cli.ops import job
from foresto_cli.ops.job import Options
from foresto_cli.upstream.dart import Dart


def load_companies(app: App, options: Options) -> job.Result:
    """Bring DART's companies up to date, once a day.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.ops.job.run_loaders`.
    """
    client = client_of(app)
    return job.run_or_preview(app, "dart corp-codes", "DART 고유번호", lambda: [_companies(app, client)], options)


def client_of(app: App) -> Dart:
    """Return DART.

    Raises:
        ConfigError: there is no key.
    """
    if app.dart is None:
        raise ConfigError("DART_API_KEY 가 없습니다. opendart.fss.or.kr 에서 무료로 발급받아 설정하세요.")
    return app.dart


def _companies(app: App, client: Dart) -> Companies:
    with app.engine.connect() as connection:
        common = connection.scalar(
            text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed AND right(ticker, 1) = '0'")
        )
    return Companies(client, clock.now(), common or 0)
