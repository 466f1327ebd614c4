"""Which drugs a user means: names of the knowledge base, synonyms, brands or codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pgx.base.errors import UnknownDrugError
from pgx.base.suggest import did_you_mean
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["drug_names", "named_drugs"]

_REMEDY = "pgx kb drugs lists every drug with its other names"


def named_drugs(knowledge: KnowledgeBase, names: Iterable[str]) -> tuple[str, ...]:
    """Return the drugs with guidance that words mean, each once, in the order asked for.

    A word is a drug's name, a synonym, a brand, an RxNorm or an ATC code, in any case; one of a
    combination means each of its ingredients with guidance.

    Raises
    ------
    UnknownDrugError
        There is no guidance on what a word means.
    """
    own = {drug.drug.casefold(): drug.drug for drug in knowledge.drugs}
    found: dict[str, None] = {}
    unknown = []
    for word in _words(list(names), own):
        # the vocabulary is read for words that are no names of ours only
        name = own.get(word.casefold())
        meant = (name,) if name else knowledge.vocabulary.drugs_of(word)
        found.update(dict.fromkeys(meant))
        unknown += [] if meant else [word]
    if unknown:
        raise UnknownDrugError(
            f"no guidance on {', '.join(unknown)}",
            remedy=did_you_mean(unknown[0], drug_names(knowledge), _REMEDY),
        )
    return tuple(found)


def drug_names(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield every name that means a drug with guidance: its own first, then others, then brands."""
    yield from (drug.drug for drug in knowledge.drugs)
    guided = [s for s in knowledge.medicines.substances if knowledge.vocabulary.guided(s)]
    yield from (name for s in guided for name in (s.substance, *s.synonyms))
    yield from (name for s in guided for name in s.brands)


def _words(names: list[str], own: Mapping[str, str]) -> Iterator[str]:
    """Yield the words; two that are one drug's name, which has a comma, are one."""
    words = [name.strip() for name in names]
    while words:
        joined = ", ".join(words[:2])
        size = 2 if joined.casefold() in own else 1
        yield ", ".join(words[:size])
        words = words[size:]
