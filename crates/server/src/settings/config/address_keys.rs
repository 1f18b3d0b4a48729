//! The files about addresses.

use super::{Key, Kind, key};

/// The files about addresses.
pub const ADDRESS_KEYS: &[Key] = &[
    key(
        "places",
        Kind::One,
        "Database of where addresses are, in the format of MaxMind (FILE.mmdb), for threat protection; read again when it changes",
    ),
    key(
        "bad_networks",
        Kind::One,
        "File with the networks that attacks come from, an address or CIDR range a line, for threat protection; read again when it changes",
    ),
];
