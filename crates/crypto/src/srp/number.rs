//! The ways in which clients write big numbers.

use super::SrpError;

/// PAD of the specification (auth.md 3.4): minimal big-endian two's-complement bytes, so a zero byte
/// is prepended if the top bit is set, and zero is one zero byte.
#[must_use]
pub fn pad(bytes: &[u8]) -> Vec<u8> {
    let minimal = minimal(bytes);
    let sign = minimal.first().is_none_or(|byte| byte & 0x80 != 0);
    let mut out = Vec::with_capacity(minimal.len() + 1);
    if sign {
        out.push(0);
    }
    out.extend_from_slice(minimal);
    out
}

/// Lower-case hexadecimal without leading zeros; zero is `0`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let text = hex::encode(minimal(bytes));
    match text.strip_prefix('0') {
        Some(rest) => rest.to_owned(),
        None if text.is_empty() => "0".to_owned(),
        None => text,
    }
}

/// Returns the bytes without leading zeros; nothing for zero.
pub(super) fn minimal(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// Reads hexadecimal of any case and of odd or even length.
pub(super) fn from_hex(text: &str, max_digits: usize) -> Result<Vec<u8>, SrpError> {
    if text.is_empty() || text.len() > max_digits {
        return Err(SrpError::Malformed);
    }
    let decoded = if text.len().is_multiple_of(2) {
        hex::decode(text)
    } else {
        hex::decode(format!("0{text}"))
    };
    decoded.map_err(|_| SrpError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pad_is_the_twos_complement_of_a_positive_integer() {
        assert_eq!(pad(&[]), [0]);
        assert_eq!(pad(&[0, 0]), [0]);
        assert_eq!(pad(&[0x7f]), [0x7f]);
        assert_eq!(pad(&[0x80]), [0, 0x80]);
        assert_eq!(pad(&[0, 0, 0x80, 1]), [0, 0x80, 1]);
        assert_eq!(pad(&[0, 1, 0]), [1, 0]);
    }

    #[test]
    fn hexadecimal_has_no_leading_zeros() {
        assert_eq!(to_hex(&[]), "0");
        assert_eq!(to_hex(&[0]), "0");
        assert_eq!(to_hex(&[0, 0x0a, 0xb0]), "ab0");
        assert_eq!(to_hex(&[0xff, 0x00]), "ff00");
    }

    #[test]
    fn hexadecimal_is_read_in_any_case_and_length() {
        assert_eq!(from_hex("abc", 8), Ok(vec![0x0a, 0xbc]));
        assert_eq!(from_hex("ABCD", 8), Ok(vec![0xab, 0xcd]));
        for wrong in ["", "g1", "-1", "0x1", " 1", "123456789", "1é"] {
            assert_eq!(from_hex(wrong, 8), Err(SrpError::Malformed), "{wrong}");
        }
    }
}
