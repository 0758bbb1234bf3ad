"""Floods are slowed, crowds are not: a thousand people behind one address never notice that anything is counted."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from surveyapp import create_app
from surveyapp.config import Config
from surveyapp.fieldwork.codes import make_typed_codes
from surveyapp.respond import flood
from surveyapp.respond.flood import FAR, LOOK, PER_ADDRESS, Buckets, Gate, one_network, one_person
from surveyapp.respond.reception import Reception
from surveyapp.respond.work import WorkOffice
from surveyapp.store import Store
from tests.surveyapp.respond.conftest import KINDS, Clock, Respondent, issue, stored
from tests.surveyapp.respond.reading import read
from tests.surveyapp.respond.test_work import do

OFFICE = "203.0.113.7"
EASY = 4
"""Bits of work in tests: 16 hashes on average."""


@pytest.fixture
def reception(app: Flask) -> Reception:
    found: Reception = app.extensions["surveyapp.respond"]
    found._work = WorkOffice(secret=b"k" * 32, bits=EASY)
    return found


@pytest.fixture
def come(app: Flask) -> Callable[..., Respondent]:
    """Return a function that lets somebody come from an address."""

    def make(path: str = "/s/kinds", address: str = OFFICE) -> Respondent:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Respondent(client=client, path=path)

    return make


Come = Callable[..., Respondent]


# --- crowds ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("by", ["open link", "codes"])
def test_a_thousand_people_behind_one_address_in_five_minutes_are_all_served(
    come: Come, store: Store, config: Config, clock: Clock, by: str
) -> None:
    """They come at random moments, a chat app fetches each link beforehand, and they answer within two minutes."""
    codes = [f"/s/kinds/{both.typed}" for both in issue(store, config, 1000)]
    people = [come(codes[n] if by == "codes" else "/s/kinds") for n in range(1000)]
    drawn, start = random.Random(2022), clock.now
    comes = {n: drawn.uniform(0, 180) for n in range(1000)}
    acts = [(at, n, "opens") for n, at in comes.items()]
    acts += [(at + drawn.uniform(30, 120), n, "sends") for n, at in comes.items()]
    statuses: Counter[tuple[str, int]] = Counter()
    for at, n, act in sorted(acts):
        clock.now = start + at
        person = people[n]
        if act == "opens":
            assert person.client.get(person.path).status_code == 200
            statuses[act, person.opens().status_code] += 1
        else:
            statuses[act, person.sends_json(KINDS)[0]] += 1
    assert statuses == {("opens", 200): 1000, ("sends", 200): 1000}
    assert len(stored(store)) == 1000


@pytest.mark.slow
def test_this_machine_is_no_person(come: Come, clock: Clock) -> None:
    """A proxy that `proxies` does not name would make everybody one; the survey's own limit is left."""
    visitor = come(address="127.0.0.1")
    assert {visitor.client.get("/healthz").status_code for _ in range(5)} == {200}
    assert {visitor.client.get("/s/nothing").status_code for _ in range(20_000)} == {404}


# --- floods ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_flood_is_asked_for_work_and_then_made_to_wait(
    reception: Reception, come: Come, store: Store, clock: Clock
) -> None:
    """5,000 a second for two seconds from one address, each a repeat of one submission.

    600 at once are normal and 10 a second more; five times that is waited for. So about 601 are answered, work is asked of
    2,400 and a few, and the other 7,000 wait.
    """
    flooder = come()
    flooder.opens()
    outcomes: Counter[str] = Counter()
    for _ in range(10_000):
        clock.now += 1 / 5000
        outcomes[flooder.sends_json(KINDS)[1]["outcome"]] += 1
    assert set(outcomes) == {"stored", "work", "wait"}
    assert 600 <= outcomes["stored"] <= 605
    assert 2400 <= outcomes["work"] <= 2425
    # nobody else notices
    assert come(address="203.0.113.8").sends_json(KINDS)[1]["outcome"] == "stored"
    # and it passes
    status, said = flooder.sends_json(KINDS)
    assert (status, said["outcome"]) == (429, "wait")
    assert 200 <= said["retry_after"] <= 300  # 5 × 600 owed, 600 allowed, 10 a second: 240 s
    clock.now += said["retry_after"]
    assert flooder.sends_json(KINDS)[1]["outcome"] == "stored"


def overrun(reception: Reception, clock: Clock, address: str = OFFICE, times: float = 2) -> None:
    """Bring an address to so many times its burst."""
    for _ in range(int(times * PER_ADDRESS[0])):
        reception._gate.take(address)


def test_work_lets_a_submission_through_once(
    reception: Reception, come: Come, store: Store, clock: Clock
) -> None:
    person = come()
    person.opens()
    overrun(reception, clock)
    status, asked = person.sends_json(KINDS)
    assert (status, asked["outcome"], asked["bits"]) == (429, "work", EASY)
    assert stored(store) == []
    done = do(asked["challenge"], EASY)
    assert person.sends_json(KINDS, _work=done)[1]["outcome"] == "stored"
    assert person.sends_json(KINDS, _work=done)[1]["outcome"] == "work"
    other = come()
    other.opens()
    assert other.sends_json(KINDS, _work=done)[1]["outcome"] == "work"


def test_without_a_script_one_waits_a_moment_and_nothing_is_lost(
    reception: Reception, come: Come, store: Store, clock: Clock
) -> None:
    person = come()
    person.opens()
    overrun(reception, clock)
    response = person.sends({**KINDS, "words": "好"})
    assert response.status_code == 429
    page = person.page = read(response.text)
    assert "请过几分钟再按提交" in page.text
    assert (page.checked("area"), page.value("words")) == (["south"], "好")
    clock.now += int(response.headers["Retry-After"])
    assert person.sends({**KINDS, "words": "好"}).status_code == 200
    assert len(stored(store)) == 1


def test_pages_are_shown_in_a_flood_until_it_is_far_too_much(
    reception: Reception, come: Come, clock: Clock
) -> None:
    person = come()
    overrun(reception, clock, times=4.9)
    assert person.opens().status_code == 200
    overrun(reception, clock, times=1)
    looks = [
        person.client.get("/s/kinds") for _ in range(6)
    ]  # six cost more than the last submission would have
    response = looks[-1]
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "请等几秒，然后刷新本页" in response.text


def test_who_has_a_code_is_no_flood(
    reception: Reception, come: Come, store: Store, config: Config, clock: Clock
) -> None:
    (first, second) = issue(store, config, 2)
    overrun(reception, clock, times=2)
    for path in (first.link, second.typed):
        assert come(f"/s/kinds/{path}").sends_json(KINDS)[1]["outcome"] == "stored"
    assert come(f"/s/kinds/{first.typed}").client.get(f"/s/kinds/{first.typed}").status_code == 410


@pytest.mark.slow
def test_a_flood_from_everywhere_is_asked_for_work_by_its_survey(
    reception: Reception, come: Come, clock: Clock
) -> None:
    """30,000 at once are a message to a whole city; from then on 100 a second."""
    open_gate = reception._gate
    for n in range(30_000):
        before = open_gate.take(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
        assert not before.is_high
        assert not open_gate.take_for("kinds", before).is_high
    person = come(address="198.51.100.1")
    person.opens()
    assert person.sends_json(KINDS)[1]["outcome"] == "work"
    elsewhere = come("/s/zhifu-2022", "198.51.100.2")
    assert elsewhere.opens().status_code == 200
    assert elsewhere.sends_json({})[1]["outcome"] == "problems"  # another survey is not in it
    clock.now += 1
    assert person.sends_json(KINDS)[1]["outcome"] == "stored"


def test_a_page_may_be_tried_thirty_times_and_then_with_work(
    reception: Reception, come: Come, store: Store
) -> None:
    person = come()
    wrong = {**KINDS, "visits": "x"}
    assert [person.sends_json(wrong)[1]["outcome"] for _ in range(31)] == ["problems"] * 30 + ["work"]
    _, asked = person.sends_json(KINDS)
    assert asked["outcome"] == "work"
    assert person.sends_json(KINDS, _work=do(asked["challenge"], EASY))[1]["outcome"] == "stored"


def test_without_a_script_a_page_tried_too_often_is_good_again_after_a_minute(
    come: Come, store: Store, clock: Clock
) -> None:
    person = come()
    for _ in range(30):
        person.sends_json({**KINDS, "visits": "x"})
    response = person.sends(KINDS)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    clock.now += 60
    assert person.sends(KINDS).status_code == 200
    assert len(stored(store)) == 1


# --- guessing ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("how", ["link", "form"])
def test_guessing_ten_thousand_codes_gets_nowhere_and_harms_nobody(
    come: Come, store: Store, config: Config, clock: Clock, how: str
) -> None:
    """30 guesses are told wrong; from then on a guesser who does not pause is told to wait, and a right code is served."""
    store.set_open_link("kinds", False)
    (real,) = issue(store, config, 1)
    guesser, neighbour = come(), come()

    def guess(visitor: Respondent, code: str) -> int:
        if how == "link":
            return visitor.client.get(f"/s/kinds/{code}").status_code
        return visitor.client.post("/s/kinds", data={"code": code, "_end": "1"}).status_code

    statuses: Counter[int] = Counter()
    for number, code in enumerate(make_typed_codes(10_000)):
        clock.now += 0.1
        statuses[guess(guesser, code)] += 1
        if number % 2500 == 2499:
            assert guess(neighbour, real.typed) == (200 if how == "link" else 303)
    assert statuses == {404: 30, 429: 9970}
    assert neighbour.client.get("/s/kinds").status_code == 200


def test_waiting_is_told_to_the_guesser_as_to_anybody_who_mistypes(
    come: Come, store: Store, config: Config, clock: Clock
) -> None:
    store.set_open_link("kinds", False)
    visitor = come()
    for code in make_typed_codes(31):
        visitor.client.get(f"/s/kinds/{code}")
    (wrong,) = make_typed_codes(1)
    response = visitor.client.post("/s/kinds", data={"code": wrong, "_end": "1"})
    assert response.status_code == 429
    assert read(response.text).value("code") == wrong
    assert "输错答题码的次数太多" in response.text
    clock.now += int(response.headers["Retry-After"])
    assert visitor.client.post("/s/kinds", data={"code": wrong, "_end": "1"}).status_code == 404


# --- addresses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "person", "network"),
    [
        ("203.0.113.7", "cb007107", "cb0071"),
        ("::ffff:203.0.113.7", "cb007107", "cb0071"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002", "20010db80001"),
        ("fe80::1%eth0", "fe80000000000000", "fe8000000000"),
        ("127.0.0.1", "", ""),
        ("127.9.9.9", "", ""),
        ("::1", "", ""),
        ("::ffff:127.0.0.1", "", ""),
        ("", "", ""),
        ("unknown", b"unknown".hex(), b"unknown".hex()),
        ("1.2.3", b"1.2.3".hex(), b"1.2.3".hex()),
    ],
)
def test_a_household_and_an_organisation_are_the_beginning_of_an_address(
    address: str, person: str, network: str
) -> None:
    assert (one_person(address).hex(), one_network(address).hex()) == (person, network)


def test_an_address_is_believed_from_configured_proxies_alone(
    reception: Reception, come: Come, clock: Clock
) -> None:
    """Without proxies in the configuration a header that names a fresh address helps nobody."""
    person = come()
    person.opens()
    overrun(reception, clock)
    person.headers["X-Forwarded-For"] = "198.51.100.200"
    assert person.sends_json(KINDS)[1]["outcome"] == "work"


@pytest.mark.slow
def test_behind_a_proxy_everybody_has_their_own_address(config: Config, store: Store) -> None:
    client = create_app(replace(config, proxies=1), store).test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"  # the proxy's own

    def status(address: str) -> int:
        return client.post(
            "/s/nothing", data={"a": "1"}, headers={"X-Forwarded-For": f"1.1.1.1, {address}"}
        ).status_code

    # 3,000 at once are five times 600; the refill of a real clock lets a few more through
    statuses = [status(OFFICE) for _ in range(3300)]
    assert statuses[:3000] == [404] * 3000
    assert 429 in statuses[3000:]
    assert status("198.51.100.9") == 404


# --- the buckets themselves ----------------------------------------------------------------------------------------------


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    """Burst 30, one in ten seconds."""
    buckets = Buckets((30, 0.1), slots=4)
    assert [buckets.spend(1, 1000.0) <= 1 for _ in range(31)] == [True] * 30 + [False]
    assert (
        buckets.wait(buckets.spend(1, 1000.0)) == 30
    )  # 32 owed, one more is to fit into 30: three times ten seconds
    assert [buckets.wait_for_room(1, now) for now in (1000.0, 1029.9, 1030.0)] == [30, 1, 0]
    assert buckets.wait_for_room(2, 1000.0) == 0


def test_beyond_the_limit_nothing_more_is_owed() -> None:
    buckets = Buckets((10, 1.0), slots=1)
    for _ in range(10_000):
        debt = buckets.spend(0, 0.0)
    assert debt == pytest.approx(FAR + 0.1)
    assert buckets.spend(0, 41.0) == pytest.approx((50 - 41 + 1) / 10)


def test_a_look_costs_a_fifth() -> None:
    clock = Clock(now=0.0)
    gate = Gate(clock)
    looks = 0
    while gate.look(OFFICE) is None:
        looks += 1
    assert looks == pytest.approx(FAR * PER_ADDRESS[0] / LOOK, abs=1)  # 15,000, in binary fractions


@pytest.mark.slow
def test_a_million_addresses_take_no_more_memory_than_one() -> None:
    """Each of the four tables is 2¹⁸ numbers of 8 bytes: 2 MiB; no address and no hash is in them."""
    gate = Gate(Clock(now=0.0))
    tables = [gate._addresses, gate._surveys, gate._tickets, gate._wrong_codes]
    before = [sys.getsizeof(table._paid_at) for table in tables]
    for n in range(1_000_000):
        gate.take(f"{11 + (n >> 24)}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}")
    assert [sys.getsizeof(table._paid_at) for table in tables] == before
    assert max(before) < 2**21 + 100


@pytest.mark.slow
def test_a_million_strangers_at_once_leave_room_for_a_crowd() -> None:
    """They share 262,144 slots, four each: far below 600, so that nobody is asked for anything."""
    gate = Gate(Clock(now=0.0))
    for n in range(1_000_000):
        gate.take(f"{11 + (n >> 24)}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}")
    assert not any(gate.take(OFFICE).is_high for _ in range(550))


def test_the_key_is_changed_daily_and_all_is_forgotten() -> None:
    clock = Clock(now=0.0)
    gate = Gate(clock)
    key, name = gate._key, gate.crowd(OFFICE)
    assert gate.crowd("203.0.113.99") == name  # the same 24 bits
    for _ in range(700):
        gate.take(OFFICE)
    clock.now = flood.KEY_SECONDS
    assert not gate.take(OFFICE).is_high
    assert gate._key != key
    assert gate.crowd(OFFICE) != name
