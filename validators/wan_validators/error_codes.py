"""The 001021xxx table, as documented for wan26_i2i (S4, "Error Codes")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["LIFECYCLE", "TEXTS"]

TEXTS: Final[Mapping[str, str]] = {
    "001021001": "Missing required field input",
    "001021002": "input.messages must contain one message",
    "001021003": "message.role must be user",
    "001021004": "message.content must be array",
    "001021005": "message.content must contain one text object",
    "001021006": "Text length must be between 1-2000 characters",
    "001021007": "When enable_interleave=true, can only input 0-1 images",
    "001021008": "When enable_interleave=false, must input 1-4 images",
    "001021009": "negative_prompt cannot exceed 500 characters",
    "001021010": "When enable_interleave=true, n must be 1",
    "001021011": "n must be an integer between 1 and 4",
    "001021012": "max_images is only valid when enable_interleave=true",
    "001021013": "max_images must be an integer between 1 and 5",
    "001021014": "seed must be an integer between 0 and 2147483647",
    "001021015": "size format must be \u2018width*height\u2019",
    "001021016": "size must be between 768*768 and 1280*1280 pixels",
    "001021017": "Aspect ratio must be between 1:4 and 4:1",
    "001021018": "Invalid size format, must be \u2018width*height\u2019 with integers",
    "001021095": "Internal generation error",
    "001021096": "Result parsing error",
    "001021097": "HTTP error response",
    "001021098": "Status check error",
    "001021099": "Task creation error",
}
"""The API's exact text for each code.

Codes 001 to 018 are about the payload; each belongs to a rule. Codes 095 to 099 occur only
after the API accepted a task.
"""

LIFECYCLE: Final = tuple(code for code in TEXTS if code >= "001021095")
"""The codes that no payload causes: the generation itself failed."""
