"""Imports: files of any shape in, checked rows and explained failures out."""

from data.imports.importing import import_files
from data.imports.mapping import Mapping
from data.imports.mapping_file import MappingError, load_mapping, parse_mapping
from data.imports.progress import Progress
from data.imports.rejects import write_rejects
from data.imports.report import FileReport, ImportReport, Oddity

__all__ = [
    "FileReport",
    "ImportReport",
    "Mapping",
    "MappingError",
    "Oddity",
    "Progress",
    "import_files",
    "load_mapping",
    "parse_mapping",
    "write_rejects",
]
