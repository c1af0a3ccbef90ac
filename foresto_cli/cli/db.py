"""``foresto db``: the database itself."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="데이터베이스.", no_args_is_help=True, context_settings=HELP)


@app.command()
def upgrade(ctx: typer.Context, as_json: Json = False) -> None:
    """표를 이 판에 맞게 만들거나 고칩니다. 다른 명령도 처음 쓸 때 스스로 합니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.store import migrate

        found.console.line(f"✓ 데이터베이스가 개정 {migrate.HEAD} 입니다.")
        return {"command": "db upgrade", "exit_code": 0, "revision": migrate.HEAD}

    perform(ctx, "db upgrade", work, as_json=as_json, shown=False)


@app.command()
def url(ctx: typer.Context, as_json: Json = False) -> None:
    """데이터베이스 주소를 보여 줍니다(비밀번호는 가립니다)."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.store.engine import shown_url

        address = shown_url(found.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        found.console.line(address)
        if found.settings.database_url is None:
            found.console.complain("내장 서버는 foresto 가 실행되는 동안에만 켜져 있습니다.")
        return {"command": "db url", "exit_code": 0, "url": address}

    perform(ctx, "db url", work, as_json=as_json, shown=False)


@app.command()
def size(ctx: typer.Context, as_json: Json = False) -> None:
    """표마다 행 수와 크기(색인 포함)를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.store.upkeep import sizes

        with found.engine.connect() as connection:
            tables = sizes(connection)
        rows = [(name, count, f"{size_ / 1_048_576:,.1f} MB") for name, count, size_ in tables]
        found.console.table("크기", ("표", "행", "크기"), rows)
        listed = [{"table": name, "rows": count, "bytes": size_} for name, count, size_ in tables]
        return {"command": "db size", "exit_code": 0, "tables": listed}

    perform(ctx, "db size", work, as_json=as_json, shown=False)
