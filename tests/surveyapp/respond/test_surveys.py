"""What a process remembers of surveys: a state for a moment, a version for good."""

from __future__ import annotations

import pytest

from surveyapp.respond.surveys import Choice, Surveys
from surveyapp.respond.words import words
from surveyapp.store import Store, StoreBusyError
from tests.surveyapp.respond.conftest import HERE, Clock, publish


def test_a_change_of_state_is_seen_when_the_cache_has_run_out(store: Store, clock: Clock) -> None:
    surveys = Surveys(store, 1.0, clock)
    assert surveys.survey("kinds").state == "open"  # type: ignore[union-attr]
    store.set_state("kinds", "closed")
    assert surveys.survey("kinds").state == "open"  # type: ignore[union-attr]
    clock.now += 1
    assert surveys.survey("kinds").state == "closed"  # type: ignore[union-attr]


def test_a_store_that_cannot_be_asked_leaves_the_last_state(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> None:
        raise StoreBusyError

    surveys = Surveys(store, 1.0, clock)
    assert surveys.survey("kinds")
    monkeypatch.setattr(store, "survey", fails)
    clock.now += 60
    assert surveys.survey("kinds")
    with pytest.raises(StoreBusyError):
        surveys.survey("zhifu-2022")


def test_unknown_surveys_and_versions_are_not_remembered(store: Store, clock: Clock) -> None:
    surveys = Surveys(store, 60, clock)
    assert surveys.survey("later") is None
    assert surveys.paper("kinds", "0" * 64) is None
    version = publish(store, HERE / "kinds.yaml")
    assert surveys.paper("kinds", version) is surveys.paper("kinds", version)


@pytest.mark.parametrize(
    ("languages", "header", "language"),
    [
        (("zh", "en"), "en-US", "en"),
        (("zh",), "en-US", "zh"),
        (("en", "fr"), "zh-CN", "en"),
        (("en", "fr"), "fr", "fr"),
        (("zh", "ug"), "ug-CN,zh;q=0.5", "ug"),
        (("zh", "en"), "en-US,zh;q=0.5", "en"),
        (("zh", "en"), "en;q=0,zh;q=0.5", "zh"),
        (("zh", "en"), "en-GB, zh;q=0.5", "en"),
        (("zh", "en"), "EN-gb,zh;q=0.5", "en"),
        (("zh", "en"), "fr-CA,en;q=0.4,zh-Hant;q=0.6", "zh"),
        (("zh", "en-US"), "en-GB,zh;q=0.5", "en-US"),
        (("zh", "en-US", "en"), "en-GB", "en"),
        (("en", "zh-CN"), "zh-cn", "zh-CN"),
    ],
)
def test_the_language_is_one_of_the_definitions(
    languages: tuple[str, ...], header: str, language: str
) -> None:
    assert Choice(header=header).among(languages) == language


def test_a_variety_has_the_words_of_its_language() -> None:
    assert words("zh-CN") is words("zh")
    assert words("en-GB") is words("en")
