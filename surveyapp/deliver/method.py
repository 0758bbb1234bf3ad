"""The method statement: what was asked of whom, how they were drawn and reached, and by which rules the figures came about."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from questionnaires.model import Indicator, Part
from surveyapp.deliver import prose, prose_rules, prose_scores
from surveyapp.deliver.docx_looks import report_looks
from surveyapp.deliver.docx_paper import Paper
from surveyapp.deliver.docx_table import NUMBERS, Column, Row, Table
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.prose import Voice
from surveyapp.deliver.wordreport import Chapters, write_ledger, write_versions
from surveyapp.fieldwork.sampling import ALGORITHM
from surveyapp.present import plain
from surveyapp.store import Draw

LIBRARIES = ("surveyapp", "numpy", "scipy", "pandas", "sqlalchemy", "python-docx", "xlsxwriter")
"""The programs whose versions bear on figures and files."""

_KINDS = {
    "single": ("单选题", "single choice"),
    "multiple": ("多选题", "multiple choice"),
    "rating": ("0–10评分题", "rating 0–10"),
    "number": ("数字题", "number"),
    "text": ("文字题", "open text"),
}
_MODES = {
    "qr": ("扫描二维码自填", "self-completion by QR code"),
    "paper": ("纸质问卷", "paper"),
    "phone": ("电话访问", "telephone"),
    "onsite": ("现场访问", "on site"),
    "mixed": ("多种方式结合", "several ways together"),
}
_LONELY = {
    "fail": ("只有一份问卷的层不给出区间", "a stratum with one questionnaire: no interval"),
    "remove": ("只有一份问卷的层不计方差", "a stratum with one questionnaire: no variance"),
    "certainty": ("只有一份问卷的层不计方差", "a stratum with one questionnaire: no variance"),
    "adjust": (
        "只有一份问卷的层按与总平均之差计方差",
        "a stratum with one questionnaire: variance against the overall mean",
    ),
    "average": (
        "只有一份问卷的层取其他层方差的平均",
        "a stratum with one questionnaire: the other strata's mean variance",
    ),
}


def installed() -> dict[str, str]:
    """Return the versions of Python and of the libraries that bear on figures and files, as they are installed here."""
    found = {"Python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def method_statement(
    dossier: Dossier,
    *,
    language: str = "zh",
    style: HouseStyle | None = None,
    software: Mapping[str, str] | None = None,
) -> bytes:
    """Return the method statement of a survey as docx.

    `software` are the versions it names, as of `installed`; given in, so that a statement can be made again elsewhere.
    """
    voice = Voice.of(dossier, language, style)
    writer = _Writer(dossier=dossier, voice=voice, paper=Paper(report_looks(voice.language)))
    writer.write(software or {})
    return writer.paper.saved(title="　".join(_title(voice)), day=dossier.day)


def _title(voice: Voice) -> tuple[str, str]:
    return prose.project(voice), voice.say("问卷调查方法说明", "Method of the questionnaire survey")


@dataclass(frozen=True, kw_only=True)
class _Writer:
    dossier: Dossier
    voice: Voice
    paper: Paper

    def say(self, zh: str, en: str) -> str:
        return self.voice.say(zh, en)

    def write(self, software: Mapping[str, str]) -> None:
        self.paper.title(*_title(self.voice))
        state = prose.state(self.voice, self.dossier.day, is_final=self.dossier.is_final)
        self.paper.write(state, "Subtitle")
        chapters = Chapters(paper=self.paper, voice=self.voice)
        for title, texts in (
            (("调查对象", "Whom the survey is about"), self._population()),
            (("问卷", "The questionnaire"), self._questionnaire()),
            (("抽样", "How people were drawn"), self._draws()),
            (("发放方式与时间", "Ways and days"), self._fielding()),
        ):
            chapters.chapter_of(*title)
            self._paragraphs(texts)
        self._out_and_back(chapters)
        self._validity(chapters)
        for title, texts in (
            (("加权", "Weighting"), self._weighting()),
            (("计算公式", "Formulas"), self._formulas()),
            (("误差与置信区间", "Precision"), self._precision()),
        ):
            chapters.chapter_of(*title)
            self._paragraphs(texts)
        if self.voice.questionnaire.indicators:
            chapters.chapter_of("评分规则", "Scoring rules")
            self._paragraphs(self._scoring())
        for title, texts in (
            (("修约", "Rounding"), self._rounding()),
            (("匿名与保密", "Anonymity"), self._anonymity()),
        ):
            chapters.chapter_of(*title)
            self._paragraphs(texts)
        chapters.chapter_of("数据与软件版本", "Data and software")
        write_versions(self.paper, self.voice, self.dossier)
        if software:
            listed = self.voice.listed([f"{name} {number}" for name, number in software.items()])
            self.paper.paragraph(self.say(f"所用软件版本：{listed}。", f"Software: {listed}."))

    def _paragraphs(self, texts: Iterator[str] | Sequence[str]) -> None:
        for text in texts:
            if text:
                self.paper.paragraph(text)

    # --- who and what -------------------------------------------------------------------------------------------------

    def _population(self) -> Iterator[str]:
        people, q = self.voice.questionnaire.population, self.voice.questionnaire
        name = self.voice.words(people.name) if people.name else self.voice.people
        if people.total is None:
            yield self.say(
                f"调查对象为{name}，总人数未知。", f"The survey is about {name}; their number is not known."
            )
        else:
            yield self.say(
                f"调查对象为{name}，共{people.total}人。",
                f"The survey is about {name}: {people.total} people.",
            )
        if people.strata:
            strata = [f"{self.voice.stratum(code)} {n}" for code, n in people.strata.items()]
            yield self.say(
                f"分为{len(strata)}层（人数）：{self.voice.listed(strata)}。",
                f"In {len(strata)} strata (people): {self.voice.listed(strata)}.",
            )
        asks = self.voice.words(q.organiser)
        yield self.say(
            f"调查由{asks}开展，目的：{self.voice.words(q.purpose)}",
            f"Carried out by {asks}. Purpose: {self.voice.words(q.purpose)}",
        )

    def _questionnaire(self) -> Iterator[str]:
        q = self.voice.questionnaire
        kinds: dict[str, int] = {}
        for item in q.items.values():
            kinds[item.kind] = kinds.get(item.kind, 0) + 1
        listed = self.voice.listed(
            [self.say(f"{_KINDS[k][0]}{n}道", f"{_KINDS[k][1]} {n}") for k, n in kinds.items()]
        )
        languages = self.voice.listed(
            [
                {"zh": self.say("中文", "Chinese"), "en": self.say("英文", "English")}.get(x, x)
                for x in q.languages
            ]
        )
        yield self.say(
            f"问卷共{len(q.items)}题（{listed}），约需{q.minutes}分钟，语言为{languages}。空白问卷随附；发布后不再改动，版本以内容的摘要标识。",
            f"{len(q.items)} items ({listed}), about {q.minutes} minutes, in: {languages}. The blank questionnaire is enclosed; "
            "once published it does not change, and its version is the digest of its content.",
        )
        if q.source:
            yield self.say(f"出处：{self.voice.words(q.source)}", f"Source: {self.voice.words(q.source)}")

    # --- drawn and reached ---------------------------------------------------------------------------------------------

    def _draws(self) -> Iterator[str]:
        if not self.dossier.draws:
            yield self.say(
                "没有用本系统从名册抽样的记录；受访者如何选取，由调查组织方另行说明。",
                "There is no record of a sample drawn from a list with this program; how people were chosen is "
                "for the organiser to say.",
            )
            return
        for number, draw in enumerate(self.dossier.draws, start=1):
            yield self._draw(number, draw)
        yield self.say(
            f"抽取方法{ALGORITHM}：名册各行按“以种子为密钥、行号为内容的HMAC-SHA256”排序，每层取最小的若干行；"
            "凭名册文件和种子，任何人都能抽出同一批人。",
            f"The method {ALGORITHM}: the rows of the list are ranked by HMAC-SHA256 with the seed as key and "
            "the row's number as message; "
            "from each stratum the smallest are taken. Whoever has the file and the seed draws the same people.",
        )

    def _draw(self, number: int, draw: Draw) -> str:
        counts = json.loads(draw.counts)
        parts = [
            self.say(
                f"{self.voice.stratum(code) if code else '不分层'}{one['people']}人中抽{one['drawn']}人",
                f"{one['drawn']} of {one['people']} {'in ' + self.voice.stratum(code) if code else 'people'}",
            )
            for code, one in counts.items()
        ]
        return self.say(
            f"第{number}次抽样（{self.voice.day(draw.drawn_on)}）：{self.voice.listed(parts)}；种子“{draw.seed}”；"
            f"名册文件SHA-256为{draw.file_hash}。",
            f"Draw {number} ({self.voice.day(draw.drawn_on)}): {self.voice.listed(parts)}; seed “{draw.seed}”; "
            f"SHA-256 of the list: {draw.file_hash}.",
        )

    def _fielding(self) -> Iterator[str]:
        survey = self.dossier.survey
        yield self.say(
            f"调查方式：{_MODES[self.voice.questionnaire.mode][0]}。",
            f"Way of asking: {_MODES[self.voice.questionnaire.mode][1]}.",
        )
        for batch in sorted(
            self.dossier.batches, key=lambda b: (b.issued_on, b.channel, b.stratum or "", b.count)
        ):
            stratum = f"（{self.voice.stratum(batch.stratum)}）" if batch.stratum else ""
            day, channel = self.voice.day(batch.issued_on), self.voice.named("CHANNELS", batch.channel)
            yield self.say(
                f"{day}以{channel}{stratum}发放答题码{batch.count}个。",
                f"{day}: {batch.count} access codes by {channel}{stratum}.",
            )
        if survey.open_link:
            yield self.say(
                "同时接受公开链接（海报二维码）的答卷。",
                "Answers by the public link (poster) were accepted as well.",
            )
        if survey.distributed is not None:
            yield self.say(
                f"另登记手工发放{survey.distributed}份。",
                f"{survey.distributed} copies handed out were counted by hand.",
            )
        days = [self.voice.day(day) for day in (survey.opens_on, survey.closes_on) if day]
        if len(days) == 2:
            yield self.say(f"答题期间：{days[0]}至{days[1]}。", f"Open from {days[0]} to {days[1]}.")
        end = self.voice.day(self.dossier.day)
        if self.dossier.is_final:
            yield self.say(f"调查于{end}结束。", f"The survey was closed on {end}.")
        else:
            yield self.say(f"截至{end}调查尚未结束。", f"On {end} the survey was still going on.")

    # --- out, back, counted --------------------------------------------------------------------------------------------

    def _out_and_back(self, chapters: Chapters) -> None:
        chapters.chapter_of("发放与回收", "Questionnaires out and back")
        self.paper.paragraph(
            prose.returns(self.voice).rstrip("，; ")
            + ("" if self.voice.report.fieldwork.valid else self.say("，无有效问卷。", "; none is valid."))
        )
        self._paragraphs(prose_scores.rate_sentences(self.voice))
        self._rates()
        if self.voice.report.fieldwork.ledger:
            write_ledger(self.paper, self.voice)

    def _rates(self) -> None:
        found = self.voice.report.fieldwork
        if found.dispositions is None:
            return
        number = self.paper.next_table()
        self.paper.paragraph(
            self.say(f"AAPOR各率见{number.words}。", f"{number.words} has AAPOR's rates."), see=[number]
        )
        known = [(name, rate) for name, rate in found.response_rates.items()]
        half = -(-len(known) // 4)
        rows: list[Row] = [
            [cell for name, rate in known[at::half] for cell in (name, self.voice.share(rate))]
            for at in range(half)
        ]
        head: Row = [self.say("代号", "Rate"), self.say("值", "Value")] * 4
        table = Table(columns=[Column(align="center"), NUMBERS] * 4, head=[head], rows=rows)
        note = self.say(
            f"注：RR应答率、COOP合作率、REF拒访率、CON接触率；e（资格不明者中视为合格的比例）＝{self.voice.share(found.e)}。",
            "Note: RR response, COOP cooperation, REF refusal, CON contact; e (eligible among the unknown) = "
            f"{self.voice.share(found.e)}.",
        )
        self.paper.table(table, number, self.say("AAPOR应答率", "AAPOR's rates"), note=note)

    def _validity(self, chapters: Chapters) -> None:
        chapters.chapter_of("有效性规则", "Validity rules")
        rules = self.voice.questionnaire.validity
        if not rules:
            self.paper.paragraph(
                self.say("问卷定义没有规定有效性规则。", "The definition has no validity rules.")
            )
        else:
            self.paper.paragraph(
                self.say(
                    "规则在发放前写入问卷定义，依次判断：",
                    "The rules were written into the definition before fieldwork and apply in order:",
                )
            )
        for number, rule in enumerate(rules, start=1):
            words = prose_rules.validity_words(self.voice, rule)
            self.paper.paragraph(self.say(f"{number}.{words}。", f"{number}. {words}."))
        self.paper.paragraph(prose_scores.invalid_sentence(self.voice))
        flags = self.voice.report.fieldwork.flags
        if flags:
            listed = self.voice.listed(
                [
                    self.say(
                        f"{self.voice.named('REASONS', f)}{n}份", f"{self.voice.named('REASONS', f)} {n}"
                    )
                    for f, n in flags.items()
                ]
            )
            self.paper.paragraph(
                self.say(f"只作标记、未剔除的：{listed}。", f"Flagged and not excluded: {listed}.")
            )

    # --- how figures came about -----------------------------------------------------------------------------------------

    def _weighting(self) -> Iterator[str]:
        weighting = self.voice.questionnaire.weighting
        if not weighting.is_weighted:
            yield self.say("不加权，每份有效问卷按1计。", "Unweighted: every valid questionnaire counts 1.")
            return
        design = {
            "simple": ("简单随机抽样", "simple random sample"),
            "stratified": ("各层分别抽样", "drawn separately in each stratum"),
        }
        yield self.say(
            f"抽样设计：{design[weighting.design][0]}；{_LONELY[weighting.lonely][0]}。",
            f"Design: {design[weighting.design][1]}; {_LONELY[weighting.lonely][1]}.",
        )
        yield from prose_scores.weighting_sentences(self.voice)

    def _formulas(self) -> Iterator[str]:
        if not self.voice.questionnaire.measures:
            yield self.say("问卷没有规定要计算的指标值。", "The definition names no measure to be computed.")
            return
        yield from prose_rules.value_rules(self.voice)
        yield from prose_rules.formulas(self.voice)
        yield self.say(
            "缺答不当作0分，也不填补；“不适用”“不清楚”、未问到的不进该题基数。",
            "A missing answer is never 0 and never filled in; “not applicable”, “don't know” and what was not "
            "asked leave the item's base.",
        )

    def _precision(self) -> Iterator[str]:
        found = [*self.voice.report.measures.values(), *self.voice.report.weighted.values()]
        methods = dict.fromkeys(self.voice.method(one.method) for one in found)
        if methods:
            yield self.say(f"所用方法：{'；'.join(methods)}。", f"Methods used: {'; '.join(methods)}.")
        yield prose_scores.interval_sentence(self.voice)
        yield self.say(
            "平均得分的标准误由逐份答卷算出（同一人各题的答案相关），总体人数已知时乘以√(1−n/N)；区间在对数几率尺度上取t倍标准误，不会超出0–100%。"
            "一题的人数占比用精确区间。",
            "The standard error of a mean comes from the joint answers (one person's answers go together), with "
            "√(1 − n/N) where the population is "
            "known; the interval is t standard errors on the logit scale and never leaves 0–100%. A share of one "
            "item has an exact interval.",
        )
        yield self.say(
            "不足5人的组及可推算出它们的组不公布。",
            "Groups of fewer than 5, and those they could be worked out from, are not shown.",
        )

    def _scoring(self) -> Iterator[str]:
        for indicator in self.voice.questionnaire.indicators.values():
            yield self._rule(indicator)

    def _rule(self, indicator: Indicator) -> str:
        name = self.voice.words(indicator.title)
        printed = prose_rules.rule_words(self.voice, indicator) if indicator.wording else ""
        nodes: Sequence[Indicator | Part] = indicator.parts or (indicator,)
        parts = [part for node in nodes if (part := self._node(node, named=bool(indicator.parts)))]
        structure = self.say("；", "; ").join(parts)
        target = (
            self.say(f"目标值{plain(indicator.target)}%。", f" Target {plain(indicator.target)}%.")
            if indicator.target is not None
            else ""
        )
        vetoes = self.voice.listed([self.voice.words(one.text) for one in indicator.veto])
        veto = self.say(f"一票否决：{vetoes}。", f" Vetoes: {vetoes}.") if vetoes else ""
        quoted = self.say(f"原文“{printed}”；", f"as printed “{printed}”; ") if printed else ""
        return self.say(
            f"{name}（{plain(indicator.points)}分）：{quoted}执行：{structure}。{target}{veto}",
            f"{name} ({plain(indicator.points)} points): {quoted}applied: {structure}.{target}{veto}",
        )

    def _node(self, node: Indicator | Part, *, named: bool) -> str:
        name = (
            f"{self.voice.words(node.title)} {plain(node.points)}{self.say('分', ' points')}" if named else ""
        )
        x = self.voice.title(node.measure) if node.measure else self.say("录入值", "the value entered")
        if node.judged:
            rule = self.say("由评价组判定得分", "set by judgement")
        elif node.grades is not None:
            rule = self.voice.listed([f"{grade} {plain(share)}%" for grade, share in node.grades.items()])
        else:
            rule = self.say(f"x为{x}，", f"x is {x}; ") + prose_rules.branches_words(self.voice, node)
        return self.say(f"{name}：{rule}" if name else rule, f"{name}: {rule}" if name else rule)

    def _rounding(self) -> Iterator[str]:
        report = self.voice.report
        yield self.say(
            f"全部计算用精确分数，只在印出时四舍五入一次：百分数保留{report.percent_places}位小数，得分保留{report.score_places}位小数。"
            "评分规则按未修约的数与界限比较；合计为各指标印出得分之和。",
            "Everything is computed in exact fractions and rounded once, half up, in print: percentages to "
            f"{report.percent_places} decimal places, "
            f"points to {report.score_places}. Rules compare unrounded values with their limits; a total adds up "
            "the printed scores.",
        )

    def _anonymity(self) -> Iterator[str]:
        yield self.say(
            "答题码与答卷之间没有任何联系：二者不共用编号、时刻和次序，答题码只存摘要；不记录网络地址和设备；日期只到日。"
            "调查期间，新收到的答卷满5份才一并计入结果。文字意见不与所选答案相连，已隐去电话、证件号码和邮箱。",
            "Nothing connects an access code with an answer: they share no number, time or order, and codes are "
            "kept hashed only; network addresses "
            "and devices are not recorded; dates are days. During fieldwork new answers are taken up five at a "
            "time. Open text is not connected "
            "with other answers, and telephone and id numbers and e-mail addresses in it are masked.",
        )
        if day := self.voice.questionnaire.delete_after:
            yield self.say(
                f"原始答卷于{self.voice.day(day)}删除。",
                f"Raw responses are deleted on {self.voice.day(day)}.",
            )
