"""Tells addresses that an administrator named when a survey has closed and its figures no longer change.

Nothing else ever asks another host. Only the command line adds an address; what is sent holds no answers; it is sent by the
housekeeping thread, never while a respondent waits. What is due follows from the survey's state, so nothing is queued.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from surveyapp import reporting
from surveyapp.api.models import Closing
from surveyapp.client import DELIVERY, SIGNATURE, sign
from surveyapp.config import Config
from surveyapp.present import made_with
from surveyapp.respond.doors import GRACE, day_of, ended_at
from surveyapp.store import Store, StoreError, Survey, Webhook

TIMEOUT = 5.0
"""Seconds an address has for its answer, all in all."""
BUDGET = 20.0
"""Seconds a minute for all addresses together; the rest waits for the next minute."""
PAUSES = (60, 120, 300, 900, 3600, 3 * 3600, 12 * 3600, 24 * 3600)
"""Seconds between attempts; after the last pause one more is made, then it is given up."""
LONGEST_URL = 500

DELIVERED = "delivered"
_LOCAL = ("localhost",)
_SECRET_PREFIX = "whs_"

logger = logging.getLogger(__name__)


class UnfitAddressError(ValueError):
    """An address that no webhook may have, worded in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


# --- which there are -------------------------------------------------------------------------------------------------


def add(config: Config, store: Store, slug: str, url: str, now: float) -> str:
    """Have an address told of a survey's closing, and return the secret it checks signatures with, shown once.

    A survey whose figures are final already is not told of; only a later closing is. Raises UnfitAddressError,
    UnknownSurveyError and WebhookExistsError.
    """
    check_address(url)
    survey = reporting.survey(store, slug)
    past = closing_of(config, survey, now) or 0
    webhook = Webhook(
        id=secrets.token_hex(16),
        survey=slug,
        url=url,
        added_on=day_of(now, config.zone),
        closing=past,
        is_done=True,
    )
    store.add_webhook(webhook)
    return secret_of(config, webhook)


def check_address(url: str) -> None:
    """Refuse an address that is not https, or http to this machine or a private network by its number.

    A name could lead anywhere from one day to the next; over https its certificate says who answers. Raises
    UnfitAddressError.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    written = (
        len(url) <= LONGEST_URL and re.fullmatch(r"[!-~]+", url) and "@" not in parts.netloc and port != 0
    )
    if not host or not written or parts.fragment or parts.scheme not in ("https", "http"):
        raise UnfitAddressError(
            f"网址应为 https://主机/路径，至多 {LONGEST_URL} 个英文字符，不带用户名、空格和 #",
            f"write https://host/path, at most {LONGEST_URL} ASCII characters, without a user, blanks or #",
        )
    if parts.scheme == "http" and not _is_near(host):
        raise UnfitAddressError(
            "http 只可用于本机（localhost、127.0.0.1）或内网的 IP 地址；其他请用 https",
            "http is for this machine (localhost, 127.0.0.1) or the number of a private network; else use https",
        )


def _is_near(host: str) -> bool:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host in _LOCAL
    return (number.is_private or number.is_loopback) and not (number.is_unspecified or number.is_multicast)


def secret_of(config: Config, webhook: Webhook) -> str:
    """Return the secret of a webhook: derived from the installation's, so that the database holds none."""
    made = hmac.new(config.secret_key, f"webhook\0{webhook.id}".encode(), hashlib.sha256).digest()
    return _SECRET_PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


# --- what is due -----------------------------------------------------------------------------------------------------


def closing_of(config: Config, survey: Survey, now: float) -> int | None:
    """Return when a survey was closed, once its figures are final: late answers are in; None before."""
    ended = ended_at(survey, now, config.zone)
    if survey.state != "closed" or survey.closed_at is None or ended is None or now < ended + GRACE:
        return None
    return survey.closed_at


def deliver_due(config: Config, store: Store, clock: Callable[[], float] = time.time) -> int:
    """Try what is due; how many were delivered. To be called once a minute, and never on a respondent's way."""
    until, delivered = time.monotonic() + BUDGET, 0
    for webhook, closing in _due(config, store, clock()):
        if time.monotonic() >= until:
            break
        try:
            delivered += _try(config, store, webhook, closing, clock())
        except StoreError as error:
            logger.warning("a webhook: %s", type(error).__name__)
    return delivered


def _due(config: Config, store: Store, now: float) -> Iterator[tuple[Webhook, int]]:
    closings: dict[str, int | None] = {}
    for webhook in store.webhooks():
        if webhook.survey not in closings:
            closings[webhook.survey] = closing_of(config, reporting.survey(store, webhook.survey), now)
        closing = closings[webhook.survey]
        if closing is not None and (webhook.closing != closing or not webhook.is_done):
            yield webhook, closing


def _try(config: Config, store: Store, webhook: Webhook, closing: int, now: float) -> bool:
    first = webhook.closing != closing
    attempt = 1 if first else webhook.attempts + 1
    is_last = attempt > len(PAUSES)
    pause = PAUSES[min(attempt, len(PAUSES)) - 1]
    if not store.claim_webhook(webhook.id, closing, now=int(now), next_at=int(now) + pause, first=first):
        return False
    result = _post(webhook.url, *message(config, store, webhook, closing, now))
    is_done = result == DELIVERED or is_last
    store.note_webhook(webhook.id, day=day_of(now, config.zone), result=result, is_done=is_done)
    # the path of an address may be a secret of its own
    logger.info("the webhook of %s at %s: %s", webhook.survey, urlsplit(webhook.url).hostname, result)
    return result == DELIVERED


# --- what is sent ----------------------------------------------------------------------------------------------------


def message(
    config: Config, store: Store, webhook: Webhook, closing: int, now: float
) -> tuple[bytes, dict[str, str]]:
    """Return what is sent, and its headers with the signature."""
    report = reporting.report(store, webhook.survey)
    delivery = hashlib.sha256(f"{webhook.id}\0{closing}".encode()).hexdigest()[:32]
    said = Closing(
        event="survey.closed", delivery=delivery, slug=webhook.survey, version=report.version,
        closed_on=day_of(closing, config.zone), data_hash=report.data_hash,
        report=f"{config.public_url}/api/v1/surveys/{webhook.survey}/report",
    )  # fmt: skip
    body = json.dumps(said.model_dump(), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": made_with().replace(" ", "/"),
        DELIVERY: delivery,
        SIGNATURE: sign(secret_of(config, webhook), body, int(now)),
    }
    return body, headers


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: only the address that was named is told."""

    def redirect_request(self, *_: Any) -> None:
        """Say that there is nothing to follow."""
        return


def _post(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Send it and return what came of it, within the time all in all, however slowly the other side drips."""
    results: list[str] = []
    sender = threading.Thread(
        target=lambda: results.append(_send(url, body, headers)), name="webhook", daemon=True
    )
    sender.start()
    sender.join(TIMEOUT)
    return results[0] if results else "timeout"


def _send(url: str, body: bytes, headers: dict[str, str]) -> str:
    # straight to the address: a proxy of the environment would be another host that is told
    opener = build_opener(ProxyHandler({}), _Stay())
    try:
        with opener.open(Request(url, data=body, headers=headers, method="POST"), timeout=TIMEOUT):
            return DELIVERED
    except HTTPError as error:
        error.close()
        return f"status {error.code}"
    except TimeoutError:
        return "timeout"
    except URLError as error:
        return (
            "timeout"
            if isinstance(error.reason, TimeoutError)
            else f"unreachable ({type(error.reason).__name__})"
        )
    except (OSError, HTTPException, ValueError) as error:
        return f"unreachable ({type(error).__name__})"
