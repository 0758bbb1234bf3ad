"""Respondents without a browser: they fetch the page, answer, and try again with the same ticket when a reply is lost."""

import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

HIDDEN = re.compile(r'name="(_[a-z]+)" value="([^"]*)"')

SATISFIED = {
    "subsidy": "A", "degree": "B", "policy_awareness": "A", "notice": "A", "criteria": "A", "procedure": "A",
    "review": "A", "payment": "A", "improve": "F",
}  # fmt: skip


@dataclass
class Respondent:
    """One person with one page of the 芝罘 survey."""

    port: int
    path: str
    answers: dict[str, str] = field(default_factory=lambda: dict(SATISFIED))
    hidden: dict[str, str] = field(default_factory=dict)

    def fetch(self) -> int:
        """Get the page and keep its hidden fields; return the status."""
        status, page = self._ask("GET", None)
        self.hidden = dict(HIDDEN.findall(page))
        return status

    def submit(self, **answers: str) -> tuple[int, str]:
        """Send the answers; return the status and the page that came back."""
        self.answers.update(answers)
        hidden = {name: value for name, value in self.hidden.items() if name != "_end"}
        return self._ask("POST", urlencode({**self.answers, **hidden, "_end": "1"}))

    def _ask(self, method: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
            connection.request(method, self.path, body, kind)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()
