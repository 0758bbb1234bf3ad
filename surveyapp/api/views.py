"""The routes of the API, version 1: each says in its own words what it answers, and the description is made from that."""

from __future__ import annotations

import json
from typing import cast

from flask import Blueprint, Flask, Response, abort, g, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import Conflict, NotFound

from surveyapp import auth, present, reporting
from surveyapp.api import answers, door, models, page
from surveyapp.api.openapi import document
from surveyapp.api.operations import HTML, Operations, Parameter, WholeNumber, Written
from surveyapp.api.problems import voice
from surveyapp.api.rows import MOST, USUAL, BeginAgainError, Cursors
from surveyapp.api.rows import page as page_of_rows
from surveyapp.current import current_config, current_store
from surveyapp.store import UnknownSurveyError

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
operations = Operations(blueprint=blueprint)

LANGUAGE = Parameter(
    name="lang", zh="说明页的语言：zh 或 en", en="the page's language: zh or en",
    reader=Written(pattern="^(zh|en)$", zh="应为 zh 或 en", en="must be zh or en"),
)  # fmt: skip
LIMIT = Parameter(
    name="limit", zh="每页多少份", en="how many rows a page has",
    reader=WholeNumber(low=1, high=MOST, default=USUAL),
)  # fmt: skip
CURSOR = Parameter(
    name="cursor", zh="上一页给出的 next；第一页不写", en="the `next` of the page before; none for the first page",
    reader=Written(pattern=models.CURSOR, zh="应为上一页给出的 next", en="must be the `next` of the page before"),
)  # fmt: skip


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    door.install(cast(Flask, state.app))


@blueprint.before_request
def admit() -> None:
    """Let in who may ask for this."""
    door.admit(operations.known[request.endpoint or ""])


@operations.get(
    "/", right="nothing", media=HTML, parameters=(LANGUAGE,),
    zh="这个说明页", en="This description, as a page",
)  # fmt: skip
def description() -> Response:
    """Send the description as a page."""
    return page.response(_description(), door.given("lang"))


@operations.get(
    "/openapi.json", right="nothing",
    zh="这份说明（OpenAPI 3.1）", en="This description, as OpenAPI 3.1",
)  # fmt: skip
def openapi() -> str:
    """Send the description of these routes."""
    return json.dumps(_description(), ensure_ascii=False, indent=2) + "\n"


def _description() -> dict[str, object]:
    return document(operations.known.values(), request.script_root)


@operations.get(
    "/surveys", right="token", answer=models.SurveyList,
    zh="令牌可读的全部调查", en="The surveys the token may read",
)  # fmt: skip
def surveys() -> models.SurveyList:
    """List the surveys the token may read."""
    store, config = current_store(), current_config()
    mine = [one for one in store.surveys() if auth.may_read(g.token, one.slug)]
    return models.SurveyList(surveys=[answers.survey(store, config, one) for one in mine])


@operations.get(
    "/surveys/<slug>", answer=models.Survey,
    zh="一项调查", en="A survey",
)  # fmt: skip
def survey(slug: str) -> models.Survey:
    """Send what a survey is and where its parts are."""
    store = current_store()
    return answers.survey(store, current_config(), reporting.survey(store, slug))


@operations.get(
    "/surveys/<slug>/report", answer=models.Report,
    zh="一项调查的报告", en="A survey's report",
    more_zh="与 surveyapp report SURVEY --format json 逐字节相同。",
    more_en="Byte for byte what surveyapp report SURVEY --format json prints.",
)  # fmt: skip
def report(slug: str) -> str:
    """Send a survey's report, byte for byte what the command line prints."""
    return present.as_json(reporting.report(current_store(), slug))


@operations.get(
    "/surveys/<slug>/indicators", answer=models.Scores,
    zh="各指标得分", en="The indicators' scores",
    more_zh="每个指标一行：得分、区间、基数、方法，供别的程序的评分表使用。",
    more_en="A line for each indicator, for another program's score sheet: score, interval, base, method.",
)  # fmt: skip
def indicators(slug: str) -> models.Scores:
    """Send the indicators' scores."""
    return answers.scores(current_store(), slug)


@operations.get(
    "/surveys/<slug>/items", answer=models.Items,
    zh="各题及其结果", en="The items with their results",
)  # fmt: skip
def items(slug: str) -> models.Items:
    """Send the items with their words and results."""
    return answers.items(current_store(), slug)


@operations.get(
    "/surveys/<slug>/tallies", answer=models.Tallies,
    zh="统计数", en="The counts alone",
    more_zh="存成文件可直接用于 surveyapp analyse FILE --tallies。",
    more_en="Saved as a file, surveyapp analyse FILE --tallies reads it.",
)  # fmt: skip
def tallies(slug: str) -> models.Tallies:
    """Send the counts."""
    return answers.tallies(current_store(), slug)


@operations.get(
    "/surveys/<slug>/fieldwork", answer=models.SurveyFieldwork,
    zh="发放与回收", en="What went out and came back",
)  # fmt: skip
def fieldwork(slug: str) -> models.SurveyFieldwork:
    """Send the fieldwork's numbers, as the report has them."""
    return answers.fieldwork(current_store(), slug)


@operations.get(
    "/surveys/<slug>/ledger", answer=models.LiveLedger,
    zh="实时台账", en="The ledger as of now",
    more_zh="每到一份就变；报告里的台账满 5 份才变。不含任何答案。",
    more_en="It moves with every answer, the report's by fives. It tells no answers.",
)  # fmt: skip
def ledger(slug: str) -> models.LiveLedger:
    """Send the ledger as of now."""
    return answers.ledger(current_store(), slug)


@operations.get(
    "/surveys/<slug>/rows", right="rows", answer=models.RowPage, parameters=(LIMIT, CURSOR), problems=(409,),
    zh="逐份答卷（不记名）", en="The anonymous rows",
    more_zh="只给结果已计入的答卷，按内容排序，分页；没有编号、时间和先后。翻页途中有新答卷计入时，回答 409，请从头再取。",
    more_en="Those that the results speak of, sorted by what they say, in pages; no id, no time, no order of arrival. "
    "If more are taken up between two pages the answer is 409: begin again.",
)  # fmt: skip
def rows(slug: str) -> models.RowPage:
    """Send a page of rows."""
    cursors = Cursors(secret=current_config().secret_key, slug=slug)
    return page_of_rows(current_store(), cursors, door.given("limit", USUAL), door.given("cursor"))


@operations.get(
    "/surveys/<slug>/definition", answer=models.Definition,
    zh="当前的问卷定义", en="The definition now handed out",
    more_zh="source 的 SHA-256 即 version。", more_en="The SHA-256 of `source` is the version.",
)  # fmt: skip
def definition(slug: str) -> models.Definition:
    """Send the current definition."""
    return version(slug, reporting.survey(current_store(), slug).version)


@operations.get(
    "/surveys/<slug>/versions", answer=models.Versions,
    zh="发布过的各版本", en="The published versions",
)  # fmt: skip
def versions(slug: str) -> models.Versions:
    """Send the published versions."""
    return answers.versions(current_store(), slug)


@operations.get(
    "/surveys/<slug>/versions/<version>", answer=models.Definition,
    zh="某一版本的问卷定义", en="The definition of one version",
)  # fmt: skip
def version(slug: str, version: str) -> models.Definition:
    """Send the definition of a version."""
    found = answers.definition(current_store(), slug, version)
    return found if found is not None else abort(404)


@blueprint.errorhandler(UnknownSurveyError)
def _no_such_survey(_error: UnknownSurveyError) -> Response:
    return voice(NotFound())


@blueprint.errorhandler(BeginAgainError)
def _begin_again(_error: BeginAgainError) -> Response:
    return voice(Conflict())
