def test_the_entered_grade_is_one_of_the_grades(problems: list[tuple[int, int, str]]) -> None:
    """
    indicators:
      good: {title: 等级, points: 5, entered: {value: 优}, grades: {优: 100, 差: 0}}
      later: {title: 等级, points: 5, entered: {}, grades: {优: 100, 差: 0}}
      bad: {title: 等级, points: 5, entered: {value: 良}, grades: {优: 100, 差: 0}}
      measured: {title: 等级, points: 5, measure: satisfaction, grades: {优: 100, 差: 0}}
    """
    assert problems == [(4, 48, "entered-grade"), (5, 36, "entered-grade")]
