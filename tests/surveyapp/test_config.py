"""Configuration: file, environment and caller, every mistake at once, a secret made once."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from surveyapp.config import KEYS, Config, ConfigError, load_config
from surveyapp.store import Store


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SURVEYAPP_")]:
        monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, **overrides: object) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as raised:
        load_config(folder, **overrides)
    assert all(problem.zh and problem.en for problem in raised.value.problems)
    return [(Path(problem.place).name, problem.key) for problem in raised.value.problems]


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(tmp_path / "instance")
    assert config.database_url == f"sqlite:///{(tmp_path / 'instance' / 'survey.db').as_posix()}"
    assert (config.host, config.port, config.public_url, config.timezone) == (
        "127.0.0.1",
        8000,
        "",
        "Asia/Shanghai",
    )
    assert config.is_sqlite
    assert not config.cookie_secure


def test_the_caller_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'host = "a"\nport = 1\nthreads = 3')
    monkeypatch.setenv("SURVEYAPP_HOST", "b")
    monkeypatch.setenv("SURVEYAPP_PORT", "2")
    config = load_config(tmp_path, host="c", threads=None)
    assert (config.host, config.port, config.threads) == ("c", 2, 3)


def test_every_mistake_is_reported_at_once_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        tmp_path,
        'prot = 1\nport = "eighty"\npublic_url = "survey.example.org"\ntrusted_hosts = 3\ntimezone = "Moon"',
    )
    monkeypatch.setenv("SURVEYAPP_THREADS", "0")
    assert problems(tmp_path, survey_cache_seconds="soon") == [
        ("config.toml", "prot"),
        ("config.toml", "port"),
        ("config.toml", "public_url"),
        ("config.toml", "trusted_hosts"),
        ("config.toml", "timezone"),
        ("environment", "threads"),
        ("command line", "survey_cache_seconds"),
    ]


def test_a_mistake_reads_in_both_languages(tmp_path: Path) -> None:
    write(tmp_path, "port = 70000")
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert problem.message("zh").endswith("config.toml: port: 应为 0 到 65535 的整数")
    assert problem.message("en") in str(raised.value)


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\nhost = nowhere")
    assert problems(tmp_path) == [("config.toml", "line 2")]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_can_be_given_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    values = {
        "database_url": "postgresql://u@h/d",
        "public_url": "https://h/p",
        "host": "::1",
        "timezone": "UTC",
    }
    values |= {"trusted_hosts": "a.cn, b.cn", "survey_cache_seconds": "0.5", "cookie_secure": "yes"}
    default = load_config(tmp_path)
    monkeypatch.setenv(f"SURVEYAPP_{key.upper()}", values.get(key, "1"))
    assert (getattr(load_config(tmp_path), key) != getattr(default, key)) == (key != "workers")


def test_the_address_is_kept_without_its_last_slash_and_gives_the_prefix(tmp_path: Path) -> None:
    config = load_config(tmp_path, public_url="https://gov.example/survey/")
    assert (config.public_url, config.prefix) == ("https://gov.example/survey", "/survey")
    assert config.cookie_secure


@pytest.mark.parametrize(
    "address",
    [
        *("http://[abc", "http://[abc]", "http://]", "http://a:99999", "http://a:b", "http://a:0", "http://"),
        *(
            "http://a b",
            "http://a/b c",
            "http://u:p@h",
            "http://u@h",
            "http://h?",
            "http://h/#",
            "http://a\\b",
        ),
        *("ftp://h", "h", "http://a<b", "http://a\tb", "http://a,b", "http://\u2100.com", '"http://h"'),
    ],
)
def test_an_address_nobody_can_open_is_a_mistake(tmp_path: Path, address: str) -> None:
    assert problems(tmp_path, public_url=address) == [("command line", "public_url")]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8000", "http://[::1]:8000", "https://调查.example/满意", "http://a-b.c_d.cn/x/y"],
)
def test_an_address_phones_can_open_is_taken(tmp_path: Path, address: str) -> None:
    assert load_config(tmp_path, public_url=address).public_url == address


@pytest.mark.parametrize("name", ["a?b", "100%", "a%20b", "a#b", "a b", "调查", "a+b&c=d;e@f:g"])
def test_the_database_lies_in_the_instance_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "up" / name
    Store.open(load_config(folder).database_url).close()
    assert (folder / "survey.db").is_file()
    assert [path.name for path in (tmp_path / "up").iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["up"]


def test_the_database_password_is_not_shown(tmp_path: Path) -> None:
    assert "hunter2" not in repr(load_config(tmp_path, database_url="postgresql://u:hunter2@h/d"))


def test_several_processes_need_postgresql(tmp_path: Path) -> None:
    assert problems(tmp_path, workers=2) == [("config.toml", "workers")]
    assert load_config(tmp_path, workers=2, database_url="postgresql://u@h/d").workers == 2


def test_a_misspelt_override_is_the_programmers_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="prot"):
        load_config(tmp_path, prot=1)


# --- the secret ------------------------------------------------------------------------------------------------------


def test_the_secret_is_made_once_and_readable_to_its_owner_alone(tmp_path: Path) -> None:
    first, again = load_config(tmp_path / "new"), load_config(tmp_path / "new")
    assert len(first.secret_key) == 32
    assert first.secret_key == again.secret_key
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]
    if sys.platform != "win32":
        assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        configs: list[Config] = list(pool.map(lambda _: load_config(tmp_path), range(64)))
    assert len({config.secret_key for config in configs}) == 1


def test_the_secret_is_not_shown(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert config.secret_key.hex() not in repr(config)
    assert repr(config.secret_key) not in repr(config)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00secret", b"\x00" * 32, "密钥".encode()])
def test_a_secret_that_is_not_even_text_is_reported_at_its_own_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    assert problems(tmp_path) == [("secret.key", "secret_key")]


def test_a_folder_in_the_secrets_place_is_reported_there_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert problem.place == str(tmp_path / "secret.key")
    assert "请把它移走" in problem.zh
    assert "move it away" in problem.en


def test_a_secret_that_may_not_be_read_is_reported_there_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: object, **_options: object) -> str:
        raise PermissionError(13, "Permission denied")

    load_config(tmp_path)
    monkeypatch.setattr(Path, "read_text", closed)
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert problem.place == str(tmp_path / "secret.key")
    assert "chown" in problem.zh
    assert "chown" in problem.en


def test_a_file_in_the_instance_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("")
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "instance")
    assert any(f"{tmp_path / 'instance'} is not a folder" in problem.en for problem in raised.value.problems)


def test_a_weak_secret_of_the_environment_is_not_answered_with_deleting_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURVEYAPP_SECRET_KEY", "short")
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.place, problem.key) == ("environment", "secret_key")
    assert "delete" not in problem.en
    assert "openssl rand" in problem.zh


@pytest.mark.parametrize("text", ["", "short", "00" * 31, "zz" * 32])
def test_a_weak_secret_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret.key").write_text(text)
    assert problems(tmp_path) == [("secret.key", "secret_key")]


def test_several_hosts_can_share_a_secret_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURVEYAPP_SECRET_KEY", "ab" * 32)
    assert load_config(tmp_path).secret_key == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "secret.key").exists()
