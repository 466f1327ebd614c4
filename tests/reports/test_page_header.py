"""Header of a laboratory's page: who, whose, why anew, signed by; nothing in it acts."""

from __future__ import annotations

import base64
import re

import msgspec
import pytest

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import PatientContext
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.records.order import IDENTITY_FIELDS, Amends, Order, ReportStatus, Signature
from pgx.records.patient import Patient
from pgx.reports.content.alleles_tested import amp_tiers
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.html_page import render_html
from reports import factory

HOSTILE = '<img src=x onerror="alert(1)">\u202e\x1b[31m{{ 7*7 }}'
LOGO = b"\x89PNG\r\n\x1a\n"
USE = ENGLISH["header"]
_DAYS = {"birth_date": "1960-02-29", "collected": "2026-11-02", "received": "2026-11-03"}


def order(text: str = "") -> Order:
    """Return an order whose free fields hold their own name, or the text."""
    given = {name: text or f"the {name}" for name in IDENTITY_FIELDS if name not in _NOT_FREE}
    signed = Signature(name=text or "Dr. A", role=text or "director", date="2026-11-20")
    return Order(
        **given,
        **_DAYS,
        reported="2026-11-20",
        sex="female",
        comment=text or "first\n\nsecond",
        signatures=(signed,),
    )


_NOT_FREE = (*_DAYS, "reported", "sex")


def page(**facts) -> str:
    result = factory.result()
    found = ReportFacts(**{"orders": {result.sample: order()}, **facts})
    return render_html(result, found)


def plain(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html.partition("<body>")[2]).split())


def test_each_field_of_the_order_is_in_the_header():
    head = plain(page().partition("<nav")[0])
    for name in IDENTITY_FIELDS:
        assert ENGLISH["header"][name] in head
        if name not in _NOT_FREE:
            assert f"the {name}" in head
    assert head.count("1960-02-29") == 1
    assert ENGLISH["header"]["status_preliminary"] in head


def test_a_fact_that_the_order_states_is_not_repeated():
    result = factory.result(context=PatientContext(patient=Patient(sex="female")))
    head = render_html(result, ReportFacts(orders={result.sample: order()})).partition("<nav")[0]
    assert plain(head).count(ENGLISH["header"]["sex_female"]) == 1


def test_comment_and_signatures():
    html = page()
    assert re.search(r"<p>first\s*<p>second", html)
    said = plain(html)
    assert "Dr. A , director" in said
    assert ENGLISH["label"]["reviewed"] not in said
    assert ENGLISH["label"]["reviewed"] in plain(page(orders={}))


def test_the_logo_is_the_only_picture_that_the_policy_permits():
    laboratory = Laboratory(name="Lab", address=("Street",), logo=LOGO, logo_kind="png")
    html = page(laboratory=laboratory)
    assert f'src="data:image/png;base64,{base64.b64encode(LOGO).decode()}"' in html
    assert "img-src data:;" in html
    assert "img-src" not in page()


@pytest.mark.parametrize("validated", [False, True])
def test_research_use_is_lifted_by_validation(validated):
    result = factory.result()
    genes = tuple(ValidatedGene(gene=call.gene) for call in result.calls) if validated else ()
    html = page(laboratory=Laboratory(name="Lab", validated_genes=genes))
    assert ("research use" in plain(html.partition("<main")[0])) is not validated


def test_an_amended_report_says_why_and_what():
    old = factory.result(calls=(factory.called(diplotype="*1/*2"),))
    amends = Amends(result=old, sha256="ab" * 32, reason="second method")
    html = page(amends=amends, status=ReportStatus.CORRECTED)
    banner = html.partition('class="amended"')[2].partition("</div>")[0]
    assert "second method" in banner
    assert ENGLISH["header"]["status_corrected"] in banner
    assert "CYP2C19" in banner


def test_hostile_text_stays_text():
    laboratory = Laboratory(
        **dict.fromkeys(
            ("name", "director", "accreditation", "clia", "cap", "iso", "assay"), HOSTILE
        ),
        address=(HOSTILE,),
        performance=(HOSTILE,),
        comment=HOSTILE,
        validated_genes=(ValidatedGene(gene="CYP2C19", scope=HOSTILE),),
    )
    result = factory.result()
    amends = Amends(
        result=msgspec.structs.replace(result, calls=()), sha256="ab" * 32, reason=HOSTILE
    )
    html = page(laboratory=laboratory, orders={result.sample: order(HOSTILE)}, amends=amends)
    assert html.count("<script") == 1
    assert "<img" not in html
    assert not {"\u202e", "\x1b"} & set(html)
    assert "49" not in plain(html.partition("<nav")[0])


def test_the_alleles_of_a_gene_are_named_with_their_tier():
    knowledge = KnowledgeBase()
    html = page(definitions=knowledge.genes, amp_tiers=amp_tiers(knowledge))
    gene = plain("<body>" + html.partition('id="gene-CYP2C19"')[2].partition("</details>")[0])
    assert ENGLISH["alleles"]["title"] in gene
    assert ENGLISH["alleles"]["tier_of"].format(tier=1) + ": *2, *3, *17" in gene
