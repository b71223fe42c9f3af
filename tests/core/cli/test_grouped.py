"""Options that commands share are declared once, and typer sees each of them in its place."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer

from core.cli.grouped import grouped
from core.cli.tune import tune
from core.cli.tune_search import tune_search
from core.tuning import TuneOptions

Size = Annotated[int, typer.Option("--size", help="How large.")]


@dataclass(frozen=True, kw_only=True)
class Shape:
    size: Size
    colour: Annotated[str, typer.Option("--colour")] = "red"


def test_fields_stand_where_the_group_stood_and_come_back_as_one_value() -> None:
    seen: list[object] = []

    @grouped
    def paint(name: str, *, first: bool = False, shape: Shape, last: int = 3) -> None:
        """Paint."""
        seen.append((name, first, shape, last))

    signature = inspect.signature(paint)
    assert list(signature.parameters) == ["name", "first", "size", "colour", "last"]
    assert signature.parameters["size"].default is inspect.Parameter.empty
    assert signature.parameters["size"].annotation == Size
    assert paint.__doc__ == "Paint."
    paint(name="a", first=True, size=4, colour="blue", last=1)
    assert seen == [("a", True, Shape(size=4, colour="blue"), 1)]


def test_two_options_of_one_name_are_refused_when_the_command_is_made() -> None:
    def paint(*, size: Size, shape: Shape) -> None:
        """Paint."""

    with pytest.raises(ValueError, match="size"):
        grouped(paint)


def test_a_search_takes_every_option_of_a_run_but_those_of_its_end() -> None:
    own = {"output", "eval_every", "save_every", "keep_checkpoints", "patience", "resume"}
    own |= {"use_step", "dry_run"}
    runs, searches = (set(inspect.signature(command).parameters) for command in (tune, tune_search))
    assert runs - searches == own
    assert searches - runs == {"minutes"}
    named = {"learning_rate": "lr", "warmup_steps": "warmup"}
    fields = {named.get(name, name) for name in inspect.signature(TuneOptions).parameters}
    assert fields - runs == {"lora_alpha", "log_every"}
