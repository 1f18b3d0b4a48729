//! A list of networks that attacks come from: one address or range in CIDR form a line; what follows `#` is a comment.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context as _, bail};

/// The longest list that is read, in bytes.
const LONGEST: u64 = 64 << 20;
/// The most lines that are kept.
const MOST: usize = 1_000_000;

/// Ranges of addresses, sorted and apart; those of IPv4 as IPv6 maps them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<(u128, u128)>);

impl Networks {
    /// Reads a list.
    ///
    /// # Errors
    /// A file that cannot be read or is too long; the first line that is no range.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut text = String::new();
        let mut file = std::fs::File::open(path)?.take(LONGEST + 1);
        file.read_to_string(&mut text)?;
        if text.len() as u64 > LONGEST {
            bail!("is longer than {LONGEST} bytes");
        }
        Self::parse(&text)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut ranges = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let said = line.split('#').next().unwrap_or_default().trim();
            if said.is_empty() {
                continue;
            }
            if ranges.len() >= MOST {
                bail!("has more than {MOST} networks");
            }
            let range = range(said);
            ranges.push(range.with_context(|| format!("line {number}: `{said}` is no network"))?);
        }
        ranges.sort_unstable();
        let mut apart: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match apart.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => apart.push((from, to)),
            }
        }
        Ok(Self(apart))
    }

    /// True for an address in one of the networks.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let number = number(ip);
        let after = self.0.partition_point(|(from, _)| *from <= number);
        let before = after.checked_sub(1).and_then(|index| self.0.get(index));
        before.is_some_and(|(_, to)| number <= *to)
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// Returns the first and the last address of a range; None for what is none.
fn range(text: &str) -> Option<(u128, u128)> {
    let (ip, bits) = match text.split_once('/') {
        Some((ip, bits)) => (ip, Some(bits)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let bits: u32 = match bits {
        Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().ok()?,
        Some(_) => return None,
        None => longest,
    };
    let free = longest.checked_sub(bits)?;
    let number = match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let hosts = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    Some((number & !hosts, number | hosts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(list: &Networks, ip: &str) -> bool {
        list.contains(ip.parse().unwrap())
    }

    #[test]
    fn addresses_are_found_in_their_networks() {
        let text = "# known\n\n10.0.0.0/8\n10.1.0.0/16 # inside\n192.0.2.7\n2001:db8::/32\n198.51.100.130/25\r\n";
        let list = Networks::parse(text).unwrap();
        assert_eq!(list.0.len(), 4);
        for ip in [
            "10.0.0.0",
            "10.255.255.255",
            "::ffff:10.2.3.4",
            "192.0.2.7",
            "2001:db8:ffff::1",
            "198.51.100.128",
        ] {
            assert!(has(&list, ip), "{ip}");
        }
        for ip in [
            "9.255.255.255",
            "11.0.0.0",
            "192.0.2.8",
            "2001:db9::",
            "198.51.100.127",
        ] {
            assert!(!has(&list, ip), "{ip}");
        }
        assert!(!has(&Networks::default(), "10.0.0.1"));
        let all = Networks::parse("::/0").unwrap();
        assert!(has(&all, "10.0.0.1") && has(&all, "::1") && has(&all, "ffff::"));
        let all = Networks::parse("0.0.0.0/0").unwrap();
        assert!(has(&all, "255.255.255.255") && !has(&all, "2001:db8::1"));
    }

    #[test]
    fn a_line_that_is_no_network_is_named() {
        for (text, line) in [
            ("10.0.0.0/8\n10.0.0.0/33", 2),
            ("example.com", 1),
            ("10.0.0.0/-1", 1),
            ("10.0.0.0/", 1),
            ("::/129", 1),
        ] {
            let error = Networks::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("line {line}: ")), "{error}");
        }
    }
}
