def test_a_condition_must_fit_its_item(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？, options: [{code: A, label: 城}, {code: B, label: 乡}]}
          - {id: age, kind: number, text: 年龄？}
          - {id: mark, kind: rating, text: 几分？}
          - {id: remarks, kind: text, text: 意见？}
          - {id: a, kind: text, text: 甲？, shown_if: {area: {at_least: 60}}}
          - {id: b, kind: text, text: 乙？, shown_if: {age: [60]}}
          - {id: c, kind: text, text: 丙？, shown_if: {remarks: [A]}}
          - {id: d, kind: text, text: 丁？, shown_if: {mark: ["10"], age: {above: 60}, area: A}}
          - {id: e, kind: text, text: 戊？, shown_if: {mark: {below: 6}}}
    measures: {}
    """
    assert problems == [(9, 56, "condition-kind"), (10, 55, "condition-kind"), (11, 59, "condition-kind")]
