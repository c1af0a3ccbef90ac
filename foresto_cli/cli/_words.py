"""Arguments and options that several reading commands have."""

from typing import Annotated

import typer

Stock = Annotated[str, typer.Argument(help="종목코드나 이름(005930, 가상전자).", metavar="종목")]
Limit = Annotated[int, typer.Option("--limit", "--top", min=1, help="많아야 이만큼.", metavar="N")]
Text = Annotated[str, typer.Argument(help="이름의 일부. 없으면 전부.", metavar="글")]
From = Annotated[str | None, typer.Option("--from", "--since", help="이 날부터.", metavar="날짜")]
To = Annotated[str | None, typer.Option("--to", "--until", help="이 날까지.", metavar="날짜")]
