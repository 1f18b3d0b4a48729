//! Percent-encoding (RFC 3986 section 2.1), read strictly.

use percent_encoding::percent_decode_str;

/// Why a text is not percent-encoded UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError {
    /// A `%` without two hexadecimal digits.
    Escape,
    /// The bytes are not UTF-8.
    Utf8,
}

/// Decodes a text. `+` is not changed: it means a space in forms only.
///
/// # Errors
/// [`PercentError`]; nothing is guessed.
pub fn decode(text: &str) -> Result<String, PercentError> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return Err(PercentError::Escape);
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| PercentError::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_broken_ones_refused() {
        for (text, decoded) in [
            ("", Ok("")),
            ("a%40b.example", Ok("a@b.example")),
            ("%C3%a9%2525", Ok("é%25")),
            ("+15550100", Ok("+15550100")),
            ("%", Err(PercentError::Escape)),
            ("%4", Err(PercentError::Escape)),
            ("%4%40", Err(PercentError::Escape)),
            ("%zz", Err(PercentError::Escape)),
            ("%+1", Err(PercentError::Escape)),
            ("%é", Err(PercentError::Escape)),
            ("%ff", Err(PercentError::Utf8)),
        ] {
            assert_eq!(decode(text).as_deref(), decoded.as_deref(), "{text}");
        }
    }
}
