"""Which preset fits the files at hand: from their header rows, with the reason, never by force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from data.presets.catalogue import Preset, PresetFile, presets
from data.presets.fitting import Fitted, LeftOut, fit
from data.presets.headers import FileHeader, Names

THRESHOLD: Final = 0.6
"""Below this confidence a preset is not offered."""

MARGIN: Final = 0.05
"""Two presets nearer to each other than this are a doubt, and a person decides."""


Reason = Literal["nothing_similar", "missing_columns", "ambiguous", "fills_nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What speaks for a file being one that a preset knows.

    Attributes
    ----------
    preset : Preset
        The preset.
    file : PresetFile
        Which of its files.
    header : FileHeader
        The file at hand.
    confidence : float
        0 when a required column is missing; else from the file's `distinctive` to its `ceiling`.
    matched, missing : tuple of str
        Required and typical columns that are there, required columns that are not.
    """

    preset: Preset
    file: PresetFile
    header: FileHeader
    confidence: float
    matched: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A preset that fits some of the files.

    Attributes
    ----------
    preset : Preset
        The preset.
    candidates : tuple of Candidate
        One for each file it reads.
    fitted : Fitted
        Its mapping for these files, and what it leaves out.
    """

    preset: Preset
    candidates: tuple[Candidate, ...]
    fitted: Fitted

    @property
    def confidence(self) -> float:
        """The lowest confidence among its files."""
        return min(candidate.confidence for candidate in self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised:
    """A file that no preset fits.

    Attributes
    ----------
    header : FileHeader
        The file.
    reason : str
        "nothing_similar", "missing_columns" (of the nearest), "ambiguous" (of the two
        nearest) or "fills_nothing" (the preset needs another file beside it).
    nearest : tuple of Candidate
        The nearest presets, best first; at most three.
    left_out : tuple of LeftOut
        For "fills_nothing": what the preset would fill, and what that needs.
    """

    header: FileHeader
    reason: Reason
    nearest: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What is known about the files from their header rows."""

    recognised: tuple[Recognised, ...]
    unrecognised: tuple[Unrecognised, ...]

    @property
    def best(self) -> Recognised | None:
        """The one preset that reads all files; None when there is none, or not one only."""
        is_clear = len(self.recognised) == 1 and not self.unrecognised
        return self.recognised[0] if is_clear else None


def recognise(headers: Iterable[FileHeader], *, time_zone: str | None = None) -> Recognition:
    """Return which presets read the files that have these header rows.

    Parameters
    ----------
    headers : iterable of FileHeader
        All files that are imported together.
    time_zone : str or None
        Zone of dates that name none; None leaves what the preset says.
    """
    chosen: dict[str, list[Candidate]] = {}
    doubtful = []
    for header in headers:
        found = _choose(header)
        if isinstance(found, Candidate):
            chosen.setdefault(found.preset.preset_id, []).append(found)
        else:
            doubtful.append(found)
    unrecognised = [found for found in doubtful if not _joins_company(found, chosen)]
    recognised = []
    for group in chosen.values():
        fitted = _fitted(group, time_zone)
        if fitted.mapping.feeds:
            recognised.append(Recognised(preset=group[0].preset, candidates=tuple(group), fitted=fitted))
        else:
            unrecognised += [_alone(candidate, fitted) for candidate in group]
    return Recognition(recognised=tuple(recognised), unrecognised=tuple(unrecognised))


def candidates(header: FileHeader) -> list[Candidate]:
    """Return every file of every preset that `header` shares a required column with, best first."""
    found = [_candidate(preset, file, header) for preset in presets() for file in preset.files.values()]
    return sorted(
        (candidate for candidate in found if len(candidate.missing) < len(candidate.file.required)),
        key=lambda candidate: (-candidate.confidence, -_share_required(candidate), -len(candidate.matched)),
    )


def _choose(header: FileHeader) -> Candidate | Unrecognised:
    found = candidates(header)
    good = [candidate for candidate in found if candidate.confidence >= THRESHOLD]
    if not good:
        reason: Reason = "missing_columns" if found and _share_required(found[0]) >= 0.5 else "nothing_similar"
        return Unrecognised(header=header, reason=reason, nearest=tuple(found[:3]))
    best = _best_of_preset(good)
    others = [candidate for candidate in good if candidate.preset.preset_id != best.preset.preset_id]
    if others and best.confidence - others[0].confidence < MARGIN:
        return Unrecognised(header=header, reason="ambiguous", nearest=(best, others[0]))
    return best


def _joins_company(found: Unrecognised, chosen: dict[str, list[Candidate]]) -> bool:
    """Take a doubtful file that has all columns of a preset which another file has settled."""
    likely = [candidate for candidate in found.nearest if not candidate.missing]
    company = [candidate for candidate in likely if candidate.preset.preset_id in chosen]
    if len({candidate.preset.preset_id for candidate in company}) != 1:
        return False
    best = _best_of_preset(company)
    chosen[best.preset.preset_id].append(replace(best, confidence=max(best.confidence, THRESHOLD)))
    return True


def _best_of_preset(good: list[Candidate]) -> Candidate:
    """Return the file of the best preset that asks for most: a history table is also a table."""
    same = [candidate for candidate in good if candidate.preset.preset_id == good[0].preset.preset_id]
    return max(same, key=lambda candidate: (len(candidate.file.required), candidate.confidence))


def _candidate(preset: Preset, file: PresetFile, header: FileHeader) -> Candidate:
    required = _there(file.required, header, preset.names)
    typical = _there(file.typical, header, preset.names)
    missing = tuple(name for name in file.required if name not in required)
    share = min(1.0, len(typical) / file.enough)
    return Candidate(
        preset=preset,
        file=file,
        header=header,
        confidence=0.0 if missing else file.distinctive + (file.ceiling - file.distinctive) * share,
        matched=(*required, *typical),
        missing=missing,
    )


def _there(wanted: tuple[str, ...], header: FileHeader, names: Names) -> tuple[str, ...]:
    return tuple(name for name in wanted if header.find(name, names) is not None)


def _share_required(candidate: Candidate) -> float:
    return 1 - len(candidate.missing) / len(candidate.file.required)


def _fitted(group: list[Candidate], time_zone: str | None) -> Fitted:
    files: dict[str, list[FileHeader]] = {}
    for candidate in group:
        files.setdefault(candidate.file.alias, []).append(candidate.header)
    return fit(group[0].preset, files, time_zone=time_zone)


def _alone(candidate: Candidate, fitted: Fitted) -> Unrecognised:
    return Unrecognised(header=candidate.header, reason="fills_nothing", nearest=(candidate,), left_out=fitted.left_out)
