"""The command line: `surveyapp …`, also `python -m surveyapp …`."""

from __future__ import annotations

import click

from surveyapp.commands import (
    backups,
    compare,
    definitions,
    documents,
    files,
    importing,
    packs,
    plan,
    running,
    sampling,
    surveys,
    webhooks,
)
from surveyapp.console import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言 language (SURVEYAPP_LANG)")
@click.version_option(package_name="surveyapp", prog_name="surveyapp")
def main(lang: str | None) -> None:
    """满意度调查：从扫码答题到绩效指标得分。From a scanned code to a scored indicator.

    \b
    先试试 Try first:    surveyapp demo
    一项调查 A survey:   surveyapp publish FILE, codes SURVEY, serve, report SURVEY
    发放 In the field:   surveyapp draw SURVEY ROSTER, print slips SURVEY, remind SURVEY SHEET
    只有文件 Files only: surveyapp check FILE, analyse FILE --responses ROWS, rule FILE --indicator ID
    """


for command in (
    definitions.check, definitions.analyse, definitions.rule, compare.compare, plan.plan,
    surveys.publish, surveys.surveys, surveys.codes, surveys.qr, surveys.state, surveys.report, surveys.export,
    documents.document, files.workbook, files.data, packs.pack, packs.verify, importing.import_rows,
    sampling.draw, sampling.print_, sampling.remind, sampling.reissue, sampling.void,
    running.serve, running.demo, running.user, running.token, webhooks.webhook, running.doctor, backups.backup, backups.restore,
):  # fmt: skip
    main.add_command(command)
