"""The test's docstring is the definition file; required parts it leaves out are added at its end."""

import inspect
import re

import pytest

from questionnaires.build import Loaded, loads
from questionnaires.model import Questionnaire

REST = {
    "id": "id: test",
    "title": "title: 满意度调查",
    "organiser": "organiser: 工作组",
    "purpose": "purpose: 检查定义语言",
    "scales": """
scales:
  satisfaction:
    options:
      - {code: A, label: 满意, value: 100}
      - {code: B, label: 一般, value: 60}
      - {code: D, label: 不满意, value: 0, comment: 请说明原因}
""",
    "sections": """
sections:
  - id: main
    title: 问题
    items:
      - {id: service, kind: single, text: 您对服务是否满意？, scale: satisfaction}
      - {id: payment, kind: single, text: 您对发放是否满意？, scale: satisfaction}
      - {id: mark, kind: rating, text: 您打几分？}
      - id: improve
        kind: multiple
        text: 最需要改进什么？
        options: [{code: A, label: 流程}, {code: B, label: 发放}, {code: F, label: 无, exclusive: yes}]
      - {id: age, kind: number, text: 您的年龄？}
      - {id: suggestions, kind: text, text: 您有什么建议？, required: no}
""",
    "measures": """
measures:
  satisfaction: {title: 满意度, kind: satisfaction_score, items: [service, payment]}
""",
}


@pytest.fixture
def loaded(request: pytest.FixtureRequest) -> Loaded:
    """Load the test's docstring as a definition."""
    text = inspect.cleandoc(request.function.__doc__)
    rest = [words for key, words in REST.items() if not re.search(rf"^{key}:", text, re.MULTILINE)]
    return loads("\n".join([text, *rest]), "test.yaml")


@pytest.fixture
def problems(loaded: Loaded) -> list[tuple[int, int, str]]:
    """Return the line, column and rule of every problem of the test's docstring."""
    return [(problem.line, problem.column, problem.rule) for problem in loaded.problems]


@pytest.fixture
def definition(loaded: Loaded) -> Questionnaire:
    """Return the questionnaire that the test's docstring defines; it has to be good."""
    assert loaded.problems == []
    assert loaded.questionnaire is not None
    return loaded.questionnaire
