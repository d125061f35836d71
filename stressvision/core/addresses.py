"""Network addresses of clients: those of this machine, and the unit that limits count by."""

import ipaddress
from functools import lru_cache

from stressvision.core.config import LOOPBACK_HOSTS

_SUBNET = 64
"""Bits of an IPv6 address that a provider assigns to one customer, with every address below them."""


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Return whether an address is of this machine."""
    return client_network(address) in LOOPBACK_HOSTS


def client_network(address: str) -> str:
    """Return the unit of a client's address that limits count by: the IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    if parsed.is_loopback:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _SUBNET), strict=False))
