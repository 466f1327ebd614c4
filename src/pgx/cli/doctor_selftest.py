"""The self-test of ``pgx doctor``: a simulated sample with known alleles, called like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pgx.cli.doctor_checks import DoctorFinding, Health
from pgx.errors import PgxError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import AlleleDefinition, GeneDefinition, Ploidy, core_allele

__all__ = ["check_calls", "known_diplotypes", "unlike"]

_PART = "self-test"
_SAMPLE = "SELF_TEST"


def check_calls() -> DoctorFinding:
    """Return whether a simulated sample is called as it was made."""
    try:
        kb = KnowledgeBase()
        wanted = known_diplotypes(kb.genes)
        wrong = unlike(wanted, _called(kb, wanted))
    except Exception as error:  # noqa: BLE001 - whatever is broken, the doctor says so
        what = error.line() if isinstance(error, PgxError) else type(error).__name__
        status = error.exit_status if isinstance(error, PgxError) else 1
        return DoctorFinding(
            part=_PART,
            health=Health.FAIL,
            found=f"could not run: {what}",
            remedy="mend what failed above",
            exit_status=status,
        )
    if wrong:
        return DoctorFinding(
            part=_PART,
            health=Health.FAIL,
            found=f"{len(wrong)} of {len(wanted)} genes called otherwise: {', '.join(wrong)}",
            remedy="please report it with pgx --version --json-lines",
            exit_status=1,
        )
    found = f"{len(wanted)} genes of a simulated sample called as they were made"
    return DoctorFinding(part=_PART, health=Health.OK, found=found)


def known_diplotypes(genes: Mapping[str, GeneDefinition]) -> dict[str, tuple[str, ...]]:
    """Return the alleles of the simulated sample: the default one, and one with a variant.

    A gene of which everybody has one copy has the allele with a variant alone. Genes that
    small variants do not answer, and those without such an allele, are left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, gene in genes.items():
        other = next((a.name for a in gene.alleles if _is_plain(gene, a)), "")
        if gene.variants and other:
            haploid = gene.ploidy is Ploidy.MITOCHONDRIAL
            found[name] = (other,) if haploid else (gene.default_allele, other)
    return found


def _is_plain(gene: GeneDefinition, allele: AlleleDefinition) -> bool:
    """Whether one written base at one position is all that an allele is."""
    if allele.structural or allele.name == gene.default_allele or len(allele.defining) != 1:
        return False
    [(position, text)] = allele.defining.items()
    variant = next(v for v in gene.variants if v.position == position)
    return text in variant.alts and not variant.is_indel


def _called(kb: KnowledgeBase, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, str | None]:
    from pgx.engine.annotate import annotate
    from pgx.inputs.settings import RunSettings, SampleInfo
    from pgx.simulator.settings import Sex, SimulationSettings
    from pgx.simulator.vcf import render_vcf

    settings = SimulationSettings(sex=Sex.FEMALE, only_named=True)
    text = render_vcf(kb.genes, {_SAMPLE: wanted}, settings)
    info = {_SAMPLE: SampleInfo(sample=_SAMPLE, sex=Sex.FEMALE.value)}
    with tempfile.TemporaryDirectory(prefix="pgx-doctor-") as folder:
        path = Path(folder) / "self-test.vcf"
        path.write_text(text, encoding="utf-8")
        chosen = RunSettings(genes=tuple(wanted), with_sites=False)
        run = annotate([path], chosen, knowledge=kb, sample_info=info)
        if run.refused:
            raise run.refused[0]
        return {call.gene: call.diplotype for call in run.calls(_SAMPLE)}


def _named(names: tuple[str, ...]) -> list[str]:
    """Return alleles as a call names them: a suballele by its core allele."""
    return sorted("/".join(map(core_allele, names)).split("/"))


def unlike(wanted: Mapping[str, tuple[str, ...]], called: Mapping[str, str | None]) -> list[str]:
    """Return the genes that were not called as they were made; the order of haplotypes is free."""
    return [
        gene
        for gene, names in wanted.items()
        if sorted((called.get(gene) or "").split("/")) != _named(names)
    ]
