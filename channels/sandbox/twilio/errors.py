"""Refusals of Twilio's REST API: an HTTP status, Twilio's own code, and a sentence nobody should rely on."""

from __future__ import annotations

from typing import Any

#: Status and sentence of each code the stand-in gives (twilio.com/docs/api/errors/CODE).
REFUSALS: dict[int, tuple[int, str]] = {
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20004: (405, "The requested method is not allowed on this resource"),
    20005: (403, "Account not active"),
    20009: (409, "The resource can't be changed before it is complete"),
    20404: (404, "The requested resource was not found"),
    20422: (422, "Invalid JSON"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service is unavailable. Please try again"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Number"),
    21266: (400, "'To' and 'From' number cannot be the same"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
    21608: (400, "The number is unverified. Trial accounts cannot send messages to unverified numbers"),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body, media urls or content sid must be specified."),
    21620: (400, "Invalid media URL(s)"),
    21654: (400, "The ContentSid is required when ContentVariables are given"),
    21655: (400, "The ContentSid Parameter is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    21701: (400, "The Messaging Service does not exist"),
    21703: (400, "The Messaging Service does not contain any phone numbers"),
    21910: (400, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"),
    63007: (400, "Twilio could not find a Channel with the specified 'From' address"),
}

#: What a status callback says beside these codes (twilio.com/docs/whatsapp/api/error-code-mapping).
FAILURES: dict[int, str] = {
    12300: "Invalid Content-Type",
    14107: "SMS send rate limit exceeded",
    21610: "Attempt to send to unsubscribed recipient",
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    63003: "Channel could not find To address",
    63005: "Channel did not accept given content",
    63012: "Channel provider returned an internal service error",
    63015: "Channel sandbox can only send messages to phone numbers that have joined it",
    63016: "Failed to send freeform message because you are outside the allowed window. Use a Message Template.",
    63018: "Rate limit exceeded for channel",
    63019: "Media failed to download",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63027: "Template does not exist for a language and locale",
    63028: "Number of parameters provided does not match the expected number of parameters",
    63032: "User limitation",
    63038: "Account exceeded the daily messages limit",
    63041: "Template paused",
    63042: "Template disabled",
}


class TwilioError(Exception):
    """A refusal as Twilio words it. `retry_after_s` becomes the Retry-After header."""

    def __init__(self, code: int, detail: str = "", *, status: int = 0, retry_after_s: int = 0) -> None:
        known_status, words = REFUSALS.get(code, (400, "Bad request"))
        self.status = status or known_status
        self.code = code
        self.message = f"{words}: {detail}" if detail else words
        self.retry_after_s = retry_after_s
        super().__init__(f"{self.status} {code} {self.message}")

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
