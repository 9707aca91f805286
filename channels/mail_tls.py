"""Whom a mail server must prove to be before it hears a password or a mail, and what is wrong where it does not.

Trusted is what the machine trusts, and beside it the certificates of one file: many offices sign their own.
"""

from __future__ import annotations

import ssl

from channels.base import SendError

#: OpenSSL's verdict (X509_V_ERR_…) -> our code.
_VERDICTS = {
    9: "tls_expired",  # not valid yet: that clock, or ours
    10: "tls_expired",
    18: "tls_unknown",
    19: "tls_unknown",
    20: "tls_unknown",
    21: "tls_unknown",
    62: "tls_name",
    64: "tls_name",
}

#: code -> what ``aduan doctor`` says of a server.
SENTENCES = {
    "tls_expired": "the server's certificate has expired, or a clock is wrong; nothing was handed over",
    "tls_unknown": "nobody whom we trust vouches for the server's certificate: if it is your own, name its file in "
    "ADUAN_MAIL_CA_FILE; nothing was handed over",
    "tls_name": "the server's certificate is for another name than the one in the address; nothing was handed over",
    "tls": "no encryption could be agreed upon (smtps:// or imaps:// on a port without it?); nothing was handed over",
    "tls_missing": "the server offers no STARTTLS; nothing was handed over in clear",
    "tls_ca": "ADUAN_MAIL_CA_FILE cannot be read",
}


def context(ca_file: str | None) -> ssl.SSLContext:
    """What a connection demands. Raises SendError where the file of certificates cannot be read."""
    made = ssl.create_default_context()
    if not ca_file:
        return made
    try:
        made.load_verify_locations(ca_file)
    except OSError:  # ssl.SSLError, too: no certificate in it
        raise SendError("tls_ca", retryable=True, ours=True, reason="tls") from None
    # The owner of the file vouches for what is in it, be it a server's own certificate or one without the extensions
    # that newer versions of Python insist upon.
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return made


def refusal(error: ssl.SSLError) -> SendError:
    """We did not go on with a server that could not prove who it is."""
    code = "tls"
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _VERDICTS.get(error.verify_code, "tls_unknown")
    return SendError(code, retryable=True, ours=True, reason="tls")
