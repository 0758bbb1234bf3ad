"""Accounts, sessions and API tokens."""

import pytest

from surveyapp.store import (
    Account,
    AccountExistsError,
    Session,
    Store,
    Token,
    TokenExistsError,
    UnknownAccountError,
    UnknownTokenError,
)


@pytest.fixture
def store(store: Store) -> Store:
    store.add_account("li", "hash-1", "2026-05-01")
    return store


def test_an_account_is_found_by_its_name(store: Store) -> None:
    expected = Account(name="li", password_hash="hash-1", disabled=False, created_on="2026-05-01")
    assert store.account("li") == expected
    assert store.account("LI") is None
    assert store.accounts() == [expected]


def test_a_name_is_taken_once(store: Store) -> None:
    with pytest.raises(AccountExistsError):
        store.add_account("li", "hash-2", "2026-05-01")
    found = store.account("li")
    assert found is not None
    assert found.password_hash == "hash-1"


def test_an_account_can_be_changed(store: Store) -> None:
    store.set_password_hash("li", "hash-2")
    store.set_disabled("li", True)
    expected = Account(name="li", password_hash="hash-2", disabled=True, created_on="2026-05-01")
    assert store.account("li") == expected


def test_an_unknown_account_is_named(store: Store) -> None:
    with pytest.raises(UnknownAccountError, match="wang"):
        store.set_disabled("wang", True)
    with pytest.raises(UnknownAccountError, match="wang"):
        store.add_session("s1", "wang", 1000)


def test_a_session_is_kept_until_it_is_dropped(store: Store) -> None:
    store.add_session("s1", "li", 1000, '{"csrf":"x"}')
    assert store.touch_session("s1", 1060)
    expected = Session(token_hash="s1", account="li", created_at=1000, seen_at=1060, data='{"csrf":"x"}')
    assert store.session("s1") == expected
    assert store.touch_session("s1", 1070, "{}")
    assert store.session("s1") == Session(
        token_hash="s1", account="li", created_at=1000, seen_at=1070, data="{}"
    )
    store.drop_session("s1")
    assert store.session("s1") is None
    assert not store.touch_session("s1", 1080)


def test_all_sessions_of_an_account_can_be_dropped(store: Store) -> None:
    store.add_account("wang", "hash", "2026-05-01")
    for name, account in [("s1", "li"), ("s2", "li"), ("s3", "wang")]:
        store.add_session(name, account, 1000)
    assert store.drop_sessions_of("li") == 2
    assert [store.session(name) is None for name in ("s1", "s2", "s3")] == [True, True, False]


def test_old_and_idle_sessions_can_be_dropped(store: Store) -> None:
    for name, created, seen in [("old", 0, 5000), ("idle", 2000, 2000), ("live", 2000, 5000)]:
        store.add_session(name, "li", created)
        store.touch_session(name, seen)
    assert store.drop_sessions_before(created=1000, seen=4000) == 2
    assert store.session("live") is not None


def test_a_token_is_kept_with_its_use(store: Store) -> None:
    store.add_token("t1", "dashboard", '["water"]', "2026-05-01", "2027-05-01")
    for day in ("2026-05-02", "2026-05-02", "2026-05-03", "2026-05-01"):
        store.note_token_use("t1", day)
    assert store.token("t1") == Token(
        token_hash="t1",
        name="dashboard",
        scope='["water"]',
        created_on="2026-05-01",
        expires_on="2027-05-01",
        last_used_on="2026-05-03",
        revoked=False,
    )
    assert store.token("t2") is None


def test_a_revoked_token_stays_listed(store: Store) -> None:
    store.add_token("t1", "dashboard", "*", "2026-05-01", "2027-05-01")
    store.add_token("t2", "other", "*", "2026-05-01", "2027-05-01")
    assert store.revoke_token("dashboard") == 1
    assert [(token.name, token.revoked) for token in store.tokens()] == [
        ("dashboard", True),
        ("other", False),
    ]


def test_an_unknown_or_repeated_token_is_named(store: Store) -> None:
    with pytest.raises(UnknownTokenError, match="dashboard"):
        store.revoke_token("dashboard")
    store.add_token("t1", "dashboard", "*", "2026-05-01", "2027-05-01")
    with pytest.raises(TokenExistsError, match="again"):
        store.add_token("t1", "again", "*", "2026-05-01", "2027-05-01")
