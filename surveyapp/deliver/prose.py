"""A report in sentences, by the patterns of the field's 问卷调查统计分析报告, in Chinese and English.

Pure functions of what was found: no clock, no store, no file. Every figure is rounded by `surveyapp.present` and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from analysis import Estimate, Report
from analysis.evaluation import CHANNEL
from analysis.indicators import value_of
from analysis.report import SUPPRESSED, ItemResult
from questionnaires.model import Option, Questionnaire, Text
from surveyapp import present
from surveyapp.deliver import chinese, english
from surveyapp.deliver.arithmetic import scored_by
from surveyapp.deliver.cells import legible
from surveyapp.deliver.dossier import Dossier
from surveyapp.deliver.house import HouseStyle
from surveyapp.deliver.tally import TallyTable, main_measure, tally_tables
from surveyapp.fieldwork.messages import spoken_day
from surveyapp.store import EnteredValue

Names = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Who speaks: a questionnaire and its report, in one language and one house's style."""

    questionnaire: Questionnaire
    report: Report
    language: str = "zh"
    house: HouseStyle = field(default_factory=HouseStyle)
    entered: Sequence[EnteredValue] = ()

    @classmethod
    def of(cls, dossier: Dossier, language: str = "zh", house: HouseStyle | None = None) -> Voice:
        """Return the voice of a dossier; the house's decimal places, if it has its own, hold throughout."""
        house, report = house or HouseStyle(), dossier.report
        if house.percent_places is not None:
            report = replace(report, percent_places=house.percent_places)
        return cls(
            questionnaire=dossier.questionnaire, report=report, language=language, house=house,
            entered=dossier.entered,
        )  # fmt: skip

    def say(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return en if self.language == "en" else zh

    def words(self, text: Text) -> str:
        """Return the words of a text, as one line that any file can hold."""
        return " ".join(legible(text.say(self.language)).split())

    def listed(self, words: Sequence[str]) -> str:
        """Return words as an enumeration."""
        return self.say("、", ", ").join(words)

    def quoted(self, words: str) -> str:
        """Return words in quotation marks."""
        return f"“{words}”"

    def share(self, value: Fraction | float | None) -> str:
        """Print a share of 1 as a percentage."""
        return present.percent(value, self.report.percent_places)

    def points(self, value: Fraction | None) -> str:
        """Print points."""
        return present.number(value, self.report.score_places)

    def value(self, found: Estimate | None) -> str:
        """Print an estimate's value."""
        return self.share(None if found is None else value_of(found))

    def range(self, interval: tuple[float, float] | None) -> str:
        """Print an interval of shares."""
        return present.percent_range(interval, self.report.percent_places)

    def day(self, day: str) -> str:
        """Print a day."""
        return spoken_day(day, self.language)

    @property
    def people(self) -> str:
        """Return what those who were asked are called."""
        return self.house.people or self.say("受访者", "respondents")

    def named(self, table: str, code: str) -> str:
        """Return the name of a code from one of the tables of names: REASONS, CHANNELS, DISPOSITIONS, …"""
        names: Names = getattr(english if self.language == "en" else chinese, table)
        return names.get(code, code)

    def method(self, code: str) -> str:
        """Return the name of an interval's method."""
        return english.method_words(code) if self.language == "en" else chinese.method_words(code)

    def title(self, measure: str) -> str:
        """Return a measure's title."""
        return self.words(self.questionnaire.measures[measure].title)

    def label(self, option: Option, item: str) -> str:
        """Return an option's label; the ratings 0 to 10 say what they are."""
        words = self.words(option.label)
        return self.say(f"{words}分", words) if self.questionnaire.items[item].kind == "rating" else words

    def stratum(self, code: str) -> str:
        """Return a stratum's label."""
        item = self.questionnaire.population.stratum_item
        option = self.questionnaire.option(item, code) if item else None
        return self.words(option.label) if option else code

    def group(self, by: str, code: str) -> str:
        """Return the label of one of the groups of `Report.groups`."""
        if by == CHANNEL:
            return self.named("CHANNELS", code)
        option = self.questionnaire.option(by, code)
        return self.words(option.label) if option else code

    # --- which items stand where -----------------------------------------------------------------------------------

    @cached_property
    def tables(self) -> list[TallyTable]:
        """Return the tables of the satisfaction measures."""
        return tally_tables(self.questionnaire, self.report)

    @cached_property
    def satisfaction(self) -> list[str]:
        """Return the items of the satisfaction measures."""
        return [row.item for table in self.tables for row in table.rows]

    @cached_property
    def awareness(self) -> list[str]:
        """Return the items of the other measures that stand in no table of satisfaction."""
        items = [item for m in self.questionnaire.measures.values() for item in m.items]
        return [item for item in dict.fromkeys(items) if item not in self.satisfaction]

    @cached_property
    def choices(self) -> list[str]:
        """Return the multiple choices of no measure."""
        items = self.questionnaire.items
        return [item for item in self._others if items[item].kind == "multiple"]

    @cached_property
    def background(self) -> list[str]:
        """Return the single choices and ratings of no measure: who the respondents are."""
        return [item for item in self._others if item not in self.choices]

    @cached_property
    def _others(self) -> list[str]:
        measured = {*self.satisfaction, *self.awareness}
        return [item for item in self.questionnaire.closed_items if item not in measured]

    @cached_property
    def wishes(self) -> list[str]:
        """Return the multiple choices that stand beside an open question: they are read as suggestions."""
        sections = self.questionnaire.sections
        beside = {
            item.id for section in sections if any(one.kind == "text" for one in section.items) for item in section.items
        }  # fmt: skip
        return [item for item in self.choices if item in beside]

    @cached_property
    def told(self) -> list[str]:
        """Return the measures a report opens with: the main one, and those that indicators are scored with."""
        own = [one for one in self.questionnaire.indicators.values() if one.variant_of is None]
        used = [name for one in own for name in self.questionnaire.indicator_measures(one)]
        main = main_measure(self.questionnaire)
        return list(dict.fromkeys([*([main] if main else []), *used]))

    # --- what an item is about ---------------------------------------------------------------------------------------

    def question(self, item: str) -> str:
        """Return an item's wording."""
        return self.words(self.questionnaire.items[item].text)

    def about(self, item: str) -> str:
        """Return what an item is about, shortly: the house's name for it, or its wording without what all items share."""
        if own := self.house.titles.get(item):
            return legible(own)
        return self._short.get(item) or self.question(item)

    @cached_property
    def _short(self) -> Mapping[str, str]:
        short: dict[str, str] = {}
        for measure in self.questionnaire.measures.values():
            items = [item for item in measure.items if item not in short]
            short |= dict(
                zip(items, shortened([self.question(i) for i in items], self.language), strict=True)
            )
        return short


_FRAME = re.compile(
    r"^您?对(?:于)?(.{2,40}?)(?:方面)?(?:是否满意|满意吗|的满意程度(?:如何)?|的满意度(?:如何)?|感到满意吗)[？?]$"
)
_SENTENCE = re.compile(r"[^。！？?!]*[。！？?!]|[^。！？?!]+$")


def shortened(questions: Sequence[str], language: str = "zh") -> list[str]:
    """Return questions without what they share: a last sentence in Chinese, the first words in English.

    >>> shortened(["通知及时吗？您对此是否满意？", "程序公正吗？您对此是否满意？"])
    ['通知及时吗？', '程序公正吗？']
    >>> shortened(["How satisfied are you with the support?", "How satisfied are you with the service?"], "en")
    ['The support', 'The service']
    """
    if language == "en":
        return _without_first_words(questions)
    framed = [_FRAME.fullmatch(question) for question in questions]
    if framed and all(framed):
        return [match[1] for match in framed if match]
    parts = [[part for part in _SENTENCE.findall(question) if part] for question in questions]
    if len(parts) > 1 and all(len(part) > 1 for part in parts) and len({part[-1] for part in parts}) == 1:
        return ["".join(part[:-1]).strip() for part in parts]
    return list(questions)


def _without_first_words(questions: Sequence[str]) -> list[str]:
    words = [question.split() for question in questions]
    if len(words) < 2:
        return list(questions)
    shared = 0
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared += 1
    # "the" belongs to what follows
    while shared and words[0][shared - 1].lower() in ("the", "a", "an", "how"):
        shared -= 1
    if shared < 3 or any(len(one) <= shared for one in words):
        return list(questions)
    return [_capital(" ".join(one[shared:]).rstrip("?")) for one in words]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# --- title and lead --------------------------------------------------------------------------------------------------

_SURVEY = re.compile(r"(?:满意度)?(?:(?:与|及|和)[\u4e00-\u9fff]{2,8})?(?:问卷|电话)?(?:调查|回访)(?:问卷)?$")
_SURVEY_EN = re.compile(r"[:,–-]?\s*(?:satisfaction )?(?:survey|call-back)$", re.IGNORECASE)


def project(voice: Voice) -> str:
    """Return the project's name: the house's, or the questionnaire's title without the words for a survey."""
    if voice.house.project:
        return legible(voice.house.project)
    title = voice.words(voice.questionnaire.title)
    return (_SURVEY_EN if voice.language == "en" else _SURVEY).sub("", title).strip() or title


def report_title(voice: Voice) -> tuple[str, str]:
    """Return a report's title, in two lines."""
    return project(voice), voice.say("问卷调查统计分析报告", "Analysis of the questionnaire survey")


def state(voice: Voice, day: str, *, is_final: bool) -> str:
    """Say of which day a document is, and whether the survey goes on."""
    if is_final:
        return voice.say(
            f"（数据截至{voice.day(day)}，调查已结束）", f"Data as of {voice.day(day)}; the survey is closed"
        )
    return voice.say(
        f"（阶段性结果：数据截至{voice.day(day)}，调查尚未结束）",
        f"Interim results: data as of {voice.day(day)}; the survey goes on",
    )


def lead(voice: Voice) -> str:
    """Return the paragraph a report opens with."""
    return "".join(
        [
            _why(voice),
            returns(voice),
            *(_found(voice) if voice.report.fieldwork.valid else [no_valid(voice)]),
            voice.say("具体分析如下：", " The details follow.") if voice.report.fieldwork.valid else "",
        ]
    )


def _why(voice: Voice) -> str:
    q = voice.questionnaire
    organiser = voice.words(q.organiser)
    asked = voice.words(q.population.name) if q.population.name else voice.people
    return voice.say(
        f"为全面了解{project(voice)}的开展情况以及绩效目标的实现情况，及时发现实施过程中存在的问题并提出改进建议，"
        f"{organiser}对{asked}开展问卷调查。",
        f"To learn how “{project(voice)}” was carried out and how far its performance targets were met, and to find "
        f"problems in time and propose improvements, {organiser} surveyed {asked}. ",
    )


def returns(voice: Voice) -> str:
    """Return how many were handed out, came back and count, with the rates and nothing that has no base."""
    found = voice.report.fieldwork
    if found.distributed is None:
        out_zh, out_en = (
            f"本次调查共收回调查问卷{found.returned}份",
            f"{found.returned} questionnaires came back",
        )
    else:
        out_zh = f"本次调查共发放{found.distributed}份调查问卷，收回{found.returned}份"
        out_en = f"{found.distributed} questionnaires were handed out and {found.returned} came back"
    if found.return_rate is not None:
        out_zh += f"，问卷回收率{voice.share(found.return_rate)}"
        out_en += f", a return rate of {voice.share(found.return_rate)}"
    if not found.valid:
        return voice.say(f"{out_zh}，", f"{out_en}; ")
    valid_zh, valid_en = f"其中有效问卷{found.valid}份", f"{found.valid} of them are valid"
    if found.validity_rate is not None:
        valid_zh += f"，问卷有效率{voice.share(found.validity_rate)}"
        valid_en += f", a validity rate of {voice.share(found.validity_rate)}"
    return voice.say(f"{out_zh}，{valid_zh}。", f"{out_en}; {valid_en}.")


def no_valid(voice: Voice) -> str:
    """Say that nothing can be computed."""
    return voice.say(
        "无有效问卷，满意度无法计算，相关指标得分由评价组另行认定。",
        "there is no valid questionnaire, so nothing can be computed; the scores need a decision.",
    )


def _found(voice: Voice) -> Iterator[str]:
    told = [(name, scored_by(voice.report)[name]) for name in voice.told]
    known = [(name, found) for name, found in told if value_of(found) is not None]
    if not known:
        return
    zh = "，".join(f"{_subject(voice, name)}为{voice.value(found)}" for name, found in known)
    en = ", ".join(f"{_lower(voice.title(name))} is {voice.value(found)}" for name, found in known)
    weighted = _is_weighted(voice)
    yield voice.say(
        f"根据问卷调查结果显示，{zh}{'（按总体加权）' if weighted else ''}。",
        f" As the answers show, {en}{' (weighted to the population)' if weighted else ''}.",
    )


def _subject(voice: Voice, measure: str) -> str:
    is_main = measure == main_measure(voice.questionnaire) and not voice.questionnaire.measures[measure].group
    return f"{voice.people}对项目实施的{voice.title(measure)}" if is_main else voice.title(measure)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _is_weighted(voice: Voice) -> bool:
    return scored_by(voice.report) is not voice.report.measures


# --- who chose what --------------------------------------------------------------------------------------------------


def heads(voice: Voice, item: str) -> str:
    """Return who chose which option of an item, those nobody chose left out: 14人选择“非常满意”，占比26.42%；…"""
    found = voice.report.items[item]
    if not found.n:
        return voice.say("该题无人作答。", "Nobody answered this item.")
    parts = [
        part for option in voice.questionnaire.options(item) if (part := _chose(voice, item, option, found))
    ]
    body = voice.say("；", "; ").join(parts)
    return body + voice.say("。", ".") + left_out(voice, item)


def _chose(voice: Voice, item: str, option: Option, found: ItemResult) -> str:
    count, share = found.counts.get(option.code, 0), found.shares.get(option.code)
    if not count or share is None:
        return ""
    label, shown = voice.label(option, item), voice.share(share)
    return voice.say(f"{count}人选择“{label}”，占比{shown}", f"{count} ({shown}) chose “{label}”")


def left_out(voice: Voice, item: str) -> str:
    """Say who is not in an item's base, where anybody is not."""
    found, parts = voice.report.items[item], []
    for option in voice.questionnaire.options(item):
        count = found.counts.get(option.code, 0)
        if option.missing and count:
            label = voice.label(option, item)
            parts.append(voice.say(f"{count}人选择“{label}”", f"{count} chose “{label}”"))
    if found.blank:
        parts.append(voice.say(f"{found.blank}人未作答", f"{found.blank} left it blank"))
    if found.not_asked:
        parts.append(voice.say(f"{found.not_asked}人不需回答", f"{found.not_asked} were not asked"))
    if not parts:
        return ""
    listed = voice.listed(parts)
    return voice.say(
        f"另有{listed}，不计入该题基数（{found.n}人）。", f" Not in the base ({found.n}): {listed}."
    )


def background_sentence(voice: Voice, item: str) -> str:
    """Return the paragraph on one item of who the respondents are."""
    return voice.say(f"在“{voice.about(item)}”方面，", f"“{voice.about(item)}”: ") + heads(voice, item)


def satisfaction_sentence(voice: Voice, item: str) -> str:
    """Return the paragraph on one item of satisfaction."""
    return voice.say(f"对于“{voice.question(item)}”，", f"“{voice.question(item)}” ") + heads(voice, item)


def choice_sentence(voice: Voice, item: str) -> str:
    """Return the paragraph on a multiple choice: its base is who chose anything."""
    found = voice.report.items[item]
    start = voice.say(
        f"对于“{voice.question(item)}”，在作答的{found.n}名{voice.people}中，",
        f"“{voice.question(item)}” Of the {found.n} {voice.people} who answered, ",
    )
    if not found.n:
        start = voice.say(f"对于“{voice.question(item)}”，", f"“{voice.question(item)}” ")
    return start + heads(voice, item)


def choice_note(voice: Voice) -> str:
    """Return the note on multiple choices."""
    return voice.say(
        "注：多选题各项占比之和可以超过100%。",
        "Note: shares of a multiple choice may add up to more than 100%.",
    )


# --- satisfaction and awareness --------------------------------------------------------------------------------------


def score_overview(voice: Voice, table: TallyTable, named: str) -> str:
    """Return the sentence before a table of scores: the composite, the best and the poorest item."""
    known = [(row, value_of(row.figure)) for row in table.rows if row.figure is not None]
    scored = [(row, value) for row, value in known if value is not None]
    sentences = []
    if table.composite is not None and value_of(table.composite) is not None and len(table.rows) > 1:
        title, value = voice.title(table.measure), voice.value(table.composite)
        sentences.append(voice.say(f"经统计，{title}为{value}。", f"{title} is {value}."))
    if len(scored) > 1 and len({value for _row, value in scored}) > 1:
        best, worst = max(scored, key=lambda one: one[1]), min(scored, key=lambda one: one[1])
        names = [f"“{voice.about(row.item)}”" for row in (best[0], worst[0])]
        shown = [voice.value(row.figure) for row in (best[0], worst[0])]
        sentences.append(
            voice.say(
                f"单项中得分最高的是{names[0]}，为{shown[0]}；最低的是{names[1]}，为{shown[1]}。",
                f"Of the single items, {names[0]} is highest ({shown[0]}) and {names[1]} lowest ({shown[1]}).",
            )
        )
    sentences.append(voice.say(f"各项得分情况见{named}。", f"{named} shows every item."))
    return voice.say("", " ").join(sentences)


def measure_sentence(voice: Voice, measure: str) -> str:
    """Return one measure with its interval, in words; the weighted figure beside the plain one."""
    found, title = voice.report.measures[measure], voice.title(measure)
    if found.method == SUPPRESSED:
        return voice.say(
            f"“{title}”作答不足5人，为保护个人不显示结果。",
            f"{title}: fewer than 5 people; not shown, to protect them.",
        )
    if value_of(found) is None:
        return voice.say(f"“{title}”没有可用的答案，无法计算。", f"{title}: no usable answers, so no figure.")
    heavy = voice.report.weighted.get(measure)
    more_zh = more_en = ""
    if heavy is not None and value_of(heavy) is not None:
        more_zh = f"；按总体加权为{voice.value(heavy)}{interval_words(voice, heavy)}"
        more_en = f"; weighted to the population {voice.value(heavy)}{interval_words(voice, heavy)}"
    shown = f"{voice.value(found)}{interval_words(voice, found)}"
    return voice.say(f"{title}为{shown}{more_zh}。", f"{title}: {shown}{more_en}.")


def interval_words(voice: Voice, found: Estimate) -> str:
    """Return an interval in brackets, with how many it rests on; a census has none."""
    if found.interval is None or found.method == "census":
        return ""
    level = present.percent(found.level, 0)
    return voice.say(
        f"（{level}置信区间{voice.range(found.interval)}）",
        f" ({level} confidence interval {voice.range(found.interval)})",
    )


def rounding_note(voice: Voice) -> str:
    """Return the note on shares that do not add up."""
    return voice.say(
        "注：因四舍五入，各项占比之和可能不等于100%，各项得分之和可能不等于合计；合计由未修约的数计算。",
        "Note: as figures are rounded, shares may not add up to 100% nor cells to their total, which is computed "
        "from unrounded figures.",
    )


def cautions(voice: Voice) -> list[str]:
    """Return the report's warnings in words."""
    return [present.words(warning, voice.report, voice.language) for warning in voice.report.warnings]
