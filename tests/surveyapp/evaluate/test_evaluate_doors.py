"""Who may open what: every route, without and with a session, with and without a form's token."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from surveyapp import auth, create_app
from surveyapp.config import load_config
from surveyapp.fieldwork.codes import hash_code, make_codes
from surveyapp.store import Store
from tests.surveyapp.evaluate.conftest import NAME, NOON, Clock, Evaluator
from tests.surveyapp.sample import SLUG

# endpoint -> what a visitor without a session gets; a route that is missing here fails the test below
OPEN = {"evaluate.sign_in": 200, "evaluate.try_sign_in": 400, "evaluate.static": 200, "bootstrap.static": 200}
BEHIND_THE_DOOR = {
    f"evaluate.{name}"
    for name in (
        "sign_out", "password", "change_password", "surveys", "survey", "questionnaire", "fieldwork", "returns", "cleaning",
        "results", "cross_tabs", "delivery", "set_state", "set_open_link", "issue_codes", "void_codes", "set_distributed",
        "enter", "qr_svg", "qr_png", "workbook", "rows", "progress", "set_window", "set_undelivered",
        "sampling", "look_at_roster", "draw_sample", "printing_page", "poster_pdf", "poster_page", "issue_slips",
        "reminders", "look_at_sheet", "act_on_sheet",
        "telephone", "telephone_find", "telephone_case", "telephone_log", "telephone_undo", "telephone_answers",
        "paper_entry", "paper_store", "paper_number", "paper_second", "paper_settle", "paper_drop",
        "import_rows", "preview_import", "store_import", "rejected_rows",
        "report_docx", "questionnaire_docx", "method_docx", "data", "evidence_pack", "picture",
    )
}  # fmt: skip
FILES = {"evaluate.static": "evaluate.css", "bootstrap.static": "css/bootstrap.min.css"}
KINDS = {"evaluate.data": "sav", "evaluate.picture": "svg"}

CASE = hash_code(next(make_codes(1)))


@pytest.fixture(autouse=True)
def case(store: Store) -> None:
    """Issue one code, so that there is a case to call."""
    store.issue_codes(SLUG, [CASE], purpose="survey", channel="telephone", stratum=None, day="2026-09-22")


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and path of every evaluators' route."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("evaluate.", "bootstrap.")):
            values = {"slug": SLUG, "filename": FILES.get(rule.endpoint, "")}
            values |= {
                "number": "7",
                "case": CASE,
                "act": "remind",
                "kind": KINDS.get(rule.endpoint, ""),
                "name": "item-degree",
            }
            path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            found += [
                (rule.endpoint, method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            ]
    return found


def test_every_route_is_known_to_this_test(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in routes(app)} == {*OPEN, *BEHIND_THE_DOOR}


def test_without_a_session_every_other_route_leads_to_the_door(app: Flask, visitor: Evaluator) -> None:
    for endpoint, method, path in routes(app):
        response = app.test_client().open(path, method=method, buffered=True)
        if endpoint in OPEN:
            assert response.status_code == OPEN[endpoint], path
        else:
            assert response.status_code == 302, path
            assert response.location.startswith("/evaluate/sign-in"), path


def test_a_form_without_its_token_is_refused(app: Flask, evaluator: Evaluator, store: Store) -> None:
    posts = [path for _, method, path in routes(app) if method == "POST"]
    assert len(posts) == 27
    for path in posts:
        assert evaluator.client.post(path, data={"state": "closed"}).status_code == 400, path
        assert evaluator.post(path, token="forged", state="closed").status_code == 400, path
    found = store.survey(SLUG)
    assert found is not None
    assert found.state == "open"


def test_reading_changes_nothing(app: Flask, evaluator: Evaluator, store: Store) -> None:
    store.set_open_link(SLUG, True)  # else there is no poster
    before = everything(store)
    for _, method, path in routes(app):
        if method == "GET":
            assert evaluator.get(path).status_code in (200, 302), path
            assert evaluator.get(f"{path}?lang=en").status_code in (200, 302), path
    assert everything(store) == before


def everything(store: Store) -> list[Any]:
    kept = [store.surveys(), store.accounts(), store.tokens()]
    of_survey = [
        store.batches(SLUG),
        store.ledger(SLUG),
        store.entered(SLUG),
        store.versions(SLUG),
        store.day_counts(SLUG),
    ]
    return [
        *kept,
        *of_survey,
        sorted(response.id for response in store.responses(SLUG)),
        sorted(map(repr, store.patterns(SLUG))),
        store.calls(SLUG),
        store.kept_entries(SLUG),
        store.draws(SLUG),
        store.evidence(SLUG),
    ]


def test_every_page_has_the_policy_and_is_not_kept(app: Flask, evaluator: Evaluator) -> None:
    paths = [
        path
        for endpoint, method, path in routes(app)
        if method == "GET" and not endpoint.startswith("bootstrap")
    ]
    for path in [*paths, "/evaluate/nothing-here", "/evaluate/surveys/nothing-here/results"]:
        headers = evaluator.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'"), path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "no-" in headers["Cache-Control"], path


def test_an_unknown_survey_reads_like_a_page(evaluator: Evaluator) -> None:
    response = evaluator.get("/evaluate/surveys/nothing-here/results")
    assert response.status_code == 404
    assert "没有这个页面" in response.text


def test_what_holds_a_nul_is_refused_before_a_database_sees_it(evaluator: Evaluator) -> None:
    for path in ("/evaluate/surveys/%00", f"/evaluate/surveys/{SLUG}/telephone/%00"):
        assert evaluator.get(path).status_code == 404
    issued = evaluator.post(
        f"/evaluate/surveys/{SLUG}/codes", count="2", stratum="", channel="link", purpose="a\0b"
    )
    assert issued.status_code == 400
    assert evaluator.post(f"/evaluate/surveys/{SLUG}/codes/void", batch="\0").status_code == 400


# --- sessions ------------------------------------------------------------------------------------------------------


def session_cookie(evaluator: Evaluator) -> str:
    cookie = evaluator.client.get_cookie("evaluator")
    return cookie.value if cookie else ""


def is_in(evaluator: Evaluator) -> bool:
    return evaluator.get("/evaluate/").status_code == 200


def test_the_session_is_new_at_every_sign_in_and_kept_hashed(
    evaluator: Evaluator, store: Store, tmp_path: Path
) -> None:
    first = session_cookie(evaluator)
    evaluator.sign_in()
    assert session_cookie(evaluator) != first
    database = b"".join(path.read_bytes() for path in tmp_path.glob("survey.db*"))
    assert first.encode() not in database


def test_a_session_ends_after_half_an_hour_without_use(evaluator: Evaluator, clock: Clock) -> None:
    clock.moment += auth.IDLE
    assert is_in(evaluator)
    clock.moment += auth.IDLE
    assert is_in(evaluator)
    clock.moment += auth.IDLE + 1
    assert not is_in(evaluator)


def test_a_session_ends_after_twelve_hours_however_busy(evaluator: Evaluator, clock: Clock) -> None:
    while clock.moment < NOON + auth.LONGEST:
        assert is_in(evaluator)
        clock.moment += auth.IDLE
    clock.moment = NOON + auth.LONGEST + 1
    assert not is_in(evaluator)


def test_signing_out_ends_the_session_for_good(evaluator: Evaluator) -> None:
    kept = session_cookie(evaluator)
    assert evaluator.post("/evaluate/sign-out").status_code == 302
    assert not is_in(evaluator)
    evaluator.client.set_cookie("evaluator", kept)
    assert not is_in(evaluator)


def test_a_new_password_ends_the_other_sessions(app: Flask, evaluator: Evaluator) -> None:
    elsewhere = Evaluator(app.test_client(), evaluator.password)
    elsewhere.sign_in()
    new = "three odd lamps again"
    changed = evaluator.post("/evaluate/password", old=evaluator.password, new=new, again=new)
    assert changed.status_code == 302
    assert is_in(evaluator)
    assert not is_in(elsewhere)
    assert elsewhere.sign_in().status_code == 422
    assert elsewhere.sign_in(password=new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "three odd lamps again", "three odd lamps again", "当前密码不对"),
        (None, "short", "short", "至少 12"),
        (None, "password1234", "password1234", "容易被猜到"),
        (None, "three odd lamps again", "three odd lamps", "不同"),
    ],
)
def test_an_unfit_new_password_is_explained(
    evaluator: Evaluator, old: str | None, new: str, again: str, said: str
) -> None:
    answer = evaluator.post("/evaluate/password", old=old or evaluator.password, new=new, again=again)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_disabled_account_is_out_at_once(evaluator: Evaluator, store: Store) -> None:
    store.set_disabled(NAME, True)
    assert not is_in(evaluator)
    assert evaluator.sign_in().status_code == 422


def test_over_https_the_cookie_belongs_to_this_host_alone(
    tmp_path: Path, store: Store, visitor: Evaluator
) -> None:
    app = create_app(load_config(tmp_path / "other", public_url="https://survey.example.org"), store)
    browser = app.test_client()
    page = browser.get("/evaluate/sign-in", base_url="https://localhost").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    data = {"csrf_token": found[1], "name": NAME, "password": visitor.password}
    answer = browser.post("/evaluate/sign-in", data=data, base_url="https://localhost")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-evaluator=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "target",
    [
        "//e.com",
        "/\\e.com",
        "https:e.com",
        "https://e.com/evaluate/",
        "/evaluate/%0d%0aX: y",
        "/evaluate/\r\nX: y",
        "/evaluate/\nX: y",
        "/evaluate/\tx",
        "/evaluate/\x00",
        "/evaluate/\u2028x",
        "/evaluate/\\..\\\\e.com",
        "/evaluate//e.com",
        "/evaluate/..//e.com",
        " /evaluate/",
        "evaluate/",
        "//[",
        "https://[",
        "/s/e.com",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_leads_elsewhere(visitor: Evaluator, target: str) -> None:
    answer = visitor.client.post(
        "/evaluate/sign-in",
        query_string={"next": target},
        data={"csrf_token": visitor.token(), "name": NAME, "password": visitor.password},
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/evaluate/")
    assert "e.com" not in answer.location
    assert "X" not in answer.headers


def test_a_line_break_in_the_address_does_not_break_the_answer(visitor: Evaluator) -> None:
    data = {"csrf_token": visitor.token(), "name": NAME, "password": visitor.password}
    answer = visitor.client.post("/evaluate/sign-in?next=/evaluate/%0D%0AX:%20y", data=data)
    assert (answer.status_code, answer.location) == (302, "/evaluate/")


def test_signing_in_leads_back_to_the_page_asked_for(visitor: Evaluator) -> None:
    door_address = visitor.get(f"/evaluate/surveys/{SLUG}/results").location
    data = {"csrf_token": visitor.token(), "name": NAME, "password": visitor.password}
    assert visitor.client.post(door_address, data=data).location == f"/evaluate/surveys/{SLUG}/results"


@pytest.mark.parametrize(("language", "said"), [("zh", "打开太久了"), ("en", "open for too long")])
def test_a_sign_in_page_that_was_left_open_is_shown_again(
    app: Flask, visitor: Evaluator, language: str, said: str
) -> None:
    path = f"/evaluate/sign-in?next=/evaluate/surveys/{SLUG}/results&lang={language}"
    browser = app.test_client()
    for token in ("", "forged", visitor.token()):
        data = {"csrf_token": token, "name": NAME, "password": visitor.password}
        answer = browser.post(path, data=data)
        assert answer.status_code == 400
        assert said in answer.text
        assert f'value="{NAME}"' in answer.text
        assert visitor.password not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)
    action = re.search(r'action="(/evaluate/sign-in[^"]*)"', answer.text)
    assert found
    assert action
    data = {"csrf_token": found[1], "name": NAME, "password": visitor.password}
    assert browser.post(action[1], data=data).location == f"/evaluate/surveys/{SLUG}/results"


def test_the_part_opens_without_its_last_slash(evaluator: Evaluator) -> None:
    answer = evaluator.get("/evaluate")
    assert answer.status_code == 200
    assert answer.text == evaluator.get("/evaluate/").text.replace('"/evaluate/?lang', '"/evaluate?lang')


# --- throttle ------------------------------------------------------------------------------------------------------


def test_after_ten_failures_an_account_has_to_wait(visitor: Evaluator) -> None:
    answers = [visitor.sign_in(password="wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    refused = visitor.sign_in()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "一刻钟" in refused.text
    assert visitor.sign_in(name="somebody-else").status_code == 422


def test_successes_do_not_count_as_failures(visitor: Evaluator) -> None:
    assert [visitor.sign_in().status_code for _ in range(12)] == [302] * 12


def test_an_address_has_to_wait_later_than_an_account(visitor: Evaluator) -> None:
    answers = [visitor.sign_in(name=f"nobody{number}", password="").status_code for number in range(51)]
    assert answers == [422] * 50 + [429]
