//! The two scalars that JSON does not have: instants and bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: microseconds since the Unix epoch. On the wire it is a number of seconds with at most three decimals,
/// such as `1715100742.022` (auth.md 1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.div_euclid(1000);
        if millis.rem_euclid(1000) == 0 {
            return serializer.serialize_i64(millis.div_euclid(1000));
        }
        // Exact to the millisecond for 285,000 years: the number has less than 53 significant bits.
        #[allow(clippy::cast_precision_loss, reason = "see above")]
        serializer.serialize_f64(millis as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        // A float-to-integer cast saturates, which is what an absurd instant deserves.
        #[allow(clippy::cast_possible_truncation, reason = "saturates")]
        Ok(Self((seconds * 1000.0).round() as i64).scaled())
    }
}

impl Timestamp {
    /// From milliseconds to microseconds.
    const fn scaled(self) -> Self {
        Self(self.0.saturating_mul(1000))
    }
}

/// Bytes; base64 on the wire.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not base64"))
    }
}

/// Returns the bytes behind a base64 text; none if it is not base64 with padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Returns the number of bytes behind a text that [`decode`] accepts.
pub(crate) fn decoded_len(text: &str) -> u64 {
    let padding = text.bytes().rev().take_while(|b| *b == b'=').count();
    u64::try_from((text.len() / 4 * 3).saturating_sub(padding)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_seconds_with_up_to_three_decimals() {
        for (micros, expected) in [
            (1_715_100_742_022_999, "1715100742.022"),
            (1_715_100_742_600_000, "1715100742.6"),
            (1_715_100_742_000_999, "1715100742"),
            (0, "0"),
            (-1_500_000, "-1.5"),
        ] {
            assert_eq!(serde_json::to_string(&Timestamp(micros)).unwrap(), expected);
        }
        assert_eq!(
            serde_json::from_str::<Timestamp>("1715100742.022").unwrap(),
            Timestamp(1_715_100_742_022_000)
        );
    }

    #[test]
    fn bytes_are_padded_base64() {
        assert_eq!(
            serde_json::to_string(&Blob(vec![1, 2, 3, 4])).unwrap(),
            "\"AQIDBA==\""
        );
        assert!(serde_json::from_str::<Blob>("\"AQIDBA==\"").unwrap() == Blob(vec![1, 2, 3, 4]));
        assert!(serde_json::from_str::<Blob>("\"AQI\"").is_err());
    }
}
