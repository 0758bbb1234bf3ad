"""The addresses respondents open, made from the configured public address and never from a request's Host header."""

from surveyapp.config import Config, ConfigError, ConfigProblem


class PublicUrlMissingError(ConfigError):
    """Links were asked for, but the address respondents reach is not configured."""

    def __init__(self) -> None:
        zh = "请先写明受访者能打开的网址，如 https://diaocha.example.gov.cn，才能生成链接和二维码"
        en = "name the address respondents can open, such as https://survey.example.org, to have links and QR codes made"
        super().__init__([ConfigProblem(place="config.toml", key="public_url", zh=zh, en=en)])


def open_link(config: Config, slug: str) -> str:
    """Return the address of a survey's poster QR code. Raises PublicUrlMissingError."""
    if not config.public_url:
        raise PublicUrlMissingError
    return f"{config.public_url}/s/{slug}"


def code_link(config: Config, slug: str, code: str) -> str:
    """Return the address that one access code opens. Raises PublicUrlMissingError."""
    return f"{open_link(config, slug)}/{code}"
