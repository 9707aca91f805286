"""Certificates as mail servers show them, made anew for every test run."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Shown:
    """What a server shows: key, certificate and chain in one."""

    pem: bytes

    def load(self, context: ssl.SSLContext, folder: Path) -> None:
        """From now on whoever connects is shown this."""
        path = folder / "server.pem"
        path.write_bytes(self.pem)
        context.load_cert_chain(path)

    def context(self, folder: Path) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.load(made, folder)
        return made


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


def trusted(folder: Path) -> Path:
    """The file that an office names in its settings."""
    path = folder / "ca.pem"
    _authority().cert_pem.write_to_path(path)
    return path


@cache
def shown(kind: str) -> Shown:
    """``good``, or bad for one reason: ``name``, ``unknown``, ``expired``."""
    authority = trustme.CA() if kind == "unknown" else _authority()
    name = "surat.lain.example" if kind == "name" else "127.0.0.1"
    ended = datetime.now(UTC) - timedelta(days=1) if kind == "expired" else None
    begun = datetime.now(UTC) - timedelta(days=90)
    made = authority.issue_cert(name, not_before=begun, not_after=ended)
    return Shown(made.private_key_and_cert_chain_pem.bytes())


@cache
def self_signed() -> tuple[Shown, bytes]:
    """What an office makes for its own server with one command, and the certificate alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "surat.rutan.example")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    begun = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(begun).not_valid_after(begun + timedelta(days=365)).add_extension(address, False)
    certificate = made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Shown(private + certificate), certificate
