def test_a_margin_needs_a_single_choice_item(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: post_stratify, margins: {several: {A: 700, B: 700}}}
    sections:
      - id: one
        title: 一
        items:
          - {id: service, kind: single, text: 满意？, scale: satisfaction}
          - {id: payment, kind: single, text: 满意？, scale: satisfaction}
          - id: sex
            kind: single
            text: 性别？
            options: [{code: F, label: 女}, {code: M, label: 男}, {code: X, label: 不答, missing: refused}]
          - {id: age, kind: single, text: 年龄？, options: [{code: A, label: 青}, {code: B, label: 老}]}
          - {id: late, kind: single, text: 何时？, options: [{code: A, label: 早}, {code: B, label: 晚}], shown_if: {sex: F}}
          - {id: several, kind: multiple, text: 哪些？, options: [{code: A, label: 甲}, {code: B, label: 乙}]}
    """
    assert problems == [(1, 46, "margin-item")]


def test_a_margin_needs_an_item_that_everybody_is_asked(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: post_stratify, margins: {late: {A: 700, B: 700}}}
    sections:
      - id: one
        title: 一
        items:
          - {id: service, kind: single, text: 满意？, scale: satisfaction}
          - {id: payment, kind: single, text: 满意？, scale: satisfaction}
          - id: sex
            kind: single
            text: 性别？
            options: [{code: F, label: 女}, {code: M, label: 男}, {code: X, label: 不答, missing: refused}]
          - {id: age, kind: single, text: 年龄？, options: [{code: A, label: 青}, {code: B, label: 老}]}
          - {id: late, kind: single, text: 何时？, options: [{code: A, label: 早}, {code: B, label: 晚}], shown_if: {sex: F}}
          - {id: several, kind: multiple, text: 哪些？, options: [{code: A, label: 甲}, {code: B, label: 乙}]}
    """
    assert problems == [(1, 46, "margin-item")]


def test_a_margin_of_an_item_that_is_not_there_is_unknown(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: post_stratify, margins: {gender: {F: 700, M: 700}}}
    sections:
      - id: one
        title: 一
        items:
          - {id: service, kind: single, text: 满意？, scale: satisfaction}
          - {id: payment, kind: single, text: 满意？, scale: satisfaction}
          - id: sex
            kind: single
            text: 性别？
            options: [{code: F, label: 女}, {code: M, label: 男}, {code: X, label: 不答, missing: refused}]
          - {id: age, kind: single, text: 年龄？, options: [{code: A, label: 青}, {code: B, label: 老}]}
          - {id: late, kind: single, text: 何时？, options: [{code: A, label: 早}, {code: B, label: 晚}], shown_if: {sex: F}}
          - {id: several, kind: multiple, text: 哪些？, options: [{code: A, label: 甲}, {code: B, label: 乙}]}
    """
    assert problems == [(1, 46, "unknown-item")]
