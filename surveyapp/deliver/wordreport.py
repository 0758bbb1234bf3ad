"""The 问卷调查统计分析报告 as a Word document: the field's chapters, tables and sentences, filled from one `Report`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.indicators import value_of
from analysis.ledger import COLUMNS
from analysis.report import Estimate, Group
from surveyapp import present
from surveyapp.deliver import prose, prose_rules, prose_scores
from surveyapp.deliver.digest import digest
from surveyapp.deliver.docx_looks import report_looks
from surveyapp.deliver.docx_paper import Paper, Reference
from surveyapp.deliver.docx_table import MIDDLE, NUMBERS, WORDS, Cell, Column, Row, Table
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.opinions import Opinions, opinions
from surveyapp.deliver.pictures import Picture, groups_with_intervals, item_bars, score_against_limits, to_png
from surveyapp.deliver.prose import Voice
from surveyapp.deliver.tally import TallyTable

PICTURE_WIDTH = 440.0
"""How wide pictures are drawn, in points: the width of the text."""

MOST_BESIDE = 6
"""Items with more options than this have a table of counts alone: their shares would not fit beside them."""

HIDDEN = "＊"
"""Stands for the figure of a group that is too small to be shown."""

_NUMERALS = "一二三四五六七八九十"


def analysis_report(dossier: Dossier, *, language: str = "zh", style: HouseStyle | None = None) -> bytes:
    """Return the analysis report of a survey as docx; equal dossiers give equal bytes."""
    writer = _Writer.of(dossier, language, style or HouseStyle())
    writer.write()
    title = "　".join(prose.report_title(writer.voice))
    return writer.paper.saved(title=title, day=dossier.day)


def numeral(number: int) -> str:
    """Return a number of a chapter in Chinese, 1 to 99.

    >>> [numeral(n) for n in (1, 10, 12, 20, 31)]
    ['一', '十', '十二', '二十', '三十一']
    """
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones - 1]
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")


@dataclass(kw_only=True)
class Chapters:
    """Headings with their numbers: 一、 and （一） in Chinese, 1 and 1.1 in English."""

    paper: Paper
    voice: Voice
    chapter: int = 0
    part: int = 0

    def chapter_of(self, zh: str, en: str) -> None:
        """Begin a chapter."""
        self.chapter, self.part = self.chapter + 1, 0
        self.paper.heading(1, self.voice.say(f"{numeral(self.chapter)}、{zh}", f"{self.chapter}  {en}"))

    def part_of(self, zh: str, en: str) -> None:
        """Begin a part of a chapter."""
        self.part += 1
        self.paper.heading(
            2, self.voice.say(f"（{numeral(self.part)}）{zh}", f"{self.chapter}.{self.part}  {en}")
        )


@dataclass(frozen=True, kw_only=True)
class _Writer:
    dossier: Dossier
    voice: Voice
    paper: Paper
    chapters: Chapters

    @classmethod
    def of(cls, dossier: Dossier, language: str, house: HouseStyle) -> _Writer:
        voice = Voice.of(dossier, language, house)
        paper = Paper(report_looks(voice.language), first_table=house.first_table)
        return cls(dossier=dossier, voice=voice, paper=paper, chapters=Chapters(paper=paper, voice=voice))

    def say(self, zh: str, en: str) -> str:
        return self.voice.say(zh, en)

    def write(self) -> None:
        """Write the chapters; one with nothing to say is left out."""
        self.paper.title(*prose.report_title(self.voice))
        self.paper.write(
            prose.state(self.voice, self.dossier.day, is_final=self.dossier.is_final), "Subtitle"
        )
        self.paper.paragraph(prose.lead(self.voice))
        for chapter in (
            self._method, self._background, self._satisfaction, self._scores, self._awareness, self._choices,
            self._wishes, self._groups, self._indicators, self._certainty, self._returns, self._cautions, self._versions,
        ):  # fmt: skip
            chapter()

    @property
    def has_answers(self) -> bool:
        return self.voice.report.fieldwork.valid > 0

    # --- what was fixed -------------------------------------------------------------------------------------------

    def _method(self) -> None:
        if not self.voice.questionnaire.measures:
            return
        self.chapters.chapter_of("计分方法", "How scores are computed")
        if values := prose_rules.value_rules(self.voice):
            self.chapters.part_of("赋值原则", "Values")
            self._paragraphs(values)
        self.chapters.part_of("计算公式", "Formulas")
        self._paragraphs(prose_rules.formulas(self.voice))
        places = self.voice.report.percent_places
        self.paper.paragraph(
            self.say(
                f"各数均由未修约的数计算，只在印出时四舍五入一次，百分数保留{places}位小数。",
                "Everything is computed from unrounded figures and rounded once, half up, in print: percentages "
                f"to {places} decimal places.",
            )
        )

    def _paragraphs(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.paper.paragraph(text)

    # --- who answered what ------------------------------------------------------------------------------------------

    def _background(self) -> None:
        if self.voice.background and self.has_answers:
            self.chapters.chapter_of("调查对象基本情况", "Who answered")
            self._items(self.voice.background, prose.background_sentence)

    def _items(
        self, items: Sequence[str], sentence: Callable[[Voice, str], str], zh: str = "", en: str = ""
    ) -> None:
        for item in items:
            about = self.voice.about(item)
            self.chapters.part_of(zh.format(about) if zh else about, en.format(about) if en else about)
            self.paper.paragraph(sentence(self.voice, item))

    def _satisfaction(self) -> None:
        if self.voice.satisfaction and self.has_answers:
            self.chapters.chapter_of("满意度情况", "Satisfaction, item by item")
            items = self.voice.satisfaction
            self._items(items, prose.satisfaction_sentence, "对于“{}”的满意度", "{}")

    def _scores(self) -> None:
        kinds = {name: m.kind for name, m in self.voice.questionnaire.measures.items()}
        measures = [name for name, kind in kinds.items() if kind.startswith("satisfaction")]
        if not measures or not self.has_answers:
            return
        self.chapters.chapter_of("满意度得分分析", "Satisfaction scores")
        for table in self.voice.tables:
            self._tally(table)
        for name in dict.fromkeys(table.measure for table in self.voice.tables):
            self._pictures(f"items-{name}-", self._bars_caption(name))
        for item in self.voice.satisfaction:
            self._pictures(f"item-{item}")
        self._paragraphs([prose.measure_sentence(self.voice, name) for name in measures])

    def _bars_caption(self, measure: str) -> str:
        """Return a caption for bars that show everybody under a group's measure; others have their own."""
        everybody = self.say("满意度各题选项分布", "Satisfaction: options chosen")
        return everybody if self.voice.questionnaire.measures[measure].group else ""

    def _tally(self, table: TallyTable) -> None:
        number = self.paper.next_table()
        self.paper.paragraph(prose.score_overview(self.voice, table, number.words), see=[number])
        measure = self.voice.questionnaire.measures[table.measure]
        title = self.voice.title(table.measure) if len(self.voice.tables) > 1 else ""
        kind = self.say("满意率情况表" if measure.is_rate else "得分情况表", "results by item")
        caption = self.say(
            f"满意度调查{kind}{f'（{title}）' if title else ''}",
            f"Satisfaction: {kind}{f' ({title})' if title else ''}",
        )
        self.paper.table(tally_layout(self.voice, table), number, caption, note=tally_note(self.voice, table))

    def _awareness(self) -> None:
        kinds = {name: m.kind for name, m in self.voice.questionnaire.measures.items()}
        measures = [name for name, kind in kinds.items() if kind.startswith("awareness")]
        if not measures or not self.has_answers:
            return
        self.chapters.chapter_of("政策知晓率分析", "Awareness")
        for item in self.voice.awareness:
            self.paper.paragraph(prose.satisfaction_sentence(self.voice, item))
            self._pictures(f"item-{item}")
        self._paragraphs([prose.measure_sentence(self.voice, name) for name in measures])

    def _choices(self) -> None:
        items = [item for item in self.voice.choices if item not in self.voice.wishes]
        if items and self.has_answers:
            self.chapters.chapter_of("多选题情况", "Multiple choices")
            self._items(items, prose.choice_sentence)
            self.paper.note(prose.choice_note(self.voice))

    # --- suggestions -------------------------------------------------------------------------------------------------

    def _wishes(self) -> None:
        texts = [item for item in self.voice.questionnaire.items.values() if item.kind == "text"]
        if not (texts or self.voice.wishes) or not self.has_answers:
            return
        self.chapters.chapter_of("意见或建议", "Comments and suggestions")
        if self.voice.wishes:
            self._items(self.voice.wishes, prose.choice_sentence)
            for item in self.voice.wishes:
                self._pictures(f"item-{item}")
            self.paper.note(prose.choice_note(self.voice))
        written = opinions(self.dossier, self.voice.language)
        shown = [one for one in written if not one.is_hidden]
        for one in shown:
            self._opinions(one)
        hidden = [
            item.id for item in texts if item.id not in {one.item for one in shown if not one.is_comment}
        ]
        if hidden:
            names = self.voice.listed([f"“{self.voice.about(item)}”" for item in hidden])
            self.paper.paragraph(
                self.say(
                    f"{names}收到的文字意见不足5条，为保护个人不列出。",
                    f"Fewer than 5 people wrote to {names}; to protect them their words are not listed.",
                )
            )

    def _opinions(self, found: Opinions) -> None:
        about = self.voice.about(found.item)
        zh = f"“{about}”所附说明" if found.is_comment else about
        self.chapters.part_of(zh, f"Beside “{about}”" if found.is_comment else about)
        number = self.paper.next_table()
        more = (
            self.say(f"，另有{found.more}种未列出", f", {found.more} more not listed") if found.more else ""
        )
        self.paper.paragraph(
            self.say(
                f"共收到文字意见{found.written}条（含无效问卷所写），相同的合并，见{number.words}{more}。",
                f"{found.written} people wrote something (invalid questionnaires included); equal texts are put "
                f"together in {number.words}{more}.",
            ),
            see=[number],
        )
        head = [self.say("意见内容", "What was written"), self.say("条数", "Number")]
        rows: list[Row] = [[text, str(count)] for text, count in found.texts]
        note = self.say(
            "注：次序由内容打乱，与答题先后、所选答案无关；电话、证件号码和邮箱已隐去，姓名未作识别。",
            "Note: in an order that has nothing to do with time or answers; telephone and id numbers and e-mail "
            "addresses are masked, "
            "names were not looked for.",
        )
        caption = self.say("文字意见汇总表", "What was written")
        self.paper.table(Table(columns=[WORDS, NUMBERS], head=[head], rows=rows), number, caption, note=note)

    # --- groups ------------------------------------------------------------------------------------------------------

    def _groups(self) -> None:
        found = {by: of for by, of in self.voice.report.groups.items() if any(g.n for g in of.values())}
        if not found or not self.voice.questionnaire.measures:
            return
        self.chapters.chapter_of("分组情况", "Groups")
        pictures = groups_with_intervals(
            self.voice.report,
            self.voice.questionnaire,
            language=self.voice.language,
            width=PICTURE_WIDTH,
            titled=False,
        )
        for by, of in found.items():
            self._group_table(by, of)
        for picture in pictures:
            self._picture(picture)

    def _group_table(self, by: str, groups: Mapping[str, Group]) -> None:
        number, head = self.paper.next_table(), self._group_head(by)
        self.paper.paragraph(
            self.say(
                f"按{head}分组的结果见{number.words}。",
                f"{number.words} shows the results by {head.lower()}.",
            ),
            see=[number],
        )
        titles = [self.voice.title(name) for name in self.voice.questionnaire.measures]
        measures = self.voice.questionnaire.measures
        rows: list[Row] = [
            [self.voice.group(by, code), str(group.n), *(self._grouped(name, group) for name in measures)]
            for code, group in groups.items()
        ]
        note = self.say(
            "注：未加权；括号内为95%置信区间。＊少于5人不显示，可由此推算出它们的组也不显示。",
            "Note: unweighted; 95% confidence intervals in brackets. ＊ Groups of fewer than 5 are not shown, "
            "nor those they could be worked out from.",
        )
        table = Table(
            columns=[WORDS, NUMBERS, *([MIDDLE] * len(titles))],
            head=[[head, self.say("有效份数", "Valid"), *titles]], rows=rows,
        )  # fmt: skip
        self.paper.table(
            table, number, self.say(f"按{head}分组情况表", f"Results by {head.lower()}"), note=note
        )

    def _group_head(self, by: str) -> str:
        if by.startswith("_"):
            return self.say("作答方式", "Way of answering")
        return self.say("分层", "Stratum")

    def _grouped(self, measure: str, group: Group) -> str:
        """Return a measure in a group; the intervals of the measures the report is about stand below their values."""
        found = group.measures.get(measure)
        if found is None or value_of(found) is None:
            return HIDDEN if group.n else present.UNKNOWN
        if found.interval is None or measure not in self.voice.told:
            return self.voice.value(found)
        return f"{self.voice.value(found)}\n({self.voice.range(found.interval)})"

    # --- points --------------------------------------------------------------------------------------------------------

    def _indicators(self) -> None:
        report = self.voice.report
        if not report.indicators:
            return
        self.chapters.chapter_of("评分结果", "Scores of the indicators")
        number = self.paper.next_table()
        self.paper.paragraph(
            self.say(
                f"按评分规则，各指标得分见{number.words}。",
                f"{number.words} shows the points by the scoring rules.",
            ),
            see=[number],
        )
        self.paper.table(
            score_layout(self.voice), number, self.say("指标得分情况表", "Scores of the indicators"),
            note=prose_scores.total_note(self.voice),
        )  # fmt: skip
        for id, indicator in self.voice.questionnaire.indicators.items():
            name = self.voice.words(indicator.title)
            self.chapters.part_of(name, name)
            self.paper.paragraph(prose_scores.indicator_sentences(self.voice, id))
            if indicator.variant_of is None:
                for picture in score_against_limits(
                    report,
                    self.voice.questionnaire,
                    id,
                    language=self.voice.language,
                    width=PICTURE_WIDTH,
                    titled=False,
                ):
                    self._picture(picture)

    # --- how sure -------------------------------------------------------------------------------------------------------

    def _certainty(self) -> None:
        if not self.has_answers or not self.voice.report.measures:
            return
        self.chapters.chapter_of("误差与局限", "Precision and limits")
        self.paper.paragraph(
            self.say("", " ").join(
                [prose_scores.sample_sentence(self.voice), prose_scores.interval_sentence(self.voice)]
            )
        )
        number = self.paper.next_table()
        self.paper.paragraph(
            self.say(f"各项结果的置信区间见{number.words}。", f"{number.words} gives the intervals."),
            see=[number],
        )
        caption = self.say("主要结果及其置信区间", "Main results with their intervals")
        self.paper.table(precision_layout(self.voice), number, caption, note=self._precision_note())
        self._paragraphs(prose_scores.weighting_sentences(self.voice))
        self._paragraphs(prose_scores.bounds_sentences(self.voice))
        self._sensitivity()
        if limits := prose_scores.limits_sentence(self.voice):
            self.paper.paragraph(limits)

    def _precision_note(self) -> str:
        return self.say(
            "注：标准误以百分点计；n为有效作答人数，多题时为至少答了一题的人数。",
            "Note: standard errors in percentage points; n are those who answered, for several items at least one of them.",
        )

    def _sensitivity(self) -> None:
        found = self.voice.report.sensitivity
        if not found:
            return
        number = self.paper.next_table()
        self.paper.paragraph(
            self.say(
                f"有效性规则若另作选择，结果如何变化见{number.words}；报告按事先确定的规则计算。",
                f"{number.words} shows the results had it been decided otherwise who counts; the report keeps to "
                "the rules fixed beforehand.",
            ),
            see=[number],
        )
        titles = [self.voice.title(name) for name in self.voice.report.measures]
        rows: list[Row] = [
            [variant_words(self.voice, name), *(self.voice.value(one) for one in measures.values())]
            for name, measures in {"": self.voice.report.measures, **found}.items()
        ]
        head = [self.say("计入口径", "Who counts"), *titles]
        table = Table(columns=[WORDS, *([NUMBERS] * len(titles))], head=[head], rows=rows)
        self.paper.table(
            table, number, self.say("有效性规则的影响（未加权）", "Effect of the validity rules (unweighted)")
        )

    # --- fieldwork ------------------------------------------------------------------------------------------------------

    def _returns(self) -> None:
        self.chapters.chapter_of("发放与回收", "Questionnaires out and back")
        self._paragraphs(prose_scores.rate_sentences(self.voice))
        rules = [prose_rules.validity_words(self.voice, rule) for rule in self.voice.questionnaire.validity]
        if rules:
            listed = self.say("；", "; ").join(rules)
            self.paper.paragraph(
                self.say(
                    f"有效性规则在发放前确定：{listed}。",
                    f"Validity rules, fixed before fieldwork: {listed}.",
                )
                + self.say("", " ")
                + prose_scores.invalid_sentence(self.voice)
            )
        elif self.voice.report.fieldwork.invalid_reasons:
            self.paper.paragraph(prose_scores.invalid_sentence(self.voice))
        if channels := prose_scores.channel_sentence(self.voice):
            self.paper.paragraph(channels)
        if self.voice.report.fieldwork.ledger:
            write_ledger(self.paper, self.voice)

    def _cautions(self) -> None:
        if found := prose.cautions(self.voice):
            self.chapters.chapter_of("需要说明的问题", "What must be noted")
            for number, caution in enumerate(found, start=1):
                self.paper.paragraph(self.say(f"{number}.{caution}", f"{number}. {caution}"))

    def _versions(self) -> None:
        self.chapters.chapter_of("数据与版本", "Data and versions")
        write_versions(self.paper, self.voice, self.dossier)

    # --- pictures -------------------------------------------------------------------------------------------------------

    @cached_property
    def _bars(self) -> list[Picture]:
        return item_bars(
            self.voice.report,
            self.voice.questionnaire,
            language=self.voice.language,
            width=PICTURE_WIDTH,
            titled=False,
        )

    def _pictures(self, name: str, caption: str = "") -> None:
        for picture in self._bars:
            if picture.name.startswith(name) if name.endswith("-") else picture.name == name:
                self._picture(picture, caption)

    def _picture(self, picture: Picture, caption: str = "") -> None:
        self.paper.picture(
            to_png(picture), width=picture.width, caption=caption or picture.title, alt=picture.alt
        )


# --- tables --------------------------------------------------------------------------------------------------------------


def tally_layout(voice: Voice, table: TallyTable) -> Table:
    """Return the field's table: for each option 人数 and 得分, the item's figure, and in its last row the composite."""
    measure = voice.questionnaire.measures[table.measure]
    beside = len(table.options) <= MOST_BESIDE
    figure = voice.say(
        "单项满意率" if measure.is_rate else "单项满意度", "Rate" if measure.is_rate else "Score"
    )
    topic, heads, share = voice.say("调查内容", "Item"), voice.say("人数", "n"), voice.say("得分", "Pts")
    first_item = table.rows[0].item if table.rows else ""
    labels = [voice.label(option, first_item) for option in table.options]
    wide = 2 if beside else 1
    if beside:
        top: list[Cell | str] = [
            Cell(text=topic, grows=True),
            *(Cell(text=one, span=2) for one in labels),
            Cell(text=figure, grows=True),
        ]
        below: list[Cell | str] = [Cell(below=True), *([heads, share] * len(labels)), Cell(below=True)]
        head: list[Row] = [top, below]
    else:
        head = [[topic, *labels, figure]]
    rows: list[Row] = []
    for row in table.rows:
        cells: list[Cell | str] = []
        for cell in row.cells:
            adds = present.UNKNOWN if cell.adds is None else voice.share(cell.adds)
            cells += [str(cell.count), adds][:wide]
        rows.append([voice.about(row.item), *cells, voice.value(row.figure)])
    if table.composite is not None:
        name = voice.title(table.measure) if len(table.rows) > 1 else ""
        total = voice.say("综合得分" if not measure.is_rate else "综合满意率", "Overall")
        across = Cell(
            text=voice.value(table.composite), span=len(labels) * wide + 1, align="center", bold=True
        )
        rows.append([Cell(text=total if name else voice.say("结果", "Result"), bold=True), across])
    columns: list[Column] = [WORDS, *([NUMBERS] * (len(labels) * wide + 1))]
    return Table(columns=columns, head=head, rows=rows)


def tally_note(voice: Voice, table: TallyTable) -> str:
    """Return the note under a table of scores: what 得分 is, and whose answers are not in it."""
    measure = voice.questionnaire.measures[table.measure]
    if measure.is_rate:
        what = voice.say(
            "得分＝占比，只计算视为满意的选项。",
            "pts = share, of the options that count as satisfied only.",
        )
    else:
        what = voice.say("得分＝占比×选项分值。", "pts = share × value of the option.")
    if len(table.options) > MOST_BESIDE:
        what = ""
    note = prose.rounding_note(voice) + voice.say("", " ") + (voice.say(what, _capital(what)) if what else "")
    outside = [row.item for row in table.rows if prose.left_out(voice, row.item)]
    if outside:
        names = voice.listed([f"“{voice.about(item)}”" for item in outside])
        note += voice.say(
            f"{names}有不计入基数的问卷，见上文；单项按该题有效作答人数计算。",
            f" In {names} some are not in the base (see above); each item is computed over those who answered it.",
        )
    return note.strip()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def score_layout(voice: Voice) -> Table:
    """Return the table of indicators: points carried, value, points, their rate, the range left open."""
    heads = (
        ("指标", "Indicator"), ("分值", "Points"), ("指标值", "Value"),
        ("得分", "Score"), ("得分率", "Score rate"), ("得分范围", "Range"),
    )  # fmt: skip
    rows: list[Row] = []
    for id, found in voice.report.indicators.items():
        indicator = voice.questionnaire.indicators[id]
        name = voice.words(indicator.title)
        mark = (
            voice.say("（另一种评分）", " (another reading)")
            if indicator.variant_of is not None and name[-1:] not in "）)"
            else ""
        )
        score = voice.points(found.score) if found.score is not None else voice.say("待定", "undecided")
        rows.append(
            [
                name + mark, present.plain(found.points), prose_scores.indicator_value(voice, id), score,
                prose_scores.score_rate(voice, found), prose_scores.score_range(voice, found),
            ]
        )  # fmt: skip
    carried, scored, rate = prose_scores.totals(voice)
    total = (voice.say("合计", "Total"), carried, "", scored, rate, "")
    rows.append([Cell(text=text, bold=True) for text in total])
    return Table(columns=[WORDS, *([NUMBERS] * 5)], head=[[voice.say(*one) for one in heads]], rows=rows)


def precision_layout(voice: Voice) -> Table:
    """Return the table of measures with their intervals, plain and, where there are any, weighted."""
    heads = (
        ("指标值", "Measure"),
        ("结果", "Result"),
        ("95%置信区间", "95% interval"),
        ("标准误", "Std. error"),
        ("n", "n"),
        ("区间方法", "Method"),
    )
    rows = list(_precision_rows(voice))
    columns = [WORDS, NUMBERS, MIDDLE, NUMBERS, NUMBERS, Column(weight=2)]
    return Table(columns=columns, head=[[voice.say(*one) for one in heads]], rows=rows)


def _precision_rows(voice: Voice) -> Iterator[Row]:
    report = voice.report
    for name, found in report.measures.items():
        yield _precision_row(voice, voice.title(name), found)
        if (heavy := report.weighted.get(name)) is not None:
            kind = voice.say("（加权）", " (weighted)")
            yield _precision_row(voice, voice.title(name) + kind, heavy)


def _precision_row(voice: Voice, title: str, found: Estimate) -> Row:
    error = None if found.standard_error is None else found.standard_error * 100
    return [
        title, voice.value(found), voice.range(found.interval), present.number(error, voice.report.percent_places),
        str(found.n), voice.method(found.method),
    ]  # fmt: skip


def variant_words(voice: Voice, name: str) -> str:
    """Return what a variant of `Report.sensitivity` does."""
    counted = voice.report.fieldwork
    kind, _colon, code = name.partition(":")
    reason = voice.named("REASONS", code)
    if kind == "with-reason":
        n = counted.invalid_reasons.get(code, 0)
        return voice.say(f"计入因“{reason}”剔除的{n}份", f"with the {n} excluded as “{reason}”")
    if kind == "without-flag":
        n = counted.flags.get(code, 0)
        return voice.say(f"不计标记“{reason}”的{n}份", f"without the {n} flagged “{reason}”")
    if kind:
        return voice.say("不计有标记的各份", "without all that are flagged")
    return voice.say(f"按规定（{counted.valid}份）", f"by the rules ({counted.valid})")


# --- what the method statement shares --------------------------------------------------------------------------------------


def write_ledger(paper: Paper, voice: Voice) -> None:
    """Write the ledger: what went out and came back, by channel and stratum."""
    number: Reference = paper.next_table()
    paper.paragraph(
        voice.say(
            f"分渠道的发放与回收见{number.words}。",
            f"{number.words} shows what went out and came back by channel.",
        ),
        see=[number],
    )
    columns = [one for one in COLUMNS if one.id not in ("used", "waiting")]
    rows: list[Row] = []
    lines = voice.report.fieldwork.ledger
    for line in lines:
        stratum = voice.stratum(line.stratum) if line.stratum else voice.say("未注明", "not stated")
        rows.append(
            [
                voice.named("CHANNELS", line.channel),
                stratum,
                *(_count(getattr(line, one.id)) for one in columns),
            ]
        )
    sums = []
    for one in columns:
        known = [count for line in lines if (count := getattr(line, one.id)) is not None]
        sums.append(Cell(text=str(sum(known)) if known else present.UNKNOWN, bold=True))
    rows.append([Cell(text=voice.say("合计", "Total"), bold=True), "", *sums])
    head = [
        voice.say("渠道", "Channel"),
        voice.say("分层", "Stratum"),
        *(voice.say(one.zh, one.en) for one in columns),
    ]
    note = voice.say(
        "注：发放一侧按发放渠道计，收回一侧按作答方式计，两者只在合计上可比；收回＝重复＋无效＋有效。",
        "Note: what went out is counted by the channel it went through, what came back by the way it was "
        "answered; only the totals compare. "
        "Submitted = duplicate + invalid + valid.",
    )
    table = Table(columns=[WORDS, WORDS, *([NUMBERS] * len(columns))], head=[head], rows=rows)
    paper.table(table, number, voice.say("发放回收台账", "Ledger of questionnaires"), note=note)


def _count(count: int | None) -> str:
    return present.UNKNOWN if count is None else str(count)


def write_versions(paper: Paper, voice: Voice, dossier: Dossier) -> None:
    """Write what the figures rest on: the definition's version, the data's digests, the program."""
    report = voice.report
    facts = (
        (("问卷编号", "Questionnaire"), report.questionnaire),
        (("问卷版本（SHA-256）", "Its version (SHA-256)"), report.version),
        (
            ("答卷摘要（SHA-256，与次序无关）", "Digest of all responses (SHA-256, order-free)"),
            digest(dossier.responses()),
        ),
        (("计算所用数据的摘要", "Digest of the data computed from"), report.data_hash),
        (("数据日期", "Data as of"), dossier.day),
        (("程序", "Program"), present.made_with()),
    )
    table = Table(
        columns=[WORDS, Column(weight=2.2)], head=[[voice.say("项目", "What"), voice.say("内容", "Value")]],
        rows=[[voice.say(*name), value or present.UNKNOWN] for name, value in facts],
    )  # fmt: skip
    number = paper.next_table()
    paper.table(table, number, voice.say("数据与版本", "Data and versions"), note=voice.say(
        "注：同一份答卷、同一版本的问卷和程序，任何时候重算都得到相同的数；答卷有一处改动，摘要即不同。",
        "Note: the same answers, questionnaire and program give the same figures at any time; any change of an "
        "answer changes the digest.",
    ))  # fmt: skip
