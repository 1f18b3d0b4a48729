//! `cognate config print`.

use std::fmt::Write as _;

use super::{Config, Kind, Source, keys};

impl Config {
    /// Writes every setting as TOML with its source, for `config print`; secrets masked.
    pub fn print(&self) -> String {
        let mut out = String::new();
        for key in keys() {
            let Some((values, source)) = self.values.get(key.name) else {
                let _ = writeln!(out, "# {} is not set", key.name);
                continue;
            };
            let shown: Vec<String> = values
                .iter()
                .map(|v| {
                    if key.secret {
                        "********".into()
                    } else {
                        v.clone()
                    }
                })
                .collect();
            let first = shown.first().cloned().unwrap_or_default();
            let value = match key.kind {
                Kind::Many => {
                    toml::Value::Array(shown.into_iter().map(toml::Value::String).collect())
                }
                Kind::Switch => toml::Value::Boolean(matches!(first.as_str(), "true" | "1")),
                Kind::One => toml::Value::String(first),
            };
            let origin = match source {
                Source::Flag => "flag",
                Source::Variable => "variable",
                Source::File => "file",
                Source::Default => "default variable",
            };
            let _ = writeln!(out, "{} = {value} # {origin}", key.name);
        }
        out
    }
}
