"""What can stand on either side of a comparison: a profile, or one of its domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from core.profiling import Profile

translate = QCoreApplication.translate  # the name that lupdate looks for


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side.

    Attributes:
        profile: Fingerprint of the profile.
        domain: One domain; empty for all of them.
    """

    profile: str
    domain: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A profile that can be compared.

    Attributes:
        profile: The profile.
        name: Its name; empty for the project's own.
        path: Its file, as the command line names it.
    """

    profile: Profile
    name: str
    path: Path

    @property
    def sides(self) -> tuple[tuple[str, Side], ...]:
        """(text, side) of everything in it."""
        key, out = self.profile.fingerprint, []
        domains = self.profile.domains
        whole = self.name or translate("Sides", "all domains")
        out.append((whole, Side(profile=key)))
        if len(domains) > 1:
            for domain in domains:
                text = f"{self.name} · {domain}" if self.name else domain
                out.append((text, Side(profile=key, domain=domain)))
        return tuple(out)

    def weights(self, side: Side) -> Mapping[str, float] | None:
        """Weights that leave only the side's domain."""
        if not side.domain:
            return None
        return {name: float(name == side.domain) for name in self.profile.domains}
