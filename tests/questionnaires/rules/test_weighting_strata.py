def test_a_stratified_design_needs_strata(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {design: stratified, method: strata}
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
    assert problems == [(1, 21, "weighting-strata")]


def test_weights_by_strata_need_a_stratified_design(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {stratum_item: age, strata: {A: 10, B: 20}}
    weighting: {method: strata}
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
    assert problems == [(2, 21, "weighting-strata")]


def test_strata_weights_with_strata_are_good(problems: list[tuple[int, int, str]]) -> None:
    """
    population: {stratum_item: age, strata: {A: 10, B: 20}}
    weighting: {design: stratified, method: strata, use: weighted, trim: 3}
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
