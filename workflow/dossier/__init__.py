"""Everything on one case for the Ombudsman or a court: what was said, decided and sent, with hashes to check it by."""

from workflow.dossier.bundle import Dossier, make
from workflow.dossier.reader import Reader, Refused, find, reader

__all__ = ["Dossier", "Reader", "Refused", "find", "make", "reader"]
