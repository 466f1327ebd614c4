"""The pictures of a document, drawn: by gene, with what stands above and beside each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from markupsafe import Markup

from pgx.reports.pictures.allele_frequencies import draw_frequencies
from pgx.reports.pictures.copies import copies_title, draw_copies
from pgx.reports.pictures.facts import GenePictures
from pgx.reports.pictures.posterior import draw_posterior
from pgx.reports.pictures.score_scale import draw_scale
from pgx.reports.pictures.svg import picture_words

__all__ = ["Figure", "draw_gene"]

Words = Mapping[str, Any]


class Figure(msgspec.Struct, frozen=True):
    """A drawn picture; ``caption`` stands above it, ``hint`` beside the caption.

    One that ``is_wide`` is not made smaller on a narrow screen, but scrolls.
    """

    caption: str
    drawn: Markup
    hint: str = ""
    is_wide: bool = False


def draw_gene(facts: GenePictures, words: Words) -> list[Figure]:
    """Return what there is to see of one gene."""
    return [*_copies(facts, words), *_figures(facts, picture_words(words))]


def _copies(facts: GenePictures, words: Words) -> Iterable[Figure]:
    if facts.copies is not None:
        hint = words["picture"]["copies_hint"]
        caption = copies_title(facts.copies, words)
        yield Figure(caption, draw_copies(facts.copies, words), hint, is_wide=True)


def _figures(facts: GenePictures, said: Mapping[str, str]) -> Iterable[Figure]:
    if facts.score is not None:
        caption = said["scale"].format(gene=facts.gene)
        yield Figure(caption, draw_scale(facts.gene, facts.score, said))
    if facts.bars:
        yield Figure(said["posterior_short"], draw_posterior(facts, said))
    if facts.alleles and facts.alleles[0].shares:
        drawn = draw_frequencies(facts.gene, facts.alleles, said)
        yield Figure(said["frequency_short"], drawn, said["frequency_hint"])
