def test_single_choice_has_no_exclusive_options(problems: list[tuple[int, int, str]]) -> None:
    """
    sections:
      - id: one
        title: 一
        items:
          - {id: area, kind: single, text: 哪里？, options: [{code: A, label: 城}, {code: B, label: 乡, exclusive: yes}]}
          - {id: areas, kind: multiple, text: 哪里？, options: [{code: A, label: 城}, {code: B, label: 无, exclusive: yes}]}
    measures: {}
    """
    assert problems == [(5, 96, "exclusive-single")]
