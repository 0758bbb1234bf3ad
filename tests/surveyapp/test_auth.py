"""Accounts, sessions and tokens."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from surveyapp import auth
from surveyapp.store import AccountExistsError, Store, UnknownSurveyError

NOW = 1_790_050_000
GOOD = "three odd lamps again"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(f"sqlite:///{tmp_path / 'survey.db'}") as store:
        yield store


def test_a_made_password_opens_the_account_and_can_be_typed(store: Store) -> None:
    password = auth.create_account(store, "王芳", today="2026-09-01")
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", password)
    token = auth.sign_in(store, " 王芳 ", password, NOW)
    found = auth.signed_in(store, token, NOW)
    assert found is not None
    assert (found.account, found.made_password) == ("王芳", True)


def test_a_password_of_ones_own_is_not_offered_to_be_changed(store: Store) -> None:
    auth.create_account(store, "wang")
    auth.set_password(store, "wang", GOOD)
    found = auth.signed_in(store, auth.sign_in(store, "wang", GOOD, NOW), NOW)
    assert found is not None
    assert not found.made_password


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\nb", "a\x00b", "a\u202eb"])
def test_an_unfit_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(auth.UnfitNameError):
        auth.create_account(store, name)


def test_a_name_is_given_once(store: Store) -> None:
    auth.create_account(store, "wang")
    with pytest.raises(AccountExistsError):
        auth.create_account(store, "wang")


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "elevenchars", "password1234", "qwertyuiop12", "123456789012", "aaaaaaaaaaaa", "abababababab",
        "Survey2024Survey", "manyidu123456", "wangwangwangwang", "Admin@123456", "x" * 257,
    ],
)  # fmt: skip
def test_an_easily_guessed_password_is_refused(password: str) -> None:
    with pytest.raises(auth.UnfitPasswordError):
        auth.check_password(password, "wang")


@pytest.mark.parametrize(
    "password", [GOOD, "correct horse battery staple", "我家门前有小河后面有山坡", "x" * 3 + GOOD * 12]
)
def test_no_kind_of_character_is_asked_for(password: str) -> None:
    auth.check_password(password, "wang")


def test_the_same_password_from_another_keyboard_opens(store: Store) -> None:
    auth.create_account(store, "wang")
    auth.set_password(store, "wang", "ｔｈｒｅｅ odd lamps again")
    assert auth.sign_in(store, "wang", GOOD, NOW) is not None


def test_an_unknown_user_gets_the_same_answer_in_about_the_same_time(store: Store) -> None:
    auth.create_account(store, "wang")
    auth.create_account(store, "gone")
    store.set_disabled("gone", True)

    def seconds(name: str) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            assert auth.sign_in(store, name, "wrong password", NOW) is None
            times.append(time.perf_counter() - start)
        return median(times)

    seconds("wang")
    known, unknown, disabled = seconds("wang"), seconds("nobody"), seconds("gone")
    assert 0.4 < unknown / known < 2.5
    assert 0.4 < disabled / known < 2.5


def test_a_weak_hash_is_made_anew_at_sign_in(store: Store) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    store.add_account("wang", weak, "2026-09-01")
    assert auth.sign_in(store, "wang", GOOD, NOW) is not None
    account = store.account("wang")
    assert account is not None
    assert account.password_hash != weak
    assert auth.sign_in(store, "wang", GOOD, NOW) is not None


def test_a_session_is_touched_at_most_once_a_minute(store: Store) -> None:
    password = auth.create_account(store, "wang")
    token = auth.sign_in(store, "wang", password, NOW)
    found = auth.signed_in(store, token, NOW + 59)
    assert found is not None
    session = store.session(found.token_hash)
    assert session is not None
    assert session.seen_at == NOW
    auth.signed_in(store, token, NOW + 60)
    session = store.session(found.token_hash)
    assert session is not None
    assert session.seen_at == NOW + 60


def test_ended_sessions_are_cleared_away_at_the_next_sign_in(store: Store) -> None:
    password = auth.create_account(store, "wang")
    old = auth.signed_in(store, auth.sign_in(store, "wang", password, NOW), NOW)
    auth.sign_in(store, "wang", password, NOW + auth.IDLE + 1)
    assert old is not None
    assert store.session(old.token_hash) is None


def test_resetting_a_password_ends_its_sessions(store: Store) -> None:
    password = auth.create_account(store, "wang")
    token = auth.sign_in(store, "wang", password, NOW)
    new = auth.reset_password(store, "wang")
    assert auth.signed_in(store, token, NOW) is None
    assert auth.sign_in(store, "wang", password, NOW) is None
    assert auth.sign_in(store, "wang", new, NOW) is not None


@pytest.mark.parametrize("token", [None, "", "x", "\udce9", "'; DROP TABLE session; --"])
def test_a_made_up_session_is_nobodys(store: Store, token: str | None) -> None:
    assert auth.signed_in(store, token, NOW) is None


def test_neither_passwords_nor_tokens_are_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    password = auth.create_account(store, "wang")
    token = auth.sign_in(store, "wang", password, NOW)
    auth.sign_in(store, "wang", "canary-password", NOW)
    auth.sign_in(store, "canary-name\nforged line", "x", NOW)
    assert token is not None
    for secret in (password, token, "canary-password", "canary-name"):
        assert secret not in caplog.text


# --- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_has_its_form_scope_and_end(store: Store) -> None:
    store.publish("zhifu-2022", "v1", "id: zhifu-2022", day="2026-09-01", open_link=True)
    token = auth.make_token(store, "sheet", ["zhifu-2022"], 30, today="2026-09-01")
    assert re.fullmatch(r"gs_[A-Za-z0-9_-]{43}", token)
    found = auth.bearer(store, f"Bearer {token}", today="2026-10-01")
    assert found is not None
    assert auth.may_read(found, "zhifu-2022")
    assert not auth.may_read(found, "huoju-2021")
    assert auth.bearer(store, f"Bearer {token}", today="2026-10-02") is None


def test_the_day_of_the_last_use_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = auth.make_token(store, "sheet", None, 30, today="2026-09-01")
    notes = []
    monkeypatch.setattr(store, "note_token_use", lambda token_hash, day: notes.append(day), raising=True)
    auth.bearer(store, f"Bearer {token}", today="2026-09-02")
    assert notes == ["2026-09-02"]
    monkeypatch.undo()
    auth.bearer(store, f"Bearer {token}", today="2026-09-02")
    assert store.tokens()[0].last_used_on == "2026-09-02"


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_ends_within_a_year(store: Store, days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        auth.make_token(store, "sheet", None, days)


def test_a_token_for_a_survey_that_is_not_there_is_refused(store: Store) -> None:
    store.publish("zhifu-2022", "v1", "id: zhifu-2022", day="2026-09-01", open_link=True)
    with pytest.raises(UnknownSurveyError) as refused:
        auth.make_token(store, "sheet", ["zhifu-2022", "zhifu-2202"], 30)
    assert "zhifu-2202" in refused.value.zh
    assert "zhifu-2202" in refused.value.en
    assert store.tokens() == []


@pytest.mark.parametrize("name", ["sheet", " sheet ", "ｓｈｅｅｔ"])
def test_a_tokens_name_is_given_once_while_it_is_good(store: Store, name: str) -> None:
    auth.make_token(store, "sheet", None, 30, today="2026-09-01")
    with pytest.raises(auth.TokenNameTakenError) as refused:
        auth.make_token(store, name, None, 30, today="2026-10-01")
    assert "sheet 的令牌还有效" in refused.value.zh
    assert "surveyapp token revoke sheet" in refused.value.en
    assert len(store.tokens()) == 1


def test_the_name_of_a_revoked_or_ended_token_may_be_used_again(store: Store) -> None:
    auth.make_token(store, "sheet", None, 30, today="2026-09-01")
    second = auth.make_token(store, "sheet", None, 30, today="2026-10-02")
    store.revoke_token("sheet")
    third = auth.make_token(store, "sheet", None, 30, today="2026-10-02")
    assert auth.bearer(store, f"Bearer {second}", today="2026-10-03") is None
    assert auth.bearer(store, f"Bearer {third}", today="2026-10-03") is not None
