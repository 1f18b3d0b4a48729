//! Reading files of texts.

use serde::de::DeserializeOwned;

/// Reads a file of texts. By way of a table: straight from the text the compiler makes three programs that read each section, a
/// megabyte in all.
///
/// # Errors
/// For a file that is no TOML, or that lacks a text or has another.
pub(crate) fn read<T: DeserializeOwned>(file: &str) -> Result<T, toml::de::Error> {
    toml::from_str::<toml::Table>(file)?.try_into()
}
