//! The address of a client, as far as it is known, and the group of addresses that counts as one client.

use std::net::IpAddr;

/// The sender of a request, as far as addresses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAddress {
    /// A program on this machine that is no proxy.
    Local(IpAddr),
    /// An address: the peer's, or the one that a trusted proxy names.
    Remote(IpAddr),
    /// Behind a trusted proxy whose header cannot be read.
    Unknown,
}

impl std::fmt::Display for ClientAddress {
    /// Writes the form that records have.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(ip) | Self::Remote(ip) => write!(f, "{ip}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// The addresses that count as one client: one IPv4 address, or one /64 of IPv6, which a single client usually has for
/// itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientNet {
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address.
    V6([u16; 4]),
}

impl ClientNet {
    /// Returns the client that an address belongs to.
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip.octets()),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_by_address_and_by_half_an_address() {
        let net = |text: &str| ClientNet::of(text.parse().unwrap());
        assert_eq!(net("::ffff:192.0.2.1"), net("192.0.2.1"));
        assert_eq!(net("2001:db8::1"), net("2001:db8::ffff:1"));
        assert_ne!(net("2001:db8::1"), net("2001:db8:0:1::1"));
        assert_ne!(net("192.0.2.1"), net("192.0.2.2"));
    }
}
