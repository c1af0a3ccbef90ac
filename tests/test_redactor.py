"""A secret is hidden in every form in which programs pass it on."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from foresto_cli.redactor import HIDDEN, Redactor, forms

SECRETS = ("sandbox/fsc+key==", "p@ss w/rd+한글", 'quo"te\\back', "abcd\u00a0efgh", "plain-token-1234", "<&>'\"=?")
ENCODINGS = {
    "as it is": str,
    "url": lambda text: quote(text, safe=""),
    "url of a form": quote_plus,
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form twice": lambda text: quote_plus(quote_plus(text)),
    "json": lambda text: json.dumps({"a": text}),
    "json in Korean": lambda text: json.dumps({"a": text}, ensure_ascii=False),
    "json in json": lambda text: json.dumps(json.dumps({"a": text})),
    "slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "python": repr,
    "python's bytes": lambda text: repr(text.encode()),
    "unicode escapes": lambda text: text.encode("unicode_escape").decode(),
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of a login": lambda text: base64.b64encode(f"me:{text}".encode()).decode(),
    "base64 of an answer": lambda text: base64.b64encode(f'{{"key": "{text}", "a": 1}}'.encode()).decode(),
    "base64 of a url": lambda text: base64.b64encode(f"https://x/?k={quote(text, safe='')}&a".encode()).decode(),
    "base64 in a url": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_is_hidden_however_it_is_passed_on(secret, encoding):
    written = ENCODINGS[encoding](secret)
    shown = Redactor([secret])(f"before {written} after")
    assert HIDDEN in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert written not in shown
    assert not any(form in shown for form in forms(secret))


def test_a_password_in_a_url_is_hidden_also_in_json():
    redact = Redactor()
    assert redact("http:\\/\\/me:s3cr3t@host") == f"http:\\/\\/me:{HIDDEN}@host"
    assert redact("a://b c://me:s3cr3t@host d@e") == f"a://b c://me:{HIDDEN}@host d@e"
    assert redact("x@y://me:one@h z://me:two@h") == f"x@y://me:{HIDDEN}@h z://me:{HIDDEN}@h"


def test_ordinary_text_stays():
    text = "2026-11-20 005930: 1,234 rows (https://data.krx.co.kr/contents) 10:30:00 mail kim@example.com"
    assert Redactor(SECRETS)(text) == text
