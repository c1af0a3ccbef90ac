"""What a value can be: letters of keys, hosts, ports, addresses; what is wrong is named and never quoted."""

import pytest

from foresto_cli import settings
from foresto_cli.errors import ConfigError
from foresto_cli.settings import setting_checks

KEYS = ("KRX_OPENAPI_KEY", "DART_API_KEY", "FSC_API_KEY", "FSS_API_KEY", "ALPHA_VANTAGE_API_KEY")
WORDS = ("KRX_ID", "KRX_PW", "SMTP_USER", "SMTP_PASSWORD")
PLACEHOLDERS = (
    "…",
    "...",
    "..",
    "<key>",
    "YOUR_KEY",
    "your-api-key",
    "xxxx",
    "XXX",
    "????",
    "xxx...",
    "changeme",
    "“…”",
    "***",
)
INVISIBLE = ("\u00a0", "\u200b", "\u200d", "\ufeff", "\u2060", "\u3000", "\t")


def given(place, name, value):
    (place.config / "config.toml").write_text(f"{name} = {_quoted(value)}\n", encoding="utf-8")
    found = settings.load(place)
    current = getattr(found, name.lower())
    return found, current.get_secret_value() if hasattr(current, "get_secret_value") else current


def _quoted(value):
    return '"' + "".join(f"\\U{ord(letter):08X}" for letter in value) + '"'


def is_wrong(place, name, value):
    """Whether the value is a problem that names setting, file and line, and shows nothing of it."""
    found, _ = given(place, name, value)
    problem = found.problem(name.lower())
    assert problem.startswith(f"{name}({place.config / 'config.toml'} 1번째 줄)"), (name, value)
    assert len(problem.splitlines()) == 1
    assert value.strip() not in problem.partition("줄)")[2] or len(value) < 3
    with pytest.raises(ConfigError):
        found.demand(name.lower())
    return True


@pytest.mark.parametrize("name", KEYS + WORDS)
@pytest.mark.parametrize("blank", INVISIBLE)
def test_blanks_around_a_secret_are_taken_away_and_inside_named(place, name, blank):
    found, value = given(place, name, f"{blank}abcd{blank} ")
    assert value == "abcd"
    assert not found.origins.problems
    assert is_wrong(place, name, f"abcd{blank}efgh")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("quotes", ["“”", "‘’", '""', "''", "「」", "«»", "``", "””"])
def test_quotation_marks_around_a_key_are_taken_away(place, name, quotes):
    found, value = given(place, name, f"{quotes[0]}abcd{quotes[1]}")
    assert value == "abcd"
    assert not found.origins.problems
    assert quotes[0] in "\"'`" or is_wrong(place, name, f"{quotes[0]}abcd")


@pytest.mark.parametrize("name", KEYS + WORDS)
@pytest.mark.parametrize(
    "value", ["키값입니다", "abcd é", "abcd\x00", "abcd\x1b[2J", "ab\ncd", "abcd…wxyz", "ａｂｃｄ", *PLACEHOLDERS]
)
def test_letters_that_no_header_takes_and_placeholders_are_named(place, name, value):
    assert is_wrong(place, name, value)


@pytest.mark.parametrize("value", ["abcd efgh ijkl mnop", "p@ss:w/ord%41", "a.b-c_d~", '"quoted"', "x.y"])
def test_a_password_may_be_any_printable_text(place, value):
    found, kept = given(place, "SMTP_PASSWORD", value)
    assert kept == value
    assert not found.origins.problems


IMPOSSIBLE = (
    "hc-ping..com", ".example.com", "-x.example", "x-.example", "a b.example", "256.1.1.1", "1.2.3", "x" * 64 + ".com",
    "ex\u200bample.com", "exam!ple.com", "..", "x." * 130 + "com",
)  # fmt: skip
POSSIBLE = (
    "hc-ping.com",
    "localhost",
    "db",
    "my_host.example",
    "127.0.0.1",
    "한국.example",
    "example.com.",
    "xn--3e0b707e.kr",
)


@pytest.mark.parametrize("host", IMPOSSIBLE)
def test_a_host_that_cannot_exist_is_named_wherever_it_stands(place, host):
    assert is_wrong(place, "SMTP_HOST", host)
    for name in ("SLACK_WEBHOOK_URL", "FORESTO_PING_URL", "FORESTO_PAGES_URL"):
        assert is_wrong(place, name, f"https://{host}/x")
    assert is_wrong(place, "DATABASE_URL", f"postgresql://me:word@{host}/x")
    for name in ("SMTP_FROM", "ALERT_EMAIL", "FORESTO_MARKET_EMAIL_TO"):
        assert is_wrong(place, name, f"me@{host}")


@pytest.mark.parametrize("host", POSSIBLE)
def test_a_host_that_can_exist_is_taken(place, host):
    assert given(place, "SMTP_HOST", host)[1] == host
    ascii_host = host.encode("idna").decode()
    for name, value in (
        ("SLACK_WEBHOOK_URL", f"https://{ascii_host}:8443/x"),
        ("FORESTO_PING_URL", f"weekday=https://{ascii_host}/x https://{ascii_host}/y/{{job}}"),
        ("DATABASE_URL", f"postgresql://me:word@{host}:5433/x"),
        ("ALERT_EMAIL", f"me@{ascii_host.rstrip('.')}, you@{ascii_host.rstrip('.')};they@x.example"),
        ("SMTP_FROM", f"포레스토 <me@{ascii_host.rstrip('.')}>"),
    ):
        found, kept = given(place, name, value)
        assert kept == value
        assert not found.origins.problems, found.origins.problems


FOLDERS = ("https://nas.example/stocks", "http://192.168.0.2:8080/a%20b", "file:///srv/state/stocks")
NO_FOLDERS = ("nas/stocks", "/srv/stocks", "ftp://nas/x", "javascript:alert(1)", "https:///x")


@pytest.mark.parametrize("value", FOLDERS)
def test_the_folder_of_pages_is_an_address_without_a_slash_at_its_end(place, value):
    assert given(place, "FORESTO_PAGES_URL", f"{value}/")[1] == value


@pytest.mark.parametrize("value", NO_FOLDERS)
def test_what_no_browser_opens_as_a_folder_is_named(place, value):
    assert is_wrong(place, "FORESTO_PAGES_URL", value)


@pytest.mark.parametrize("port", ["0", "65536", "587x", "-1", "5 87", "５８７", "587.0", "99999999"])
def test_a_port_that_is_none_is_named_and_the_usual_one_kept(place, port):
    assert is_wrong(place, "SMTP_PORT", port)
    assert given(place, "SMTP_PORT", port)[1] == 587
    for name in ("SLACK_WEBHOOK_URL", "FORESTO_PING_URL", "FORESTO_PAGES_URL"):
        if port.isascii():
            assert is_wrong(place, name, f"https://x.example:{port}/x")
    assert is_wrong(place, "DATABASE_URL", f"postgresql://h:{port}/x")


@pytest.mark.parametrize(
    "value", ["운영자@example.com", "operator", "me@", "@example.com", "a@b@c.example", "me@한국.kr", "a, b@c.de"]
)
def test_an_address_that_no_mail_reaches_is_named(place, value):
    for name in ("ALERT_EMAIL", "FORESTO_MARKET_EMAIL_TO", "SMTP_FROM"):
        assert is_wrong(place, name, value)


@pytest.mark.parametrize(
    "value", ["http://hooks.example.com/x", "hooks.example.com", "https://", "ftp://x/y", "https://[x", "https://a b/c"]
)
def test_an_address_to_post_to_is_https(place, value):
    assert is_wrong(place, "SLACK_WEBHOOK_URL", value)
    assert is_wrong(place, "FORESTO_PING_URL", value)


@pytest.mark.parametrize(
    "value", ["mysql://h/d", "host=h dbname=d", "h/d", "sqlite:///x", "postgresql:/h", "postgresql://…"]
)
def test_a_database_is_a_postgresql_address(place, value):
    assert is_wrong(place, "DATABASE_URL", value)


@pytest.mark.parametrize(
    "value",
    ["postgres://h/d", "postgresql://", "postgresql:///d", "postgresql://h", "postgresql://me@h/d", "postgresql://me:p%40@h:1/d",
     "postgresql://me@[::1]:5432/d", "postgresql://[::1]/d", "postgresql://a,b/d?target_session_attrs=any",
     "postgresql://me:비밀@h/d", "postgresql:///d?host=/var/run/postgresql", "postgresql://%2Ftmp%2Fx/d", "postgresql+psycopg://h/d",
     "postgresql://me@/d?host=a&host=b", "POSTGRESQL://h/d", "postgresql://me:a=b&c@h/d?sslmode=require", "postgresql://h:/d"],
)  # fmt: skip
def test_every_form_of_a_database_address_is_taken(place, value):
    found, kept = given(place, "DATABASE_URL", value)
    assert kept == value
    assert not found.origins.problems, found.origins.problems


def test_every_setting_has_a_check():
    assert set(setting_checks.OF) == set(settings.Settings.model_fields)
