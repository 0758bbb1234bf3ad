"""Every word of the respondents' pages that is not from the questionnaire, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.model import Between

BY_DEFAULT = "zh"
NAMES = {"zh": "中文", "en": "English"}
TAGS = {"zh": "zh-CN"}
MANY = 3
"""More optional questions than this are marked, not listed."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language; in those with braces, values are put in."""

    who_and_why: str
    takes: str
    optional: str
    choose_any: str
    choose_at_most: str
    when_chosen: str
    when_number: str
    when_all: str
    limits: dict[str, str]
    comment: str
    also: str
    is_said: tuple[str, ...]
    """Words by which a question itself says that several may be chosen."""
    all_optional: str
    some_optional: str
    many_optional: str
    and_question: str
    at: str
    day: str
    months: tuple[str, ...]
    progress: str
    total: str
    submit: str
    sending: str
    before_sending: str
    privacy: str
    privacy_kept: str
    privacy_code: str
    privacy_open: str
    privacy_free: str
    privacy_deleted: str
    privacy_contact: str
    language: str
    wrong: str
    wrong_one: str
    error: str
    stale: str
    busy: str
    paused: str
    thanks: str
    thanks_text: str
    receipt: str
    may_close: str
    view: str
    view_standard: str
    view_large: str
    restored: str
    start_again: str
    begin: str
    previous: str
    next: str
    step: str
    review: str
    still_open: str
    all_done: str
    helped: str
    by: dict[str, str]
    """Who filled the page in, as `_by` says it."""
    trap: str
    """The label of a field that people do not see and programs fill in."""
    trouble: str
    kept: str
    keep_open: str
    stopped: str
    resumed: str
    again: str
    crowded: str
    wait: str
    work: str
    enter_code: str
    enter_code_text: str
    code_label: str
    code_hint: str
    code_go: str
    code_mistyped: str
    code_not_found: str
    code_missing: str
    refusals: dict[str, tuple[str, str]]

    def wrongs(self, count: int) -> str:
        """Return the heading of the summary of mistakes."""
        return self.wrong_one if count == 1 else self.wrong.format(n=count)

    def optional_ones(self, numbers: Sequence[int], count: int) -> str:
        """Say which of so many questions may be left out; nothing if none may."""
        if len(numbers) == count:
            return self.all_optional
        if len(numbers) > MANY:
            return self.many_optional
        named = self.and_question.join(str(number) for number in numbers)
        return self.some_optional.format(n=named) if numbers else ""

    def date(self, iso: str) -> str:
        """Return a day as it is written out."""
        year, month, day = (int(part) for part in iso.split("-"))
        return self.day.format(year=year, month=self.months[month - 1], day=day)

    def chosen(self, number: int, labels: Sequence[str]) -> str:
        """Say that something depends on what is chosen at an item."""
        quoted = self.limits["or"].join(f"“{label}”" for label in labels)
        return self.when_chosen.format(n=number, labels=quoted)

    def between(self, number: int, limits: Between) -> str:
        """Say that something depends on the number given to an item."""
        names = ("at_least", "above", "at_most", "below")
        given = [(name, getattr(limits, name)) for name in names]
        said = [self.limits[name].format(x=_plain(value)) for name, value in given if value is not None]
        return self.when_number.format(n=number, limits=self.limits["and"].join(said))


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"


ZH = Words(
    who_and_why="由{organiser}开展。{purpose}",
    takes="大约 {minutes} 分钟，不记名。",
    optional="选答",
    choose_any="可多选",
    choose_at_most="最多选 {n} 项",
    when_chosen="第 {n} 题选{labels}时回答",
    when_number="第 {n} 题的数{limits} 时回答",
    when_all="，并且",
    limits={
        "at_least": "不小于 {x}",
        "above": "大于 {x}",
        "at_most": "不大于 {x}",
        "below": "小于 {x}",
        "and": "且",
        "or": "或",
    },
    comment="选“{label}”时，{comment}",
    also="；",
    is_said=("多选", "几项", "哪几"),
    all_optional="每题都可以不答。",
    some_optional="第 {n} 题可以不答，其余请都回答。",
    many_optional="标有“选答”的题目可以不答，其余请都回答。",
    and_question="、",
    at="第 {n} 题：",
    day="{year} 年 {month} 月 {day} 日",
    months=tuple(str(month) for month in range(1, 13)),
    progress="已答 {0} / {1}",
    total="共 {n} 题",
    submit="提交",
    sending="正在提交…",
    before_sending="提交后不能修改。",
    privacy="怎样保护您的隐私",
    privacy_kept="本问卷不记名。我们只保存您的选择、留言和提交日期，不保存姓名、手机号、微信号、IP 地址和提交时刻。"
    "请不要在留言中写姓名、电话等个人信息。",
    privacy_code="您的专属链接只用来保证每人答一次：答卷里不保存它，只保存发放时的分组和渠道，存下的数据里两者无法对应。",
    privacy_open="这是公开链接，打开它的人都能作答，请只答一次。",
    privacy_free="是否作答由您自愿决定。因为不记名，提交后无法找出您的答卷来修改或撤回。",
    privacy_deleted="原始答卷在 {date} 前删除。",
    privacy_contact="咨询：{contact}",
    language="语言",
    wrong="有 {n} 处需要修改，已填的内容都在",
    wrong_one="有 1 处需要修改，已填的内容都在",
    error="错误：",
    stale="页面打开太久了，请再按一次提交，答案都在。",
    busy="系统正忙，还没有保存。请稍等片刻再按提交，答案都在。",
    paused="调查暂停，还没有保存。请留着本页，过些时候再按提交，答案都在。",
    thanks="已收到，谢谢您",
    thanks_text="您的答卷已经保存。",
    receipt="回执",
    may_close="可以关闭本页。",
    view="字号",
    view_standard="标准版",
    view_large="大字版",
    restored="上次填的内容都在。",
    start_again="清空重填",
    begin="开始答题",
    previous="上一题",
    next="下一题",
    step="第 {0} 题，共 {1} 题",
    review="检查并提交",
    still_open="还有 {0} 题没有回答，点一下就能去补：",
    all_done="要答的题都答完了，可以提交。",
    helped="是别人帮您填的吗？",
    by={"self": "本人填写", "relative": "家人或朋友代填", "staff": "工作人员代填"},
    trap="请不要填写",
    trouble="网络不好，{0}，正在重试…",
    kept="答案已保存在本机",
    keep_open="请不要关闭本页",
    stopped="还没有提交成功，{0}。请在网络好的时候再按“再试一次”。",
    resumed="上次没有提交完，正在继续提交…",
    again="再试一次",
    crowded="提交的人很多，{0}，稍后会自动重试…",
    wait="请求太多，请稍等片刻再按提交，答案都在。",
    work="现在提交的人太多，还没有保存。请过几分钟再按提交，答案都在。",
    enter_code="请输入答题码",
    enter_code_text="这次调查每人一个答题码，印在发给您的纸条上或短信里；扫描纸条上的二维码也可以。",
    code_label="答题码",
    code_hint="共 13 位，字母不分大小写，空格和横线可以不输。",
    code_go="开始答题",
    code_mistyped="答题码有误，请对照纸条再输一次。",
    code_not_found="没有找到这个答题码，请对照纸条再输一次。",
    code_missing="请输入纸条上的答题码。",
    refusals={
        "unknown": ("没有找到这份问卷", "请检查网址是否完整，或重新扫描二维码。"),
        "code-unknown": ("没有找到这个答题链接", "请检查网址是否完整，或重新扫描您收到的二维码。"),
        "code-used": (
            "这个链接已经答过了",
            "每个链接只能提交一次。如果是您本人提交的，答卷已经收到，谢谢您。",
        ),
        "code-void": ("这个链接已停用", "请使用最近收到的链接；如有疑问，请联系发放问卷的单位。"),
        "conflict": ("此前的答卷已经收到", "您刚才又提交了不同的答案。我们保留最先收到的那一份，谢谢您。"),
        "closed": ("本次调查已经结束", "感谢您的关注，现在不再接收答卷。"),
        "not-yet": ("调查还没有开始", "请在 {date} 或以后再打开。"),
        "draft": ("调查还没有开始", "请稍后再打开。"),
        "paused": ("调查暂停", "暂时不接收答卷，请过些时候再打开。"),
        "codes-only": ("请使用您收到的专属链接", "这次调查只接收专属链接的答卷；请扫描发给您本人的二维码。"),
        "busy": ("系统正忙", "请稍等片刻再打开。"),
        "work": ("现在提交的人太多", "答卷还没有保存。请返回上一页，过几分钟再提交，答案都在。"),
        "wait": ("请稍等片刻再试", "现在访问的人太多。请等几秒，然后刷新本页。"),
        "wait-codes": ("请稍等片刻再试", "这个网络上输错答题码的次数太多了。请过一分钟再输一次。"),
        "garbled": ("提交的内容不完整", "可能是网络中断，答卷没有保存。请返回上一页再提交一次。"),
        "too-large": ("提交的内容太长", "答卷没有保存。请返回上一页，缩短留言后再提交。"),
        "wrong-kind": ("不能这样提交", "请打开问卷页面填写。"),
    },
)

EN = Words(
    who_and_why="Asked by {organiser}. {purpose}",
    takes="About {minutes} minutes, anonymous.",
    optional="optional",
    choose_any="choose any",
    choose_at_most="choose up to {n}",
    when_chosen="Answer if you chose {labels} in question {n}",
    when_number="Answer if your number in question {n} is {limits}",
    when_all=", and ",
    limits={
        "at_least": "at least {x}",
        "above": "above {x}",
        "at_most": "at most {x}",
        "below": "below {x}",
        "and": " and ",
        "or": " or ",
    },
    comment="If you chose “{label}”: {comment}",
    also="; ",
    is_said=("hoose", "elect"),
    all_optional="Any question may be left out.",
    some_optional="You may leave out question {n}; please answer all others.",
    many_optional="Questions marked “optional” may be left out; please answer all others.",
    and_question=" and ",
    at="Question {n}: ",
    day="{day} {month} {year}",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    progress="Answered {0} / {1}",
    total="{n} questions",
    submit="Submit",
    sending="Sending…",
    before_sending="Answers cannot be changed afterwards.",
    privacy="How your privacy is protected",
    privacy_kept="This survey is anonymous. We keep your choices, your words and the day, but no name, phone number, "
    "account, IP address or time of day. Please do not write names or phone numbers into your comments.",
    privacy_code="Your personal link only makes sure that everybody answers once: it is not kept with your answers, "
    "only the group and channel it was handed out to are, and nothing stored can match the two.",
    privacy_open="This is a public link; everybody who opens it can answer. Please answer only once.",
    privacy_free="Taking part is voluntary. Because it is anonymous, your answers cannot be found afterwards to be "
    "changed or withdrawn.",
    privacy_deleted="The raw answers are deleted by {date}.",
    privacy_contact="Contact: {contact}",
    language="Language",
    wrong="Please correct {n} things; your answers are all here",
    wrong_one="Please correct one thing; your answers are all here",
    error="Error: ",
    stale="This page was open for too long. Please press submit again; your answers are here.",
    busy="The system is busy and nothing was saved yet. Please press submit again in a moment; your answers are here.",
    paused="The survey is paused and nothing was saved yet. Please keep this page and press submit again later; "
    "your answers are here.",
    thanks="Received, thank you",
    thanks_text="Your answers have been saved.",
    receipt="Receipt",
    may_close="You can close this page.",
    view="Text size",
    view_standard="Standard",
    view_large="Large print",
    restored="What you filled in last time is here.",
    start_again="Clear and start again",
    begin="Begin",
    previous="Back",
    next="Next",
    step="Question {0} of {1}",
    review="Check and submit",
    still_open="{0} questions are not answered yet; tap one to go there:",
    all_done="Everything is answered; you can submit.",
    helped="Did somebody fill this in for you?",
    by={
        "self": "I filled it in myself",
        "relative": "A relative or friend did",
        "staff": "A member of staff did",
    },
    trap="Please leave this empty",
    trouble="The connection is poor; {0}. Trying again…",
    kept="your answers are kept on this phone",
    keep_open="please do not close this page",
    stopped="Not submitted yet; {0}. Press “Try again” when the connection is better.",
    resumed="Last time it could not be submitted; going on now…",
    again="Try again",
    crowded="Many people are submitting; {0}. It will be tried again shortly…",
    wait="Too many requests. Please press submit again in a moment; your answers are here.",
    work="Too many people are submitting and nothing was saved yet. Please press submit again in a few minutes; "
    "your answers are here.",
    enter_code="Enter your code",
    enter_code_text="Everybody has a code of their own for this survey. It is on your slip or in your message; "
    "scanning the QR code on the slip does as well.",
    code_label="Code",
    code_hint="13 letters and digits; capitals, blanks and dashes do not matter.",
    code_go="Begin",
    code_mistyped="This code has a typing mistake. Please compare it with your slip and try again.",
    code_not_found="There is no such code. Please compare it with your slip and try again.",
    code_missing="Please enter the code on your slip.",
    refusals={
        "unknown": (
            "There is no such survey",
            "Check that the address is complete, or scan the QR code again.",
        ),
        "code-unknown": (
            "There is no such link",
            "Check that the address is complete, or scan your QR code again.",
        ),
        "code-used": (
            "This link has been used",
            "Each link can be used once. If it was you, your answers have arrived. Thank you.",
        ),
        "code-void": (
            "This link is no longer valid",
            "Use the link you received last. If in doubt, ask whoever sent it to you.",
        ),
        "conflict": (
            "Your earlier answers have arrived",
            "You have just sent different ones. The first answers stand. Thank you.",
        ),
        "closed": ("This survey has ended", "Thank you for your interest. No more answers are taken."),
        "not-yet": ("This survey has not begun", "Please come back on or after {date}."),
        "draft": ("This survey has not begun", "Please come back later."),
        "paused": ("This survey is paused", "No answers are taken for the moment. Please come back later."),
        "codes-only": (
            "Please use the link you received",
            "This survey takes answers by personal link only. Scan the QR code that was given to you.",
        ),
        "busy": ("The system is busy", "Please try again in a moment."),
        "work": (
            "Too many people are submitting",
            "Nothing was saved yet. Go back and submit again in a few minutes; your answers are still there.",
        ),
        "wait": (
            "Please wait a moment",
            "Too many people are here right now. Wait a few seconds, then reload this page.",
        ),
        "wait-codes": (
            "Please wait a moment",
            "Too many wrong codes were entered from this network. Please try again in a minute.",
        ),
        "garbled": (
            "What arrived is incomplete",
            "The connection may have broken; nothing was saved. Go back and submit again.",
        ),
        "too-large": (
            "What you sent is too long",
            "Nothing was saved. Go back, shorten your comments and submit again.",
        ),
        "wrong-kind": ("This cannot be submitted so", "Please open the survey and answer there."),
    },
)


def words(language: str) -> Words:
    """Return the words of a language; those without words of their own read English."""
    return ZH if language.partition("-")[0] == "zh" else EN


def tag(language: str) -> str:
    """Return a language as the `lang` attribute names it."""
    return TAGS.get(language, language)
