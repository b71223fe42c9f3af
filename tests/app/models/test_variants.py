"""The variants table sorts by numbers, knows what is comparable, and obeys Qt's model rules."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.variants import VariantsModel, VariantsSort
from app.widgets.variant_table import VariantRole
from core.evaluation.variant import Provenance, Variant


def row(
    name: str, overall: float | None, size: int, kind: str = "plan", texts: str = "t"
) -> Variant:
    perplexity = {} if overall is None else {"overall": overall, "korean": overall * 2}
    return Variant(
        name=name,
        kind=kind,  # type: ignore[arg-type]
        provenance=Provenance(plan=name, texts=texts, sources=("demo",), tokens=10),
        perplexity=perplexity,
        bytes=size,
    )


VARIANTS = (
    row("original", 30.0, 1000, "original"),
    row("nine", 9.5, 900),
    row("hundred", 120.0, 100),
    row("unmeasured", None, 500),
    row("broken", math.inf, 10),
)


@pytest.fixture
def model(qapp: object) -> VariantsModel:
    model = VariantsModel()
    model.set_variants(VARIANTS)
    return model


def column(model: VariantsModel, title: str) -> int:
    titles = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    return titles.index(title)


def names(sort: VariantsSort) -> list[str]:
    return [sort.index(i, 0).data() for i in range(sort.rowCount())]


def test_the_model_obeys_the_rules_of_qt_models(qapp: object) -> None:
    model = VariantsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_variants(VARIANTS)
    model.set_variants(VARIANTS[:2])
    assert tester.model() is model
    assert model.rowCount(QModelIndex()) == 2


def test_sorting_goes_by_the_number_not_the_text(model: VariantsModel) -> None:
    sort = VariantsSort()
    sort.setSourceModel(model)
    sort.sort(column(model, "Perplexity"), Qt.SortOrder.AscendingOrder)
    assert names(sort) == ["nine", "original", "hundred", "broken", "unmeasured"]


def test_what_was_not_measured_comes_last_in_both_directions(model: VariantsModel) -> None:
    sort = VariantsSort()
    sort.setSourceModel(model)
    sort.sort(column(model, "Perplexity"), Qt.SortOrder.DescendingOrder)
    assert names(sort) == ["broken", "hundred", "original", "nine", "unmeasured"]


def test_every_domain_that_was_measured_has_a_column(model: VariantsModel) -> None:
    index = model.index(0, column(model, "korean"))
    assert index.data() == "60.00"
    assert model.first_domain_column == column(model, "korean")


def test_changes_are_against_the_original(model: VariantsModel) -> None:
    size = column(model, "Size")
    assert model.index(2, size).data(VariantRole.CHANGE) == pytest.approx(-0.9)
    assert model.index(0, size).data(VariantRole.CHANGE) is None


def test_no_perplexity_change_is_claimed_across_different_texts(qapp: object) -> None:
    model = VariantsModel()
    model.set_variants((VARIANTS[0], row("other", 31.0, 900, texts="u")))
    assert model.index(1, column(model, "Perplexity")).data(VariantRole.CHANGE) is None
    assert model.index(1, column(model, "Size")).data(VariantRole.CHANGE) == pytest.approx(-0.1)


def test_the_tooltip_tells_what_made_the_numbers(model: VariantsModel) -> None:
    tip = model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "demo" in tip
    assert "Tokens: 10" in tip
