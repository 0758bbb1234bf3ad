"""Surveys, versions and values entered by hand."""

import pytest

from surveyapp.store import EnteredValue, Store, Survey, UnknownSurveyError, Version
from tests.surveyapp.store.samples import at_once, submission


def test_a_new_survey_begins_open(store: Store) -> None:
    assert store.surveys() == [
        Survey(
            slug="water",
            state="open",
            version="v1",
            opens_on=None,
            closes_on=None,
            open_link=True,
            distributed=None,
        )
    ]


def test_publishing_the_same_again_changes_nothing(store: Store) -> None:
    assert not store.publish("water", "v1", "something else", day="2026-06-01", open_link=False)
    assert store.source("water", "v1") == "id: water"
    assert store.versions("water") == [Version(survey="water", version="v1", published_on="2026-05-01")]
    found = store.survey("water")
    assert found is not None
    assert found.open_link


def test_a_new_version_becomes_current_and_the_old_stays(store: Store) -> None:
    assert store.publish("water", "v2", "id: water # 2", day="2026-06-01", open_link=True)
    found = store.survey("water")
    assert found is not None
    assert found.version == "v2"
    assert [(row.version, store.source("water", row.version)) for row in store.versions("water")] == [
        ("v1", "id: water"),
        ("v2", "id: water # 2"),
    ]


def test_twenty_who_publish_at_once_publish_once(store: Store) -> None:
    def publish(_job: object) -> bool:
        return store.publish("road", "v1", "id: road", day="2026-06-01", open_link=True)

    assert sum(at_once(publish, [submission() for _ in range(20)])) == 1


def test_a_survey_can_be_set(store: Store) -> None:
    store.set_state("water", "paused")
    store.set_window("water", "2026-05-01", "2026-05-31")
    store.set_distributed("water", 120)
    store.set_open_link("water", False)
    assert store.survey("water") == Survey(
        slug="water",
        state="paused",
        version="v1",
        opens_on="2026-05-01",
        closes_on="2026-05-31",
        open_link=False,
        distributed=120,
    )
    store.set_distributed("water", None)
    assert store.surveys()[0].distributed is None


def test_an_unknown_survey_is_named(store: Store) -> None:
    with pytest.raises(UnknownSurveyError) as refusal:
        store.set_state("nowhere", "open")
    assert "nowhere" in refusal.value.zh
    assert "nowhere" in refusal.value.en
    assert store.survey("nowhere") is None
    assert store.source("water", "v9") is None


def test_an_unknown_state_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="finished"):
        store.set_state("water", "finished")


def test_a_value_entered_again_replaces_the_first(store: Store) -> None:
    store.enter("water", "B1", "", "80", "counted", "li", "2026-05-02")
    store.enter("water", "B1", "north", "70", "counted", "li", "2026-05-02")
    store.enter("water", "B1", "", "82", "counted again", "wang", "2026-05-03")
    assert store.entered("water") == [
        EnteredValue(
            indicator="B1", part="", value="82", reason="counted again", entered_by="wang", day="2026-05-03"
        ),
        EnteredValue(
            indicator="B1", part="north", value="70", reason="counted", entered_by="li", day="2026-05-02"
        ),
    ]


def test_a_value_for_an_unknown_survey_is_refused(store: Store) -> None:
    with pytest.raises(UnknownSurveyError):
        store.enter("nowhere", "B1", "", "80", "counted", "li", "2026-05-02")
