"""Read a bundle written by this program back into a result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import read_at_most
from pgx.base.texts import shape_problem
from pgx.errors import ResultFileError
from pgx.records.calls import GeneCall, Override, PatientResult, Provenance, Recommendation
from pgx.reports.fhir.genotype import PHENOTYPE, SCORE, value_of
from pgx.reports.fhir.vocabulary import OWN, Tree, code_of, fields_of, own_url, profile, record_of
from pgx.reports.fhir.write_bundle import ARTIFACT
from pgx.reports.result_json import MAX_BYTES, check_consistent

__all__ = ["parse_fhir", "read_fhir"]

_TAKEN_BACK: Final = frozenset({"entered-in-error", "cancelled", "rejected"})
_WRITTEN: Final = frozenset(
    {"Bundle", "DiagnosticReport", "Observation", "Patient", "Task",
     "Organization", "Practitioner", "ServiceRequest", "Specimen"}
)  # fmt: skip
_REMEDY: Final = "use a bundle that this version of pgx wrote"


def read_fhir(path: Path) -> PatientResult:
    """Read a bundle; calls, phenotypes and recommendations equal those of its result.

    Data not shown in the tables are incomplete: observed sites, evidence, lookup keys, and the
    content of a patient file (``docs/how-to/fhir.md``).

    Raises
    ------
    ResultFileError
        The file cannot be read, is not a bundle of this program, or contradicts itself.
    """
    return parse_fhir(read_at_most(path, MAX_BYTES, ResultFileError), path.name)


def parse_fhir(data: bytes, where: str = "bundle") -> PatientResult:
    """Parse a bundle; ``where`` names it in errors.

    Raises
    ------
    ResultFileError
        Not JSON, not a bundle of this program, or self-contradictory.
    """
    if len(data) > MAX_BYTES:
        raise ResultFileError("too large for a bundle of pgx", where=where, remedy=_REMEDY)
    try:
        result = _ReadBundle(msgspec.json.decode(data)).result()
    except (
        msgspec.MsgspecError, UnicodeError, RecursionError, AttributeError, KeyError, TypeError,
        ValueError, IndexError,
    ) as error:  # fmt: skip
        what = "its shape"
        if isinstance(error, _ShapeError):
            what = str(error)
        elif isinstance(error, msgspec.MsgspecError):
            what = shape_problem(error, object)
        raise ResultFileError(
            f"not a bundle of pgx: {what}", where=where, remedy=_REMEDY
        ) from error
    check_consistent(result, where)
    return result


class _ShapeError(ValueError):
    """A bundle differs from the form written by this program."""


class _ReadBundle:
    def __init__(self, tree: Tree) -> None:
        if not isinstance(tree, dict) or tree.get("resourceType") != "Bundle":
            raise _ShapeError("no Bundle")
        entries = [(entry["fullUrl"], entry["resource"]) for entry in tree["entry"]]
        self.by_url: dict[str, Tree] = dict(entries)
        # a dictionary keeps the last of two equal names: the first would be lost unnoticed
        if len(self.by_url) != len(entries):
            raise _ShapeError("two resources of one address")
        self.by_key = {key: r for _, r in entries for key in _keys(r)}
        self.report = self._only("DiagnosticReport")
        patient = self._only("Patient")
        self.sample = str(_identifier(patient, f"{OWN}:sample"))
        self._check_subjects()
        self._check_valid()

    def _only(self, kind: str) -> Tree:
        found = [r for r in self.by_url.values() if r["resourceType"] == kind]
        if len(found) != 1:
            raise _ShapeError(f"{len(found)} {kind} resources, one is needed")
        return found[0]

    def _check_subjects(self) -> None:
        """Check that all resources are of one person: a mixed bundle is never read."""
        for resource in self.by_url.values():
            subject = resource.get("subject") or resource.get("for")
            if resource["resourceType"] == "Patient" or subject is None:
                continue
            if self.by_url.get(subject["reference"], {}).get("resourceType") != "Patient":
                raise _ShapeError("a resource of another subject")

    def _check_valid(self) -> None:
        """Refuse retracted resources and modifier extensions, which change the meaning."""
        for resource in self.by_url.values():
            kind = _shown(resource["resourceType"])
            if resource.get("status") in _TAKEN_BACK:
                raise _ShapeError(f"a {kind} that was taken back ({resource['status']})")
            # FHIR: a reader that does not know a modifier must not use the resource
            if resource.get("modifierExtension") or resource.get("implicitRules"):
                raise _ShapeError(f"a {kind} that must not be read without its modifier extension")

    def result(self) -> PatientResult:
        """Return the result.

        Raises
        ------
        A part is missing or of another type.
            A part is lacking or of another type.
        """
        results = [self.by_url[ref["reference"]] for ref in self.report["result"]]
        made = self._extensions("provenance")
        if len(made) != 1:
            raise _ShapeError("no provenance")
        calls = tuple(self._call(r) for r in results if _is(r, "genotype"))
        if len({call.gene for call in calls}) != len(calls):
            raise _ShapeError("two calls of one gene")
        return PatientResult(
            sample=self.sample,
            calls=calls,
            recommendations=tuple(self._advice(r) for r in results if _extension(r, "advice")),
            provenance=_provenance(made[0]),
            overrides=tuple(self._override(e) for e in self._extensions("override")),
        )

    def _extensions(self, name: str) -> list[Tree]:
        return [e for e in self.report.get("extension", ()) if e["url"] == own_url(name)]

    def _call(self, genotype: Tree) -> GeneCall:
        [gene] = _values(genotype, "gene-studied")
        meaning = self.by_key.get(
            (f"{OWN}:therapeutic-implication", f"{PHENOTYPE}/{gene['text']}"), {}
        )
        scores = [c["valueString"] for c in meaning.get("component", ()) if _is_score(c)]
        [extension] = _extension(genotype, "call")
        call = record_of(
            GeneCall,
            {
                **fields_of(extension),
                "sample": [self.sample],
                "gene": [gene["text"]],
                "phenotype": [v["text"] for v in _values(meaning, "therapeutic-implication")],
                "activity_score": scores,
            },
        )
        # the text for readers and the data for programs differ: one of them was edited
        if genotype["valueCodeableConcept"] != value_of(call):
            raise _ShapeError("a genotype says another thing than its extension")
        return call

    def _advice(self, implication: Tree) -> Recommendation:
        [extension] = _extension(implication, "advice")
        artifacts = [
            e["valueRelatedArtifact"] for e in implication["extension"] if e["url"] == ARTIFACT
        ]
        labels = {
            kind: [a["label"] for a in artifacts if a["type"] == kind]
            for kind in ("documentation", "citation")
        }
        context = _values(implication, "phenotypic-treatment-context")
        said = fields_of(extension)
        return record_of(
            Recommendation,
            {
                **said,
                "sample": [self.sample],
                "drug": [v["text"] for v in _values(implication, "medication-assessed")],
                "lookup": said.get("lookup", [""]),
                "population": [v["text"] for v in context] or [""],
                "classification": [v["text"] for v in _values(implication, "evidence-level")],
                "text": _values(implication, "conclusion-string"),
                "guideline_id": labels["documentation"],
                "pmids": labels["citation"],
            },
        )

    def _override(self, extension: Tree) -> Override:
        return record_of(Override, {**fields_of(extension), "sample": [self.sample]})


def _shown(kind: str) -> str:
    """Return a resource type for a message; text that is not a word is replaced."""
    return kind if kind in _WRITTEN else "resource"


def _keys(resource: Tree) -> Iterator[tuple[str, str]]:
    for identifier in resource.get("identifier", ()):
        yield identifier["system"], identifier["value"]


def _identifier(resource: Tree, system: str) -> str:
    return dict(_keys(resource))[system]


def _is(resource: Tree, kind: str) -> bool:
    return profile(kind) in resource["meta"]["profile"]


def _is_score(part: Tree) -> bool:
    return any(c == (OWN, SCORE) for c in _codes(part))


def _codes(part: Tree) -> list[tuple[str, str]]:
    return [(c["system"], c["code"]) for c in part["code"].get("coding", ())]


def _values(resource: Tree, name: str) -> list[Any]:
    """Return the values of a resource's components of one kind."""
    [wanted] = _codes({"code": code_of(name)})
    return [
        next(value for key, value in part.items() if key.startswith("value"))
        for part in resource.get("component", ())
        if wanted in _codes(part)
    ]


def _extension(resource: Tree, name: str) -> list[Tree]:
    return [e for e in resource.get("extension", ()) if e["url"] == own_url(name)]


def _provenance(extension: Tree) -> Provenance:
    values = fields_of(extension)
    files = [fields_of(part) for part in values.pop("input", ())]
    settings = [fields_of(part) for part in values.pop("setting", ())]
    made = record_of(Provenance, {**values, "settings": [{}]})
    return msgspec.structs.replace(
        made,
        input=tuple({name: found[0] for name, found in file.items()} for file in files),
        settings={s["name"][0]: s.get("value", [""])[0] for s in settings},
    )
