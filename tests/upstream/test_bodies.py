"""Bodies that once ended in something that was not an error of ours."""

import pytest
import requests

from foresto_cli.errors import BadPayload
from foresto_cli.upstream import _bodies, fdr

HEAD = b"Date,Close\n"


def response_of(body, url="https://raw.githubusercontent.com/x.csv"):
    made = requests.Response()
    made.status_code, made.url, made._content = 200, url, body
    return made


def test_an_exponent_that_kills_the_parser_of_pandas_never_reaches_it():
    with pytest.raises(BadPayload, match="숫자가 아닌"):
        fdr.inspect(response_of(HEAD + b"2026-11-09,2107E42151417370\n"))


@pytest.mark.parametrize("number", [b"5167.27", b"1.2e5", b"-3E-7", b"KR70005E0001", b"0026E0"])
def test_ordinary_numbers_pass(number):
    fdr.inspect(response_of(HEAD + b"2026-11-09," + number + b"\n"))


@pytest.mark.parametrize("body", [b'{"a":' + b"9" * 5_000 + b"}", b"[" * 5_000 + b"]" * 5_000, b"[1]", b"\xff{}"])
def test_json_of_no_use_is_not_understood(body):
    with pytest.raises(BadPayload):
        _bodies.json_object(response_of(body), "누구")


@pytest.mark.parametrize("rows", [None, {}, [1], [[]], [{"a": 1}], [{"a": None}]])
def test_rows_of_krx_are_texts(rows):
    with pytest.raises(BadPayload):
        _bodies.text_records(rows, "누구")
