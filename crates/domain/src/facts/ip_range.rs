//! An address or a CIDR range.

use std::net::IpAddr;
use std::str::FromStr;

/// The addresses that share the first bits of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    address: IpAddr,
    bits: u32,
}

impl FromStr for IpRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is neither an address nor a range such as 10.0.0.0/8");
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| refused())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let is_number = |bits: &str| !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
        let bits = match bits {
            None => width,
            Some(bits) if is_number(bits) => bits.parse().map_err(|_| refused())?,
            Some(_) => return Err(refused()),
        };
        if bits > width {
            return Err(refused());
        }
        Ok(Self { address, bits })
    }
}

impl IpRange {
    /// True if the address is in the range. An IPv4 address is never in an IPv6 range.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (a, b, width) = match (self.address, ip) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                (u128::from(a.to_bits()), u128::from(b.to_bits()), 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        // Shifting by the whole width is not defined, and /0 holds everything.
        (a ^ b)
            .checked_shr(width - self.bits)
            .is_none_or(|rest| rest == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, ip: &str) -> bool {
        range
            .parse::<IpRange>()
            .unwrap()
            .contains(ip.parse().unwrap())
    }

    #[test]
    fn ranges_hold_their_addresses() {
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.9/8", "10.255.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(
            holds("::/0", "2001:db8::1")
                && holds("2001:db8::/32", "2001:db8::1")
                && !holds("2001:db8::/32", "2001:db9::1")
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/+8",
            "10.0.0.0/",
            "::/129",
            "10.0.0.0/x",
            "example.org",
        ] {
            assert!(text.parse::<IpRange>().is_err(), "{text}");
        }
    }
}
