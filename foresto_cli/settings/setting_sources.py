"""Which value counts: the environment, then the files of the settings folder, then the ``.env`` of the working folder.

Settings that belong together are taken from one place, never mixed: a password goes only where its own file says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from foresto_cli.errors import ConfigError
from foresto_cli.folders import Paths
from foresto_cli.settings import impossible, setting_checks, setting_files
from foresto_cli.settings.model import Origins, Settings
from foresto_cli.settings.setting_files import Given, Source

MAIL = ("smtp_host", "smtp_port", "smtp_user", "smtp_password", "smtp_from")
LOGIN = ("krx_id", "krx_pw")
TOGETHER = (MAIL, LOGIN)
"""Settings that are taken from one place or not at all; every other one is a group of its own."""
NEEDS = {
    "smtp_host": ("smtp_from",),
    "smtp_from": ("smtp_host",),
    "smtp_user": ("smtp_host", "smtp_from", "smtp_password"),
    "smtp_password": ("smtp_host", "smtp_from", "smtp_user"),
    "smtp_port": ("smtp_host", "smtp_from"),
    "krx_id": ("krx_pw",),
    "krx_pw": ("krx_id",),
}
"""What else of its group a setting is of no use without."""
TELLING = (
    *MAIL,
    "alert_email",
    "foresto_market_email_to",
    "foresto_pages_url",
    "slack_webhook_url",
    "foresto_apprise_urls",
    "foresto_ping_url",
)
"""Where alerts, mails and pings go."""
OWN = (*TELLING, *(name for name in Settings.model_fields if name.startswith("foresto_")))
"""What a working folder decides only for those who have no settings folder: whom to tell, how much to ask."""
FATAL = ("foresto_krx_daily_budget", "foresto_dart_daily_budget", "foresto_log_level")
"""What every command needs. What is wrong with any other setting is the trouble of whoever uses it."""


@dataclass
class _Choice:
    values: dict[str, Given] = field(default_factory=dict)
    by_source: dict[str, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def load(folders: Paths) -> Settings:
    """Read the settings in force.

    A value that cannot be right is no error here, but one of :meth:`Settings.problem`: whoever needs it refuses, and
    everything else goes on.

    Raises:
        ConfigError: a line or a name of a file cannot be understood, or a value that every command needs is wrong; file
            and line are in the message.
    """
    env, home = setting_files.environment(), _of_settings_folder(folders.config)
    working = _of_working_folder(folders.config, is_only=not any(source.values for source in (env, *home)))
    has_home = any(source.values for source in home)
    choice = _Choice()
    if working is not None:
        if working.complaints and not has_home:
            raise ConfigError(working.complaints[0])
        working = _allowed(working, choice, has_home=has_home, tells=any(name in env.values for name in TELLING))
    _choose(choice, [env, *home, *([working] if working else [])])
    found = checked(choice.values, choice.problems)
    used = working is not None and working.label in choice.by_source
    misspelt = misspelt_in_environment()
    if working is not None and used:
        misspelt += working.complaints
    elif working is not None:
        choice.notes += [f"{complaint} (쓰지 않는 파일의 줄입니다)" for complaint in working.complaints]
    return found.known_by(
        Origins(
            places={name: given.place for name, given in choice.values.items()},
            by_source={label: tuple(names) for label, names in choice.by_source.items()},
            problems=choice.problems,
            notes=tuple(choice.notes),
            misspelt=misspelt,
            working_file=Path(working.label) if working is not None and used else None,
        )
    )


def misspelt_in_environment() -> tuple[str, ...]:
    """Return a sentence about each variable that can only be meant for us and that nobody reads."""
    unknown = setting_files.unknown_in_environment()
    return tuple(f"환경 변수 {name}: 모르는 이름입니다. 철자를 확인하세요." for name in unknown)


def checked(given: Mapping[str, Given], problems: dict[str, str]) -> Settings:
    """Return settings of these values; what is wrong is added to ``problems``.

    A secret that is wrong stays what it is, so that it can be taken out of texts; any other wrong value is left out.

    Raises:
        ConfigError: a value that every command needs is wrong.
    """
    values: dict[str, str] = {}
    for name, one in given.items():
        try:
            values[name] = setting_checks.OF[name](one.value)
        except impossible.Wrong as wrong:
            sentence = f"{name.upper()}({one.place}){wrong}."
            if name in FATAL:
                raise ConfigError(sentence) from None
            problems.setdefault(name, sentence)
            if "SecretStr" in str(Settings.model_fields[name].annotation):
                values[name] = one.value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        name = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise ConfigError(f"{name.upper()}({given[name].place})의 값이 맞지 않습니다. 고쳐 적으세요.") from None


def _of_settings_folder(folder: Path) -> list[Source]:
    found = []
    if _exists(folder / ".env"):
        found.append(setting_files.dotenv(folder / ".env", ours=True))
    if _exists(folder / "config.toml"):
        found.append(setting_files.toml(folder / "config.toml"))
    return found


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError as error:
        raise ConfigError(f"{file} 파일을 읽을 수 없습니다({error.strerror}). 폴더의 권한을 확인하세요.") from error


def working_file() -> Path | None:
    """Return the ``.env`` of the working folder, if there is a file of that name."""
    try:
        file = Path.cwd() / ".env"
        return file if file.is_file() else None
    except OSError:
        # The folder was removed or may not be entered: nothing is read from it.
        return None


def _of_working_folder(config: Path, *, is_only: bool) -> Source | None:
    file = working_file()
    if file is None or (_exists(config / ".env") and file.samefile(config / ".env")):
        return None
    try:
        return setting_files.dotenv(file, ours=False)
    except ConfigError:
        if is_only:
            raise
        # Perhaps nothing of ours: what we need stands elsewhere.
        return None


def _allowed(source: Source, choice: _Choice, *, has_home: bool, tells: bool) -> Source:
    """Return what a working folder may decide."""
    barred = OWN if has_home else TELLING if tells else ()
    left_out = [name for name in source.values if name in barred]
    if left_out:
        why = "이 폴더의 파일로는 정하지 않습니다. 쓰려면 설정 폴더의 .env에 적으세요"
        choice.notes.append(f"{source.label}의 {_named(left_out)}: {why}.")
    kept = {name: given for name, given in source.values.items() if name not in barred}
    return Source(source.label, kept, source.complaints)


def _choose(choice: _Choice, sources: Sequence[Source]) -> None:
    singles = tuple((name,) for name in Settings.model_fields if not any(name in group for group in TOGETHER))
    for group in (*TOGETHER, *singles):
        having = [source for source in sources if any(name in source.values for name in group)]
        if not having:
            continue
        first, *others = having
        chosen = {name: first.values[name] for name in group if name in first.values}
        choice.values |= chosen
        choice.by_source.setdefault(first.label, []).extend(chosen)
        for other in others:
            unused = [name for name in group if name in other.values]
            choice.notes.append(f"{other.label}의 {_named(unused)}: {first.label}의 값을 쓰므로 쓰지 않습니다.")
        lacking = {need for name in chosen for need in NEEDS.get(name, ()) if need not in chosen}
        elsewhere = [name for name in group if name in lacking and any(name in other.values for other in others)]
        if elsewhere:
            place = next(other.label for other in others if elsewhere[0] in other.values)
            choice.problems[next(iter(chosen))] = (
                f"{_named(chosen)}({first.label})와 {_named(elsewhere)}({place})가 다른 곳에 있어 함께 쓰지 않습니다."
                f" {_named([*chosen, *elsewhere])} 설정을 한곳에 모아 적으세요."
            )


def _named(names: Sequence[str] | Mapping[str, Given]) -> str:
    return ", ".join(name.upper() for name in names)
