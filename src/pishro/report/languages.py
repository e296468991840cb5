"""The languages of the report by their tags."""

__all__ = ["CATALOGS", "catalog_of"]

from pishro.errors import SettingError, unknown_name
from pishro.report.catalog import Catalog
from pishro.report.persian import PERSIAN
from pishro.report.sentences import ENGLISH

CATALOGS = {catalog.language: catalog for catalog in (ENGLISH, PERSIAN)}
"""Catalogs by BCP 47 tag."""


def catalog_of(language: str) -> Catalog:
    """The catalog of a language.

    Raises
    ------
    SettingError
        If there is none.
    """
    if language not in CATALOGS:
        raise SettingError(unknown_name("language", language, list(CATALOGS)))
    return CATALOGS[language]
