"""Addresses of notifiers: `scheme://user:password@host:port/path?options#secret`.

Where a scheme means HTTPS, `scheme+http` means plain HTTP.
"""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


def parse(address: str, *schemes: str) -> SplitResult | None:
    """The parts of an address if it has one of these schemes, else None."""
    scheme, colon, _ = address.partition("://")
    return urlsplit(address) if colon and scheme.lower() in schemes else None


def option(parts: SplitResult, name: str) -> str | None:
    """An option such as `to` in "…?to=ops@example.com"; None if it is not there."""
    values = parse_qs(parts.query).get(name)
    return values[0] if values else None


def secret(parts: SplitResult) -> str:
    """What stands after "#", with percent signs resolved."""
    return unquote(parts.fragment)


def web_url(parts: SplitResult, *, host: str | None = None, path: str | None = None) -> str:
    """The address to call: https, or http where the scheme says so; without user and secret."""
    protocol = "http" if parts.scheme.endswith("+http") else "https"
    place = host or (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    query = f"?{parts.query}" if parts.query and path is None else ""
    return f"{protocol}://{place}{parts.path if path is None else path}{query}"
