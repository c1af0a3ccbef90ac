"""Writing settings: what the file has stays, what is new reads back as it was typed, and nobody else can read it."""

import random
import string

import pytest

from foresto_cli import settings
from foresto_cli.errors import ConfigError
from foresto_cli.setting_up import env_file
from foresto_cli.settings import Paths

MINE = """# mine

export KRX_ID=someone   # my login
KRX_PW='p#w'
FSC_DATA_GO_KR_API_KEY="old"
OTHER=${HOME}/x
"""


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for name in (*settings.Settings.model_fields, *settings.FSC_ALIASES):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config"
    config.mkdir()
    return Paths(config, tmp_path / "data", tmp_path / "state")


def test_every_other_line_stays_as_it_is(folders):
    file = folders.config / ".env"
    file.write_text(MINE, encoding="utf-8")
    env_file.write(file, {"krx_pw": "new word", "fsc_api_key": "a+b/c==", "dart_api_key": "d" * 40})
    assert file.read_text(encoding="utf-8") == (
        MINE.replace("KRX_PW='p#w'", "KRX_PW='new word'").replace('FSC_DATA_GO_KR_API_KEY="old"', "FSC_API_KEY=a+b/c==")
        + f"DART_API_KEY={'d' * 40}\n"
    )
    found = settings.load(folders)
    assert found.krx_id.get_secret_value() == "someone"
    assert found.krx_pw.get_secret_value() == "new word"
    assert found.fsc_api_key.get_secret_value() == "a+b/c=="


def test_a_last_line_without_an_end_is_no_part_of_the_next(folders):
    file = folders.config / ".env"
    file.write_text("KRX_ID=someone", encoding="utf-8")
    env_file.write(file, {"krx_pw": "word"})
    assert file.read_text(encoding="utf-8") == "KRX_ID=someone\nKRX_PW=word\n"


def test_only_its_owner_can_read_it_even_where_others_could(folders):
    file = folders.config / ".env"
    file.write_text("", encoding="utf-8")
    file.chmod(0o644)
    env_file.write(file, {"krx_id": "x"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in folders.config.iterdir()] == [".env"]


def test_whatever_a_password_is_it_reads_back(folders):
    chance = random.Random(1)
    file = folders.config / ".env"
    for _ in range(300):
        word = "".join(chance.choice(string.ascii_letters + string.punctuation + " ") for _ in range(12)).strip()
        if "${" in word or len(word) < 2:
            continue
        env_file.write(file, {"krx_id": "someone", "krx_pw": word})
        assert settings.load(folders).krx_pw.get_secret_value() == word, word


@pytest.mark.parametrize("word", ["a${HOME}b", "a\nb"])
def test_what_cannot_stand_in_the_file_is_refused_and_the_file_is_the_old_one(folders, word):
    file = folders.config / ".env"
    file.write_text(MINE, encoding="utf-8")
    with pytest.raises(ConfigError, match="KRX_PW"):
        env_file.write(file, {"krx_pw": word})
    assert file.read_text(encoding="utf-8") == MINE


def test_a_link_is_no_file_to_write(folders, tmp_path):
    other = tmp_path / "other"
    other.write_text("", encoding="utf-8")
    (folders.config / ".env").symlink_to(other)
    with pytest.raises(ConfigError):
        env_file.write(folders.config / ".env", {"krx_id": "x"})
    assert other.read_text(encoding="utf-8") == ""
