def test_post_stratification_goes_by_one_item(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: post_stratify}
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
    assert problems == [(1, 21, "weighting-margins")]


def test_raking_goes_by_several_items(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}}}
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
    assert problems == [(1, 21, "weighting-margins")]


def test_other_weights_have_no_margins(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: carried, margins: {sex: {F: 690, M: 710}}}
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
    assert problems == [(1, 30, "weighting-margins")]


def test_one_margin_and_several_are_good(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}, age: {A: 1010, B: 390}}}
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
    assert problems == []
