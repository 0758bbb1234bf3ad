def test_scoring_by_weighted_figures_needs_weights(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {use: weighted}
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
    assert problems == [(1, 18, "weighting-unused")]


def test_trimming_needs_weights(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {trim: 3}
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
    assert problems == [(1, 19, "weighting-unused")]


def test_weights_are_trimmed_above_their_mean(problems: list[tuple[int, int, str]]) -> None:
    """
    weighting: {method: carried, trim: 1}
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
    assert problems == [(1, 36, "not-above-one")]
