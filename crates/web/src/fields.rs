//! Names and values in `application/x-www-form-urlencoded`: forms and queries, by the same strict rules.
//!
//! The URL standard's parser repairs what it cannot read; two programs that repair differently can be played against each
//! other. So malformed percent-encoding, invalid UTF-8, NUL and repeated names are refused here. RFC 6749 (3.1, 3.2)
//! forbids repeated parameters too.

use std::fmt;

/// The longest form, in bytes.
pub const FORM_BYTES: usize = 32 << 10;
/// The longest form with a message of SAML, in bytes: 100,000 characters (endpoints.md 4.4), each encoded in three bytes,
/// and RelayState.
pub const LONG_FORM_BYTES: usize = 320 << 10;
/// The longest query, in bytes.
pub const QUERY_BYTES: usize = 8 << 10;
/// The most fields of a form or query.
pub const MOST_FIELDS: usize = 64;

/// The reason why fields are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldsError {
    /// Longer than the bound.
    TooLong,
    /// More fields than the bound.
    TooMany,
    /// Malformed percent-encoding, invalid UTF-8 or NUL.
    Encoding,
    /// A name occurs twice.
    Repeated,
    /// The method has no form, which would be a secret in a URL.
    Method,
    /// The content type is another one.
    NotAForm,
}

/// Fields with different names.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

impl fmt::Debug for Fields {
    /// Lists the names alone: a value may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(n, _)| n))
            .finish()
    }
}

impl Fields {
    /// Parses at most `longest` bytes and [`MOST_FIELDS`] fields.
    ///
    /// # Errors
    /// See [`FieldsError`].
    pub fn parse(text: &[u8], longest: usize) -> Result<Self, FieldsError> {
        if text.len() > longest {
            return Err(FieldsError::TooLong);
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            if fields.len() >= MOST_FIELDS {
                return Err(FieldsError::TooMany);
            }
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(FieldsError::Repeated);
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// Returns the value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name)?;
        Some(&field.1)
    }

    /// Returns the names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// Decodes `+` and percent-encoding.
fn decode(text: &[u8]) -> Result<String, FieldsError> {
    // Most names and values need none, and are copied once.
    if text
        .iter()
        .all(|b| b.is_ascii_graphic() && !matches!(b, b'%' | b'+'))
    {
        return String::from_utf8(text.to_vec()).map_err(|_| FieldsError::Encoding);
    }
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        match rest.get(at + 1..at + 3) {
            Some([high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = rest.get(at + 3..).unwrap_or_default();
            }
            _ => return Err(FieldsError::Encoding),
        }
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    let bytes = percent_encoding::percent_decode(&spaced).collect();
    let text = String::from_utf8(bytes).map_err(|_| FieldsError::Encoding)?;
    if text.contains('\0') {
        return Err(FieldsError::Encoding);
    }
    Ok(text)
}
