"""Rows of a data set on the hub, streamed: `hub:<id>[:config][:split]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.calibration.readers import texts_of
from core.errors import InputError


def read_hub(name: str, field: str | None) -> Iterator[object]:
    """Yield the documents of a data set of the hub without downloading all of it.

    Raises:
        InputError: The name is malformed, there is no network, or there is no such data set.
    """
    identifier, config, split = split_name(name)
    return texts_of(hub_rows(identifier, config, split), field, f"hub:{identifier}")


def split_name(name: str) -> tuple[str, str | None, str]:
    """Take `hub:<id>[:config][:split]` apart; the split is "train" unless given.

    Raises:
        InputError: There is no id, or there are too many parts.
    """
    parts = name.removeprefix("hub:").split(":")
    if not parts[0] or len(parts) > 3:
        raise InputError(
            f"{name!r} does not name a data set", remedy="write hub:<id>[:config][:split]"
        )
    config = parts[1] if len(parts) > 1 and parts[1] else None
    split = parts[2] if len(parts) > 2 and parts[2] else "train"
    return parts[0], config, split


def hub_rows(identifier: str, config: str | None, split: str) -> Iterator[Mapping[str, object]]:
    """The rows of one split, streamed.

    Raises:
        InputError: There is no network, or no such data set.
    """
    import datasets

    try:
        data = datasets.load_dataset(identifier, config, split=split, streaming=True)
        yield from data
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        # Offline, unknown, gated and misnamed all come as one of these; the first line says which.
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"cannot read the data set {identifier} from the hub: {reason[0][:300]}",
            remedy="check the name and the network, or download it and give the files",
        ) from error
