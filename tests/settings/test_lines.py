"""Every line of a ``.env`` is a setting, a comment, or an error that names file and line."""

import pytest

from foresto_cli import settings

SECRET = "hunter2"


@pytest.mark.parametrize(
    "line",
    [
        f'DART_API_KEY="{SECRET}', f"DART_API_KEY='{SECRET}", f"DART_API_KEY: {SECRET}", f"DART_API_KEY:{SECRET}",
        "DART_API_KEY", f"DART_API_KEY {SECRET}", f"set DART_API_KEY={SECRET}", f"DART_API_KEY＝{SECRET}", SECRET,
        f'DART_API_KEY="{SECRET}" {SECRET}', "export DART_API_KEY", f"{SECRET}: x", '"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "# note\n\n", "FSC_API_KEY=abc\r\n"])
def test_a_line_that_cannot_be_read_is_named_and_not_quoted(place, refused, line, before):
    (place.config / ".env").write_text(f"{before}{line}\n", encoding="utf-8", newline="")
    message = refused()
    assert f"{place.config / '.env'} {before.count(chr(10)) + 1}번째 줄" in message
    assert SECRET not in message


@pytest.mark.parametrize(
    "name",
    [
        "DARTAPI_KEY", "DART_APIKEY", "DART_API_KEYS", "OPENDART_API_KEY", "KRX_PASSWORD", "KRX_OPEN_API_KEY",
        "KRX_API_KEY", "SMTP_PASS", "SMTP_TLS", "FORESTO_PNG_URL", "FORESTO_HOME", "FORESTO_SANDBOX_STOCKS",
        "DATABASE_URI", "DATABSE_URL", "FSS_KEY", "ALPHAVANTAGE_API_KEY", "SLACK_WEBHOOK", "ALERT_MAIL", "$env:KRX_ID",
        "\u200bDART_API_KEY", "dart.api.key",
    ],
)  # fmt: skip
def test_a_name_that_can_only_be_meant_for_us_is_no_silent_default(place, refused, name):
    (place.config / ".env").write_text(f"FSC_API_KEY=abc\n{name}={SECRET}\n", encoding="utf-8")
    message = refused()
    assert f"{place.config / '.env'} 2번째 줄" in message
    assert SECRET not in message


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "HTTPS_PROXY", "TZ", "POSTGRES_PASSWORD", "PATH", "DB_PASS", "이름"]
)
def test_other_programs_variables_may_stand_beside_ours(place, name):
    (place.config / ".env").write_text(f"{name}=x\nDART_API_KEY=abc\n", encoding="utf-8")
    assert settings.load(place).secrets() == ["abc"]


def test_a_name_that_is_meant_is_proposed(place, refused):
    (place.config / ".env").write_text("DARTAPI_KEY=x\n")
    assert "DART_API_KEY" in refused()


def test_a_lost_quote_that_swallows_other_settings_is_told(place, refused):
    (place.config / ".env").write_text('SMTP_FROM="me@example.com\nDATABASE_URL=postgresql://h/d\nALERT_EMAIL="\n')
    message = refused()
    assert "1번째 줄" in message
    assert "따옴표" in message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DART_API_KEY=abc", "abc"), ("export DART_API_KEY=abc", "abc"), ("\ufeffDART_API_KEY=abc", "abc"),
        ("DART_API_KEY=abc # mine", "abc"), ("  DART_API_KEY = 'abc'  ", "abc"), ('DART_API_KEY="abc"\r\n', "abc"),
        ("dart_api_key=abc", "abc"), ("DART_API_KEY=a#b", "a#b"), ("ABC=abc\nDART_API_KEY=${ABC}", "abc"),
        ("DART_API_KEY=${ABC:-abc}", "abc"), ("FORESTO_APPRISE_URLS='tgram://a/b\njson://c'", "tgram://a/b\njson://c"),
        ("DART_API_KEY=x\nDART_API_KEY=abc", "abc"), ("# DART_API_KEY: x\nDART_API_KEY=abc", "abc"),
    ],
)  # fmt: skip
def test_what_python_dotenv_reads_stays_readable(place, text, value):
    (place.config / ".env").write_text(text, encoding="utf-8", newline="")
    assert value in settings.load(place).secrets()


def test_a_variable_without_value_inside_a_value_is_no_empty_text(place, refused, monkeypatch):
    (place.config / ".env").write_text("DATABASE_URL=postgresql://me:${DB_PASS}@h/d\n")
    assert "DATABASE_URL" in refused()
    monkeypatch.setenv("DB_PASS", "word")
    assert "word" in settings.load(place).secrets()


@pytest.mark.parametrize(
    "text",
    ['dart_api_key = "hunter2\n', "dart_api_key = hunter2\n", '"hunter2 " = 1\n', "a = " + "[" * 5000,
     "a = " + "9" * 5000, "dart_api_key = true\n", "dart_api_key = 1.5\n", "[dart_api_key]\nx = 1\n",
     "dart_api_key = 1979-05-27\n"],
)  # fmt: skip
def test_what_is_wrong_with_config_toml_is_named_and_not_quoted(place, refused, text):
    (place.config / "config.toml").write_text(text)
    message = refused()
    assert f"{place.config / 'config.toml'}" in message
    assert SECRET not in message
