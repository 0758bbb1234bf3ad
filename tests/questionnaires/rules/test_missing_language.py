def test_every_text_has_every_language(problems: list[tuple[int, int, str]]) -> None:
    """
    id: test
    title: {zh: 调查, en: Survey}
    organiser: {zh: 工作组, en: the team}
    purpose: {zh: 了解情况}
    languages: [zh, en]
    scales:
      mood: {options: [{code: A, label: {zh: 好, en: Good}}, {code: B, label: 差}]}
    sections:
      - id: one
        title: {zh: 一, en: One}
        items: [{id: remarks, kind: text, text: {zh: 意见？, en: "Remarks?"}, hint: {en: Please}}]
    measures: {}
    """
    assert problems == [
        (4, 10, "missing-language"),
        (7, 74, "missing-language"),
        (11, 78, "missing-language"),
    ]


def test_a_language_more_than_declared_is_fine(problems: list[tuple[int, int, str]]) -> None:
    """
    title: {zh: 调查, en: Survey}
    """
    assert problems == []


def test_a_plain_text_is_chinese(problems: list[tuple[int, int, str]]) -> None:
    """
    languages: [en]
    id: test
    title: 调查
    organiser: {en: the team}
    purpose: {en: to learn}
    scales: {}
    sections:
      - id: one
        title: {en: One}
        items: [{id: remarks, kind: text, text: {en: Remarks}}]
    measures: {}
    """
    assert problems == [(3, 8, "missing-language")]
