"""The refusals of the Bot API, in Telegram's own words."""

from __future__ import annotations

from typing import Any


class BotApiError(Exception):
    """A refused call: `code` and `description` as the Bot API answers them, `parameters` where it adds facts."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        """Keep the three parts of the answer."""
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(words: str, parameters: dict[str, Any] | None = None) -> BotApiError:
    """400: the request can't be carried out as it stands."""
    return BotApiError(400, f"Bad Request: {words}", parameters)


def forbidden(words: str) -> BotApiError:
    """403: the bot may not write there."""
    return BotApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> BotApiError:
    """409: another way of receiving updates is in use."""
    return BotApiError(409, f"Conflict: {words}")


def too_many(retry_after_s: int) -> BotApiError:
    """429: flood control; try again after so many seconds."""
    return BotApiError(429, f"Too Many Requests: retry after {retry_after_s}", {"retry_after": retry_after_s})


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
