//! The settings document of managed login (endpoints.md 3.8): what of it is kept, how changes are laid over what is
//! there, and the defaults below.
//!
//! The defaults are also the list of what can be set: keys that they do not have are ignored, and a value must be of
//! the kind of its default, for it ends in the style sheets and scripts of pages where people type their passwords.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::errors::{ApiError, branding};

/// The service's own look.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    // A test reads the file; a broken one would be an empty look, not a broken server.
    serde_json::from_str(include_str!("default_settings.json")).unwrap_or_default()
});

/// The path at which buttons of single identity providers are styled, by the names of the providers.
const CUSTOM_BUTTONS: &str = "/components/idpButton/custom";
/// The settings that each of them can have.
const BUTTON: &str = "/components/idpButton/standard";
/// The longest text in a document, in bytes.
const MAX_TEXT: usize = 256;
/// The most entries of a list or of a map of buttons.
const MAX_ENTRIES: usize = 100;

/// Checks a document that was sent and returns it as it is stored.
///
/// # Errors
/// InvalidParameterException that names the first value of a wrong kind.
pub fn accept(sent: &Value) -> Result<Map<String, Value>, ApiError> {
    if !sent.is_object() {
        return Err(branding::invalid_setting("/"));
    }
    match known(sent, &DEFAULTS, "")? {
        Value::Object(map) => Ok(map),
        _ => Err(branding::invalid_setting("/")),
    }
}

/// Lays `changes` over what is there: maps key by key, everything else whole.
pub fn merge(into: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (key, change) in changes {
        match (into.get_mut(&key), change) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, change) => {
                into.insert(key, change);
            }
        }
    }
}

/// Returns the whole look: the defaults with these settings laid over them.
pub fn merged(settings: Map<String, Value>) -> Value {
    let mut whole = DEFAULTS.as_object().cloned().unwrap_or_default();
    merge(&mut whole, settings);
    Value::Object(whole)
}

/// Returns the part of `sent` that has a place in `default`, at `path`.
fn known(sent: &Value, default: &Value, path: &str) -> Result<Value, ApiError> {
    let wrong = || branding::invalid_setting(path);
    match (sent, default) {
        (Value::Object(sent), Value::Object(_)) if path == CUSTOM_BUTTONS => {
            let button = DEFAULTS.pointer(BUTTON).unwrap_or(&Value::Null);
            if sent.len() > MAX_ENTRIES || sent.keys().any(|name| name.len() > MAX_TEXT) {
                return Err(wrong());
            }
            let kept = sent.iter().map(|(name, value)| {
                Ok((
                    name.clone(),
                    known(value, button, &format!("{path}/{name}"))?,
                ))
            });
            Ok(Value::Object(kept.collect::<Result<_, ApiError>>()?))
        }
        (Value::Object(sent), Value::Object(default)) => {
            let mut kept = Map::new();
            for (key, value) in sent {
                if let Some(default) = default.get(key) {
                    let below = known(value, default, &format!("{path}/{key}"))?;
                    kept.insert(key.clone(), below);
                }
            }
            Ok(Value::Object(kept))
        }
        (Value::String(sent), Value::String(default)) => {
            let fits = if is_colour(default) {
                is_colour(sent)
            } else {
                is_word(sent)
            };
            fits.then(|| Value::from(sent.as_str())).ok_or_else(wrong)
        }
        (Value::Number(sent), Value::Number(_)) => {
            let length = sent.as_f64().filter(|n| (0.0..=1_000.0).contains(n));
            length
                .map(|_| Value::Number(sent.clone()))
                .ok_or_else(wrong)
        }
        (Value::Bool(sent), Value::Bool(_)) => Ok(Value::Bool(*sent)),
        (Value::Array(_), Value::Array(_)) if is_plain(sent, 0) => Ok(sent.clone()),
        _ => Err(wrong()),
    }
}

/// True for eight hexadecimal digits: red, green, blue and opacity.
fn is_colour(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// True for a name of the service for a choice, such as `BUTTON_LIST`; the list of names is known for some settings
/// only.
fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

/// Lists hold orders of sign-in methods, names of providers and kinds of icons: short texts, at most in maps in lists
/// in the list.
fn is_plain(value: &Value, depth: usize) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_TEXT && !text.chars().any(char::is_control),
        Value::Array(list) => {
            depth < 3 && list.len() <= MAX_ENTRIES && list.iter().all(|v| is_plain(v, depth + 1))
        }
        Value::Object(map) => {
            depth > 0
                && depth < 3
                && map.len() <= MAX_ENTRIES
                && map
                    .iter()
                    .all(|(k, v)| k.len() <= MAX_TEXT && is_plain(v, 3))
        }
        Value::Bool(_) => true,
        Value::Number(_) | Value::Null => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_defaults_can_be_read_and_are_accepted_as_they_are() {
        assert!(
            DEFAULTS
                .pointer("/components/pageBackground/darkMode/color")
                .is_some()
        );
        assert_eq!(Value::Object(accept(&DEFAULTS).unwrap()), *DEFAULTS);
        assert_eq!(merged(Map::new()), *DEFAULTS);
    }

    #[test]
    fn unknown_keys_are_ignored_at_every_level() {
        let sent =
            json!({"x": 1, "components": {"y": {}, "alert": {"borderRadius": 3, "z": true}}});
        let kept = json!({"components": {"alert": {"borderRadius": 3}}});
        assert_eq!(Value::Object(accept(&sent).unwrap()), kept);
    }

    #[test]
    fn a_value_of_another_kind_is_named() {
        for (path, value) in [
            ("/components/alert/borderRadius", json!("12px")),
            ("/components/alert/borderRadius", json!(-1)),
            ("/components/pageBackground/image/enabled", json!("true")),
            ("/components/pageBackground/lightMode/color", json!("red;}")),
            (
                "/components/pageBackground/lightMode/color",
                json!("#ffffff"),
            ),
            ("/categories/global/colorSchemeMode", json!("</script>")),
            ("/categories/auth/federation/order", json!({"a": "b"})),
            (
                "/categories/auth/federation/order",
                json!([["a", [["b"]]], 1]),
            ),
            (
                "/components/idpButton/custom/Corp/lightMode/hover/textColor",
                json!(7),
            ),
            ("/components", json!(null)),
        ] {
            let mut sent = value;
            for key in path.rsplit('/').filter(|key| !key.is_empty()) {
                sent = json!({key: sent});
            }
            assert_eq!(
                accept(&sent).unwrap_err().message,
                branding::invalid_setting(path).message
            );
        }
        assert!(accept(&json!([])).is_err() && accept(&json!("x")).is_err());
    }

    #[test]
    fn changes_are_laid_over_key_by_key_and_lists_replaced_whole() {
        let Value::Object(mut there) = json!({"a": {"b": 1, "c": [1, 2]}, "d": 1}) else {
            return;
        };
        let Value::Object(changes) = json!({"a": {"c": [3]}, "e": {}}) else {
            return;
        };
        merge(&mut there, changes);
        assert_eq!(
            Value::Object(there),
            json!({"a": {"b": 1, "c": [3]}, "d": 1, "e": {}})
        );
    }
}
