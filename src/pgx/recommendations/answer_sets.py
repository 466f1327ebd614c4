"""Whether one guideline can give two answers: guidelines that would print several rows.

Enters: the index of guidance and the sets of statements that the knowledge base names. Leaves:
findings. A guideline of several topics (tests of different alleles, statements on different genes)
and a source of several guidelines on the same drug and genes print a row each; the knowledge base
says of each of them that one statement answers, or that the rows add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.topics import Topic
from pgx.records.advice import LOCAL, FaultCode, Finding, SetRelation, StatementSet

__all__ = ["answer_set_findings", "is_additive", "topics_together"]


def topics_together(index: GuidanceIndex) -> list[tuple[Topic, ...]]:
    """Return the topics that are one guideline on one drug, or one source's on the same genes."""
    by_drug: dict[tuple[str, str], list[Topic]] = defaultdict(list)
    for topic in index.topics:
        if topic.statements:
            by_drug[topic.drug.authority, topic.drug.drug].append(topic)
    return [group for topics in by_drug.values() for group in _joined(topics)]


def _joined(topics: Iterable[Topic]) -> Iterator[tuple[Topic, ...]]:
    groups: list[tuple[Topic, ...]] = []
    for topic in topics:
        near = [group for group in groups if any(_related(topic, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append((*(other for group in near for other in group), topic))
    yield from groups


def _related(one: Topic, two: Topic) -> bool:
    return one.guideline_id == two.guideline_id or one.genes == two.genes


def is_additive(group: Sequence[Topic], sets: Iterable[StatementSet]) -> bool:
    """Whether the knowledge base says that the rows of some topics add up."""
    statements = [s for t in group for own in t.statements.values() for s in own.values()]
    return any(
        one.relation is SetRelation.ADDITIVE and all(one.holds(s) for s in statements)
        for one in sets
    )


def answer_set_findings(index: GuidanceIndex, sets: Iterable[StatementSet]) -> Iterator[Finding]:
    """Yield guidelines that may print several rows for one result, and sets without statements.

    A laboratory's own guidelines are its own affair: they are printed as it wrote them.
    """
    listed = tuple(sets)
    for group in topics_together(index):
        drug = group[0].drug
        if len(group) > 1 and drug.authority != LOCAL and not is_additive(group, listed):
            speaks = ", ".join(
                f"{topic.guideline_id} ({'; '.join(topic.genes)} {'; '.join(topic.alleles)})"
                for topic in group
            )
            yield Finding(
                code=FaultCode.CONTRADICTION,
                table="statements",
                where=f"{drug.authority} {drug.drug}",
                what=f"several statements may answer one result: {speaks}",
                remedy="say in statement_sets.tsv that one answers, or that they add up",
            )
    statements = [s for t in index.topics for own in t.statements.values() for s in own.values()]
    for line, one in enumerate(listed, 2):
        known = {s.guideline_id for s in statements if one.holds(s)}
        if known != set(one.guidelines):
            yield Finding(
                code=FaultCode.DANGLING,
                table="statement_sets",
                where=f"line {line}",
                what=f"no statement of {one.authority} on {one.drug} for one of its guidelines",
                remedy="correct the row or remove it",
            )
