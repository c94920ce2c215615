"""How these certificates were made: `python make.py` in an environment with `cryptography`. For tests alone."""

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FOLDER = Path(__file__).parent
BEGIN, END, LONG_AGO = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2120, 2021))


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def certificate(key, subject, issuer, signer, end, *, host=None, is_authority=False):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(end)
        .add_extension(
            x509.BasicConstraints(ca=is_authority, path_length=None), critical=True
        )
    )
    if host is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([host]), critical=False
        )
    return builder.sign(signer, hashes.SHA256()).public_bytes(
        serialization.Encoding.PEM
    )


def pem_of(key) -> bytes:
    """The private key, in the clear."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def main() -> None:
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    here, elsewhere = (
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.DNSName("other.example.test"),
    )
    key = pem_of(server)
    ca = "Test authority"
    files = {
        "authority": certificate(authority, ca, ca, authority, END, is_authority=True),
        "good": certificate(server, "server", ca, authority, END, host=here) + key,
        "expired": certificate(server, "server", ca, authority, LONG_AGO, host=here)
        + key,
        "wrong-host": certificate(server, "server", ca, authority, END, host=elsewhere)
        + key,
        "self-signed": certificate(server, "server", "server", server, END, host=here)
        + key,
    }
    for file, content in files.items():
        (FOLDER / f"{file}.pem").write_bytes(content)


if __name__ == "__main__":
    main()
