//! The answers of functions of triggers, read member by member. A member of the wrong type is refused as the service
//! refuses it; a member that is absent or null is as none (admin.md 3.1, 3.5).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::errors::{Result, triggers};

/// `response` of the event that a function returned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response(Map<String, Value>);

impl Response {
    /// Reads the output of a function: an event whose `response` is an object.
    ///
    /// # Errors
    /// InvalidLambdaResponseException `Unrecognizable lambda output`.
    pub fn read(output: Value) -> Result<Self> {
        let Value::Object(mut event) = output else {
            return Err(triggers::unrecognizable().into());
        };
        match event.remove("response") {
            Some(Value::Object(response)) => Ok(Self(response)),
            _ => Err(triggers::unrecognizable().into()),
        }
    }

    /// Returns a member; None if it is absent or null.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// True if a member is there, null included.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns a flag, false by default.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for another type.
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(triggers::unrecognizable().into()),
        }
    }

    /// Returns a text.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for another type.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(triggers::unrecognizable().into()),
        }
    }

    /// Returns texts by name; None if the member is absent or null. A text that is null is left out.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for another type.
    pub fn texts(&self, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let map = value.as_object().ok_or_else(triggers::unrecognizable)?;
        let mut texts = BTreeMap::new();
        for (name, value) in map {
            match value {
                Value::Null => {}
                Value::String(text) => {
                    texts.insert(name.clone(), text.clone());
                }
                _ => return Err(triggers::unrecognizable().into()),
            }
        }
        Ok(Some(texts))
    }

    /// Returns a list of texts, empty by default.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for another type.
    pub fn list(&self, name: &str) -> Result<Vec<String>> {
        let Some(value) = self.value(name) else {
            return Ok(Vec::new());
        };
        let list = value.as_array().ok_or_else(triggers::unrecognizable)?;
        list.iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                _ => Err(triggers::unrecognizable().into()),
            })
            .collect()
    }
}
