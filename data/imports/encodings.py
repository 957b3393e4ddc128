"""Which encoding a text file is in, judged over the whole file and never guessed silently.

In turn: a byte order mark, strict UTF-8, strict CP932 (what Japanese Windows calls
Shift_JIS, with its circled digits and company signs), strict EUC-JP. Statistical
detectors name a short CP932 file GB18030; strict decoding cannot.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.imports.progress import Tell

CHUNK: Final = 1 << 20
"""Bytes read at a time."""

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_EUC_JP: Final = ("euc_jp", "euc_jis_2004")
_HALF_WIDTH_KATAKANA: Final = re.compile("[\uff61-\uff9f]")
_KANA: Final = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """An encoding, as Python calls it, and what else it might be."""

    name: str
    doubt: str | None = None

    @property
    def is_utf8(self) -> bool:
        """True when the engine can read the file as it is."""
        return self.name in ("utf-8", "utf-8-sig")


def quick_encoding(path: Path) -> Encoding | None:
    """Return what the beginning of the file says; None when the whole file must be judged.

    The engine refuses a later byte that is not UTF-8, so nothing is taken on trust.
    """
    with path.open("rb") as file:
        start = file.read(CHUNK)
    name = next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")
    try:
        codecs.getincrementaldecoder(name)().decode(start, final=len(start) < CHUNK)
    except UnicodeDecodeError:
        return None
    return Encoding(name=name)


def find_encoding(path: Path) -> Encoding:
    """Judge the whole file.

    Raises
    ------
    InputError
        If no encoding fits every byte of it; names the line of the first byte that is not UTF-8.
    """
    quick = quick_encoding(path)
    if quick is not None and (quick.name != "utf-8" or _fits(path, "utf-8")):
        return quick
    euc = next((name for name in _EUC_JP if _fits(path, name)), None)
    if _fits(path, "cp932"):
        return _cp932_or_euc(path, euc)
    if euc is not None:
        return Encoding(name=euc)
    raise InputError(
        f"{path.name} line {_first_bad_line(path)}: is neither UTF-8 nor CP932 (Shift_JIS) nor EUC-JP from here on; "
        "save the file as UTF-8, or name its encoding in a mapping (encoding = ...)"
    )


def require_encoding(path: Path, encoding: str) -> None:
    """Refuse a file that is not in `encoding` throughout, with an InputError."""
    if not _fits(path, encoding):
        raise InputError(f"{path.name}: is not in {encoding} throughout; name another encoding, or save it as UTF-8")


def decode_to_utf8(path: Path, encoding: str, target: Path, tell: Tell | None = None) -> None:
    """Write the text of `path` to `target` in UTF-8, line ends untouched; `tell` hears how far it is.

    Raises
    ------
    InputError
        If a byte does not fit the encoding, or the encoding is unknown.
    """
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            for number, text in enumerate(_decoded(path, encoding)):
                file.write(text)
                if tell:
                    tell(number * CHUNK / max(path.stat().st_size, 1))
    except LookupError as error:
        raise InputError(
            f"{path.name}: there is no encoding {encoding!r}; use for example utf-8, cp932 or euc_jp"
        ) from error
    except UnicodeError as error:
        raise InputError(
            f"{path.name}: is not in {encoding} throughout ({error.__class__.__name__}); name another encoding"
        ) from error


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _fits(path: Path, encoding: str) -> bool:
    try:
        for _ in _decoded(path, encoding):
            pass
    except UnicodeError:
        return False
    return True


def _cp932_or_euc(path: Path, euc: str | None) -> Encoding:
    """Both fit: EUC-JP read as CP932 is a run of half-width katakana, and hardly ever the other way round."""
    if euc is None:
        return Encoding(name="cp932")
    as_cp932 = "".join(text for text in _decoded(path, "cp932") if not text.isascii())
    as_euc = "".join(text for text in _decoded(path, euc) if not text.isascii())
    n_foreign = sum(not character.isascii() for character in as_cp932)
    is_euc = len(_HALF_WIDTH_KATAKANA.findall(as_cp932)) * 2 > n_foreign and _KANA.search(as_euc) is not None
    return Encoding(name=euc, doubt="cp932") if is_euc else Encoding(name="cp932", doubt=euc)


def _first_bad_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1
