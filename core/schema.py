"""Files that say which schema they have: older ones are brought up to date, newer ones refused.

To change a file's form: raise its `Schema.newest` and add the step from the schema before it. Steps
work on the raw JSON, so they go on working when the code around them changes. They never touch the
disk: a file is rewritten when it is saved next, not because it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import StudioError

Json = Mapping[str, object]
Step = Callable[[Json], Json]


@dataclass(frozen=True, kw_only=True)
class Schema:
    """How one kind of file tells its schema, and how old ones are read.

    Attributes:
        what: The file in words, with its article: "the plan".
        key: The field that holds the schema's number.
        newest: The number that this version writes.
        steps: By schema, what makes the next one of it: all from the oldest that is read.
        wanted: What to use instead of a file that is not one, an imperative phrase or a noun.
        error: What is raised.
    """

    what: str
    key: str
    newest: int
    steps: Mapping[int, Step] = field(default_factory=dict)
    wanted: str = ""
    error: type[StudioError] = StudioError

    @property
    def oldest(self) -> int:
        """The oldest schema that is read."""
        return min(self.steps, default=self.newest)

    def number(self, data: Json) -> int | None:
        """Which schema a file says it has; None if it does not say."""
        found = data.get(self.key)
        known = isinstance(found, int) and not isinstance(found, bool) and found >= self.oldest
        return found if known else None  # type: ignore[return-value]

    def upgraded(self, data: Json) -> Json:
        """The same file in the newest form.

        Raises:
            StudioError: It is of a newer schema, or does not say which it has; of type `error`.
        """
        found = self.number(data)
        if found is None:
            raise self.error(
                f"{self.what} does not say which schema it has ({self.key} is "
                f"{data.get(self.key)!r})",
                remedy=self.wanted,
            )
        if found > self.newest:
            raise self.error(
                f"{self.what} has schema {found}, this version reads up to {self.newest}",
                remedy="a newer SEER Studio",
            )
        for step in range(found, self.newest):
            data = {**self.steps[step](data), self.key: step + 1}
        return data
