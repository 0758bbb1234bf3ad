def test_margins_have_equal_totals(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: rake, margins: {sex: {F: 690, M: 710}, age: {A: 1000, B: 390}}}
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
    assert problems == [(1, 60, "margin-totals")]


def test_margins_do_not_exceed_the_population(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {size: 1000}
    weighting: {method: post_stratify, margins: {sex: {F: 690, M: 710}}}
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
    assert problems == [(2, 46, "margin-totals")]


def test_margins_hold_somebody(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: post_stratify, margins: {sex: {F: 0, M: 0}}}
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
    assert problems == [(1, 46, "margin-totals")]


def test_margins_below_the_population_are_good(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {size: 1402}
    weighting: {method: post_stratify, margins: {sex: {F: 690, M: 710}}}
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
