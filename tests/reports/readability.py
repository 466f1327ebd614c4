"""Grades of texts: Flesch–Kincaid for English, the first Wiener Sachtextformel for German.

Names of drugs, genes and samples must be left out by the caller: nobody can write them shorter.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+(?:['’-][A-Za-zÄÖÜäöüß]+)*")
_SENTENCE = re.compile(r"[.!?](?:\s|$)|\n+")
# groups that are spoken as one syllable; German "eu", "ei", "ie" and "au" are one, "ea" is two
_GERMAN = re.compile(r"ie|ei|ai|eu|äu|au|aa|ee|oo|[aeiouyäöü]")
_ENGLISH = re.compile(r"[aeiouy]+")


def sentences(text: str) -> list[list[str]]:
    """Words by sentence; a line of its own (heading, list item) ends a sentence."""
    found = (_WORD.findall(part) for part in _SENTENCE.split(text))
    return [words for words in found if words]


def syllables(word: str, language: str) -> int:
    """Syllables by groups of vowels; a silent English "e" at the end is none."""
    word = word.casefold()
    if language == "de":
        return max(len(_GERMAN.findall(word)), 1)
    count = len(_ENGLISH.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if re.search(r"[^aeiouytd]ed$", word) and count > 1:
        count -= 1
    if re.search(r"ia|io(?!n)|[^aeiou]ien", word):
        count += 1
    return max(count, 1)


def flesch_kincaid(text: str) -> float:
    """Grade of a US school (Kincaid et al., 1975)."""
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    total = sum(syllables(word, "en") for word in words)
    return 0.39 * len(words) / len(found) + 11.8 * total / len(words) - 15.59


def wiener_sachtextformel(text: str) -> float:
    """School year of a German text, the first formula (Bamberger and Vanecek, 1984)."""
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    counts = [syllables(word, "de") for word in words]
    share = 100 / len(words)
    return (
        0.1935 * share * sum(count >= 3 for count in counts)
        + 0.1672 * len(words) / len(found)
        + 0.1297 * share * sum(len(word) > 6 for word in words)
        - 0.0327 * share * sum(count == 1 for count in counts)
        - 0.875
    )
