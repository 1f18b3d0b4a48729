//! Where addresses are, and which ones attacks are known to come from: what the operator's files say, for threat
//! protection (docs/THREATS.md).

use std::net::IpAddr;

/// What is known of an address. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The city, in English.
    pub city: String,
    /// The country, in English.
    pub country: String,
    /// The country's two letters.
    pub country_code: String,
    /// The name of its time zone, such as `Europe/Berlin`.
    pub timezone: String,
    /// Latitude and longitude in degrees.
    pub point: Option<(f64, f64)>,
    /// The radius in kilometres within which the address really is.
    pub radius: u16,
    /// The number of the network's operator.
    pub operator: Option<u32>,
}

/// Knows places. Its answers come from memory.
pub trait Places: Send + Sync {
    /// Returns what is known of an address; None for nothing.
    fn find(&self, ip: IpAddr) -> Option<Place>;

    /// True for an address in a network that attacks are known to come from.
    fn is_bad(&self, ip: IpAddr) -> bool;
}
