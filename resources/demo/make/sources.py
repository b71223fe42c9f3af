"""Where the demo's texts come from: Debian packages, unpacked without installing."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Source:
    """One package, the domain it feeds and the licence its text is under."""

    package: str
    domain: str
    root: str  # folder inside the package
    pattern: str  # glob below root
    licence: str
    holder: str


DOMAINS = ("bible", "manuals", "korean", "python", "c", "math")

_HELP = "usr/share/gimp/2.0/help"
_MALLARD = "usr/share/help"
_OFFICE = "usr/share/libreoffice/help"
_GUIDE = "usr/share/doc/installation-guide-amd64"
_GFDL = "GFDL-1.2-or-later"
_CC = "CC-BY-SA-3.0"
_MPL = "MPL-2.0"
_GPL = "GPL-2.0-or-later"


def _source(package: str, domain: str, folder: tuple[str, str], *rights: str) -> Source:
    (root, pattern), (licence, holder) = folder, rights
    return Source(
        package=package, domain=domain, root=root, pattern=pattern, licence=licence, holder=holder
    )


SOURCES = (
    _source("bible-kjv-text", "bible", ("usr/lib", "bible.data"), "public domain", "(none)"),
    _source("debian-handbook", "manuals", ("usr/share/doc/debian-handbook/html/en-US", "*.html"),
            f"{_GPL} or {_CC}", "Raphaël Hertzog and Roland Mas"),
    _source("debian-policy", "manuals", ("usr/share/doc/debian-policy/policy.html", "*.html"),
            _GPL, "Ian Jackson, Christian Schwarz and the Debian Policy editors"),
    _source("gimp-help-en", "manuals", (f"{_HELP}/en", "*.html"), _GFDL, "GIMP Documentation Team"),
    _source("gnome-user-docs", "manuals", (f"{_MALLARD}/C/gnome-help", "*.page"), _CC,
            "the GNOME Documentation Project"),
    _source("installation-guide-amd64", "manuals", (f"{_GUIDE}/en", "*.html"), _GPL,
            "the Debian Installer team"),
    _source("libreoffice-help-en-us", "manuals", (f"{_OFFICE}/en-US", "text/**/*.html"), _MPL,
            "the LibreOffice contributors"),
    _source("gimp-help-ko", "korean", (f"{_HELP}/ko", "*.html"), _GFDL, "GIMP Documentation Team"),
    _source("gnome-user-docs", "korean", (_MALLARD + "/ko", "*/*.page"), _CC,
            "the GNOME Documentation Project and its Korean translators"),
    _source("installation-guide-amd64", "korean", (f"{_GUIDE}/ko", "*.html"), _GPL,
            "the Debian Installer team and its Korean translators"),
    _source("debian-faq-ko", "korean", ("usr/share/doc/debian/FAQ/ko", "*.html"), _GPL,
            "the Debian FAQ authors and their Korean translators"),
    _source("libreoffice-help-ko", "korean", (f"{_OFFICE}/ko", "text/**/*.html"), _MPL,
            "the LibreOffice contributors"),
    _source("libpython3.11-stdlib", "python", ("usr/lib/python3.11", "**/*.py"), "PSF-2.0",
            "Python Software Foundation"),
    _source("libpython3.11-minimal", "python", ("usr/lib/python3.11", "**/*.py"), "PSF-2.0",
            "Python Software Foundation"),
    _source("linux-libc-dev", "c", ("usr/include", "**/*.h"),
            "GPL-2.0 WITH Linux-syscall-note (some files BSD or MIT)", "the Linux kernel authors"),
    _source("libc6-dev", "c", ("usr/include", "**/*.h"), "LGPL-2.1-or-later",
            "Free Software Foundation"),
)  # fmt: skip


def fetch(package: str, work: Path) -> Path:
    """Downloads and unpacks one Debian package below `work`; returns the unpacked folder.

    Raises RuntimeError when apt or dpkg cannot do it (both are needed, and the network).
    """
    unpacked = work / "unpacked" / package
    if unpacked.is_dir():
        return unpacked
    archives = work / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    if not list(archives.glob(f"{package}_*.deb")):
        _call(["apt-get", "download", package], archives)
    archive = max(archives.glob(f"{package}_*.deb"))
    partial = unpacked.with_suffix(".partial")
    partial.mkdir(parents=True, exist_ok=True)
    _call(["dpkg", "-x", str(archive), str(partial)], archives)
    partial.rename(unpacked)
    return unpacked


def version(package: str, work: Path) -> str:
    """The version of a fetched package."""
    archive = max((work / "archives").glob(f"{package}_*.deb"))
    return subprocess.run(
        ["dpkg-deb", "-f", str(archive), "Version"], check=True, capture_output=True, text=True
    ).stdout.strip()


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"`{' '.join(command)}` failed: {done.stderr.strip()}; "
            "this needs a Debian 12 system with network access to its archive"
        )
