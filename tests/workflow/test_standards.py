"""The catalogue that recommendations start from: whole for every category, cited from documents that we have, no law."""

from __future__ import annotations

import re

import pytest

import triage
from workflow import standards

STANDARDS, MEASURES = standards.document("standards"), standards.document("measures")
#: What the documents have no standard for; said here by name, so that a forgotten list is no silence.
NONE_IN_THE_DOCUMENTS = {"kekerasan", "kekerasan_seksual", "narkoba_hp", "lainnya"}
LAW = re.compile(r"\b(pasal|ayat|article|art\.|UU|PP|Perpres|Permen\w*|Keppres|Kepmen\w*|PAS-)\s*\d*", re.I)


@pytest.mark.parametrize("category", triage.CATEGORIES)
def test_a_category_has_standards_or_says_that_there_are_none(category: str) -> None:
    found = standards.of_category(category, "RUTAN-MAGETAN", "id")
    assert bool(found) == (category not in NONE_IN_THE_DOCUMENTS)
    assert len(found) == len({s.citation for s in found})


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("category", triage.CATEGORIES)
def test_a_category_has_two_measures_with_everything_that_a_head_asks_for(category: str, locale: str) -> None:
    offered = {s.id for s in standards.of_category(category, "LAPAS-BLITAR", locale)}
    found = standards.measures(category, "LAPAS-BLITAR", locale, locale)
    assert len({m.text for m in found}) >= 2
    for measure in found:
        assert measure.official
        assert re.search(r"tanpa biaya|anggaran|no cost|budget", measure.effort)
        assert (measure.standard in offered) == bool(offered)
        assert standards.gaps(measure.answer), "a draft without a gap would go out unread"
        assert not re.sub(r"\{\w+\}", "", measure.answer).count("{")


def test_every_citation_names_a_document_and_a_place() -> None:
    for key, row in STANDARDS["standard"].items():
        assert row["cites"], key
        for cite in row["cites"]:
            document, _, place = cite.partition(" ")
            assert document in STANDARDS["document"], key
            assert place.strip(), key
    assert len(STANDARDS["document"]) == 3


def test_every_standard_that_a_category_or_a_measure_names_exists() -> None:
    named = {key for name in triage.CATEGORIES for key in MEASURES[name]["standards"].split()}
    for name in triage.CATEGORIES:
        for measure in MEASURES[name]["measure"]:
            assert set(measure.get("standard", "").split()) <= set(MEASURES[name]["standards"].split())
    assert named == set(STANDARDS["standard"])


def test_no_law_is_printed() -> None:
    for row in STANDARDS["standard"].values():
        assert not LAW.search(row["id"] + " " + row["en"])
    for name in triage.CATEGORIES:
        for measure in MEASURES[name]["measure"]:
            assert not LAW.search(" ".join(str(v) for v in measure.values())), measure["id"]


def test_a_rutan_is_not_held_to_what_the_guideline_asks_of_a_lapas() -> None:
    assert standards.find("visit.wait", "RUTAN-MAGETAN", "id") is None
    lapas = standards.find("visit.wait", "LAPAS-BLITAR", "id")
    assert lapas is not None
    assert lapas.value == "30 menit"
    assert lapas.source == "Pedoman Kriteria Pelayanan Publik Berbasis HAM, C.4.b.12"
    everywhere = standards.find("parole.free", "RUTAN-MAGETAN", "en")
    assert everywhere is not None
    assert "C.4.b.9" in everywhere.citation


def test_the_standard_of_one_house_is_cited_in_that_house_alone() -> None:
    here, there = (standards.find("arts.duration", code, "id") for code in ("RUTAN-MAGETAN", "RUTAN-BLITAR"))
    assert here
    assert there
    assert "Magetan" in here.source
    assert "Magetan" not in there.source


def test_only_known_gaps_count_as_gaps() -> None:
    assert standards.gaps("Pada {tanggal}: {temuan}, {temuan}. Kamar {7}, {Budi}.") == ["{tanggal}", "{temuan}"]
