"""Reads `instance/config.toml` and the `SURVEYAPP_*` environment into one frozen `Config`.

The environment wins over the file, and what the caller names wins over both. Every mistake is reported at once, with
its place and its key, in Chinese and English.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from surveyapp.store import sqlite_url

INSTANCE = "SURVEYAPP_INSTANCE"
SECRET = "SURVEYAPP_SECRET_KEY"
FILE = "config.toml"
SECRET_FILE = "secret.key"
SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Config:
    """How this installation runs."""

    instance: Path
    """The folder of the user's data and secrets."""
    secret_key: bytes = field(repr=False)
    """Signs tickets, receipts and sessions; made at the first run."""
    database_url: str = field(repr=False)
    """Where answers are kept: a SQLite file in the instance folder, unless a PostgreSQL is named."""
    public_url: str = ""
    """The address respondents reach, without a slash at its end; links and QR codes are made from it alone."""
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 64
    """Requests worked on at a time; as many answers may share one write to the disk."""
    workers: int = 1
    """Server processes; more than one needs PostgreSQL."""
    proxies: int = 0
    """How many reverse proxies stand in front, whose X-Forwarded-For and -Proto are believed."""
    trusted_hosts: tuple[str, ...] = ()
    """Host names that are answered; empty means any."""
    timezone: str = "Asia/Shanghai"
    """The zone whose calendar days are recorded."""
    survey_cache_seconds: float = 1.0
    """How long a server may go on with what it last read about a survey."""
    cookie_secure: bool = False
    """Whether evaluators' cookies are sent over https only; yes when the public address is https."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)

    @property
    def prefix(self) -> str:
        """Return the path under which the public address puts the application, such as /survey, or nothing."""
        return urlsplit(self.public_url).path

    @property
    def is_sqlite(self) -> bool:
        """Say whether answers are kept in a SQLite file."""
        return self.database_url.startswith("sqlite")


@dataclass(frozen=True, kw_only=True)
class ConfigProblem:
    """One mistake in the configuration: where it stands, which key, what is wrong, what to write."""

    place: str
    key: str
    zh: str
    en: str

    def message(self, language: str = "zh") -> str:
        """Return the place, the key and the wording in one line."""
        return f"{self.place}: {self.key}: {self.en if language == 'en' else self.zh}"


class ConfigError(Exception):
    """The configuration cannot be used; carries every problem found."""

    def __init__(self, problems: list[ConfigProblem]) -> None:
        super().__init__("\n".join(problem.message("en") for problem in problems))
        self.problems = problems


class _UnfitError(Exception):
    """A value is not what its key takes."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


# --- what each key takes ---------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _UnfitError("应为文字，请加引号", "must be text; put it in quotes")
    return value.strip()


def _database_url(value: object) -> str:
    text = _text(value)
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise _UnfitError(
            "请写 sqlite:////绝对路径.db 或 postgresql://用户@主机/数据库",
            "write sqlite:////absolute/path.db or postgresql://user@host/name",
        )
    return text


def _public_url(value: object) -> str:
    text = _text(value).rstrip("/")
    if text and not _is_public_url(text):
        raise _UnfitError(
            "请写受访者能打开的网址，不带用户名、空格、? 和 #，如 https://diaocha.example.gov.cn",
            "write the address respondents can open, without a user, blanks, ? or #, "
            "such as https://survey.example.org",
        )
    return text


def _is_public_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        if "[" in parts.netloc:
            ipaddress.IPv6Address(parts.hostname or "")
        named = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]+", parts.hostname or "")
        return bool(named) and parts.port != 0 and not re.search(r"[\s\x00-\x20\x7f@?#\\<>\"'`^{|}]", text)
    except ValueError:  # brackets without an address, a port that is none
        return False


def _whole(low: int, high: int) -> Callable[[object], int]:
    def whole(value: object) -> int:
        number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
        if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
            raise _UnfitError(f"应为 {low} 到 {high} 的整数", f"must be a whole number from {low} to {high}")
        return number

    return whole


def _seconds(value: object) -> float:
    with contextlib.suppress(TypeError, ValueError):
        number = float(value) if not isinstance(value, bool) else -1.0  # type: ignore[arg-type]
        if 0 <= number <= 60:
            return number
    raise _UnfitError("应为 0 到 60 的秒数", "must be a number of seconds from 0 to 60")


def _flag(value: object) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    answer = words.get(str(value).lower())
    if answer is None:
        raise _UnfitError("应为 true 或 false", "must be true or false")
    return answer


def _hosts(value: object) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _UnfitError(
            '应为主机名列表，如 ["a.gov.cn"]', 'must be a list of host names, such as ["a.example.org"]'
        )
    return tuple(name.strip() for name in names if name.strip())


def _zone(value: object) -> str:
    text = _text(value)
    try:
        ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        raise _UnfitError(
            "不认识的时区，如 Asia/Shanghai", "unknown time zone; for example Asia/Shanghai"
        ) from None
    return text


KEYS: dict[str, Callable[[object], Any]] = {
    "database_url": _database_url,
    "public_url": _public_url,
    "host": _text,
    "port": _whole(0, 65535),
    "threads": _whole(1, 512),
    "workers": _whole(1, 64),
    "proxies": _whole(0, 9),
    "trusted_hosts": _hosts,
    "timezone": _zone,
    "survey_cache_seconds": _seconds,
    "cookie_secure": _flag,
}


# --- reading ---------------------------------------------------------------------------------------------------------


class _Given(NamedTuple):
    place: str
    value: object


def load_config(instance: Path | None = None, /, **overrides: object) -> Config:
    """Read the configuration of an instance folder, making the folder and its secret at the first run.

    Raises ConfigError with every mistake.
    """
    folder = (instance or Path(os.environ.get(INSTANCE) or "instance")).absolute()
    problems: list[ConfigProblem] = []
    given = _from_file(folder / FILE, problems) | _from_environment() | _from_caller(overrides)
    values = _converted(given, problems)
    secret = _secret(folder, problems)
    if problems:
        raise ConfigError(problems)
    return _checked(Config(instance=folder, secret_key=secret, **(_defaults(folder, values) | values)))


def _defaults(folder: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "database_url": sqlite_url(folder / "survey.db"),
        "cookie_secure": str(values.get("public_url", "")).startswith("https:"),
    }


def _checked(config: Config) -> Config:
    if config.workers > 1 and config.is_sqlite:
        zh = "SQLite 只能用一个服务进程；需要多个时请改用 PostgreSQL（database_url）"
        en = "SQLite allows one server process; for several, name a PostgreSQL in database_url"
        raise ConfigError([ConfigProblem(place=FILE, key="workers", zh=zh, en=en)])
    return config


def _from_file(path: Path, problems: list[ConfigProblem]) -> dict[str, _Given]:
    try:
        read = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        where = _line(error)
        problems.append(
            ConfigProblem(
                place=str(path), key=where, zh=f"文件读不出来：{error}", en=f"cannot be read: {error}"
            )
        )
        return {}
    problems += [_unknown(path, name) for name in read if name not in KEYS]
    return {name: _Given(str(path), value) for name, value in read.items() if name in KEYS}


def _line(error: Exception) -> str:
    found = re.search(r"line (\d+)", str(error))
    return f"line {found[1]}" if found else "-"


def _unknown(path: Path, name: str) -> ConfigProblem:
    known = "、".join(KEYS)
    return ConfigProblem(
        place=str(path),
        key=name,
        zh=f"不认识的键，可用的有：{known}",
        en=f"unknown key; known are {', '.join(KEYS)}",
    )


def _from_environment() -> dict[str, _Given]:
    names = {name: f"SURVEYAPP_{name.upper()}" for name in KEYS}
    return {
        name: _Given("environment", os.environ[variable])
        for name, variable in names.items()
        if variable in os.environ
    }


def _from_caller(overrides: Mapping[str, object]) -> dict[str, _Given]:
    for name in overrides.keys() - KEYS.keys():
        raise TypeError(f"load_config() got an unknown key '{name}'")
    return {name: _Given("command line", value) for name, value in overrides.items() if value is not None}


def _converted(given: Mapping[str, _Given], problems: list[ConfigProblem]) -> dict[str, Any]:
    values = {}
    for name, (place, value) in given.items():
        try:
            values[name] = KEYS[name](list(value) if isinstance(value, tuple) else value)
        except _UnfitError as unfit:
            problems.append(ConfigProblem(place=place, key=name, zh=unfit.zh, en=unfit.en))
    return values


# --- the secret ------------------------------------------------------------------------------------------------------


def _secret(folder: Path, problems: list[ConfigProblem]) -> bytes:
    """Return the secret: from the environment, so that several hosts can share one, or from its file."""
    path, written = folder / SECRET_FILE, os.environ.get(SECRET)
    place = str(path) if written is None else "environment"
    try:
        secret = bytes.fromhex((_kept_secret(path) if written is None else written).strip())
    except OSError as error:
        zh, en = _why_closed(path, error)
        problems.append(ConfigProblem(place=place, key="secret_key", zh=zh, en=en))
        return b""
    except ValueError:  # no hex digits, or not even text
        secret = b""
    if len(secret) < SECRET_BYTES:
        zh, en = f"应为至少 {2 * SECRET_BYTES} 位十六进制数", f"must be {2 * SECRET_BYTES} hex digits or more"
        if written is None:
            zh += "；请从备份恢复，或删除该文件，启动时会生成新的（已打开的问卷页需重新打开）"
            en += "; restore it from a backup, or delete it to have a new one made (open pages must be reopened)"
        else:
            zh += f"；用 openssl rand -hex {SECRET_BYTES} 生成，或去掉 {SECRET} 改用 {path}"
            en += f"; make one by `openssl rand -hex {SECRET_BYTES}`, or unset {SECRET} to use {path}"
        problems.append(ConfigProblem(place=place, key="secret_key", zh=zh, en=en))
    return secret


def _why_closed(path: Path, error: OSError) -> tuple[str, str]:
    """Say why the secret's file cannot be used, and what to do."""
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir():
        return (
            f"{above} 不是文件夹；请把它移走，或用 {INSTANCE} 指定另一个文件夹",
            f"{above} is not a folder; move it away, or name another folder by {INSTANCE}",
        )
    if path.is_dir():
        return (
            "这是文件夹而不是文件；请把它移走，启动时会生成新的密钥文件",
            "is a folder, not a file; move it away, and the next start makes a new one",
        )
    return (
        f"不能读写（{error.strerror}）；请让运行本程序的用户能读它、能写它的文件夹（如 chown -R 用户 {above}）",
        f"cannot be read or written ({error.strerror}); let the user that runs this program read it and write its "
        f"folder (chown -R USER {above})",
    )


def _kept_secret(path: Path) -> str:
    """Return the text of the secret's file; whoever comes first makes it, readable to its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _place_once(fresh, path)
    return path.read_text(encoding="ascii")


def _place_once(fresh: Path, path: Path) -> None:
    """Give a finished file its name, unless another process was quicker."""
    try:
        os.link(fresh, path)  # fails if the name is taken, where rename would replace the other's secret
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not path.exists():
            os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
