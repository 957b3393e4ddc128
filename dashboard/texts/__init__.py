"""Every word, number and date a person reads, in Japanese and English.

Pages and figures hold no text of their own: they ask a `Speaker` by key. Percent
signs, units and separators exist only here; everything below works with fractions.
"""

from dashboard.texts.speaker import LANGUAGES, Language, Speaker, speaker

__all__ = ["LANGUAGES", "Language", "Speaker", "speaker"]
