"""The digest of all responses: order-free, by hand, and silent about whose words are whose."""

import hashlib
import json
from dataclasses import replace

import pytest

from surveyapp.deliver.digest import HASHED, digest, word_hash
from surveyapp.store import StoredResponse

ONE = StoredResponse(
    id="a" * 32, survey="s", version="v1", channel="link", stratum="A", validity="", flags="late",
    answers='{"q1":"A"}', open_text='{"why":"太慢\\n了"}', day="2026-01-01",
)  # fmt: skip
TWO = replace(ONE, id="b" * 32, stratum=None, flags="", answers='{"q1":"B"}', open_text="")


def test_it_is_what_the_manual_says() -> None:
    # worked out from docs/evidence-pack.md, not with the module
    lines = [
        "answers\tv1\tlink\tA\t\tlate\t" + '{"q1":"A"}',
        "answers\tv1\tlink\t\t\t\t" + '{"q1":"B"}',
        "words\twhy\t太慢\n了",
    ]
    hashes = sorted(hashlib.sha256(line.encode()).hexdigest() for line in lines)
    assert digest([ONE, TWO]) == hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def test_order_ids_and_days_are_nothing_to_it() -> None:
    assert digest([TWO, ONE]) == digest([ONE, replace(TWO, id="c" * 32, day="2026-02-02")])


@pytest.mark.parametrize(
    "change",
    [
        {"version": "v2"}, {"channel": "paper"}, {"stratum": "B"}, {"validity": "too_fast"}, {"flags": ""},
        {"answers": '{"q1":"C"}'}, {"open_text": '{"why":"太慢"}'}, {"open_text": '{"who":"太慢\\n了"}'}, {"open_text": ""},
    ],
)  # fmt: skip
def test_every_change_of_content_changes_it(change: dict[str, str]) -> None:
    assert digest([replace(ONE, **change), TWO]) != digest([ONE, TWO])


def test_one_response_more_or_twice_changes_it() -> None:
    assert len({digest([]), digest([ONE]), digest([ONE, ONE]), digest([ONE, TWO])}) == 4


def test_it_does_not_tell_whose_words_are_whose() -> None:
    swapped = [replace(ONE, open_text=""), replace(TWO, open_text=ONE.open_text)]
    assert digest(swapped) == digest([ONE, TWO])


def test_hashes_may_stand_for_words() -> None:
    hashed = json.dumps({HASHED: word_hash("why", "太慢\n了")})
    assert digest([replace(ONE, open_text=hashed), TWO]) == digest([ONE, TWO])
