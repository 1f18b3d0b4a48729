//! The form of values in messages: as Java prints them, or not at all.

use std::fmt;

use serde_json::Value;

use crate::scalar::decoded_len;
use crate::table::{Kind, Shape};

/// The text that replaces a secret inside a printed structure.
const REDACTED: &str = "***Sensitive Data Redacted***";

/// A value to print in a message. Its `Display` is ` '…'` with a leading space, or nothing when it is hidden.
pub(super) struct Printed<'a> {
    pub(super) shape: &'a Shape,
    pub(super) value: &'a Value,
    pub(super) hidden: bool,
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden || self.shape.secret {
            return Ok(());
        }
        write!(
            f,
            " '{}'",
            Java {
                shape: self.shape,
                value: self.value
            }
        )
    }
}

/// A value as Java's `toString` prints it: `[a, b]`, `{k=v}`, `Type(member=value, other=null)` (settled V4, V5).
struct Java<'a> {
    shape: &'a Shape,
    value: &'a Value,
}

impl fmt::Display for Java<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.is_null() {
            return f.write_str("null");
        }
        if self.shape.secret {
            return f.write_str(REDACTED);
        }
        match (&self.shape.kind, self.value) {
            (Kind::List { of, .. }, Value::Array(items)) => {
                f.write_str("[")?;
                for (index, value) in items.iter().enumerate() {
                    write!(f, "{}{}", comma(index), Java { shape: of, value })?;
                }
                f.write_str("]")
            }
            (Kind::Map { value: of, .. }, Value::Object(entries)) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}={}", comma(index), Java { shape: of, value })?;
                }
                f.write_str("}")
            }
            (Kind::Structure { members, .. }, Value::Object(object)) => {
                write!(f, "{}(", self.shape.name)?;
                for (index, member) in members.iter().enumerate() {
                    let value = object.get(member.wire).unwrap_or(&Value::Null);
                    write!(
                        f,
                        "{}{}={}",
                        comma(index),
                        member.display,
                        Java {
                            shape: member.shape,
                            value
                        }
                    )?;
                }
                f.write_str(")")
            }
            // Java prints a buffer of bytes by its bounds.
            (Kind::Blob { .. }, Value::String(text)) => {
                let size = decoded_len(text);
                write!(f, "java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]")
            }
            (_, Value::String(text)) => f.write_str(text),
            (_, other) => write!(f, "{other}"),
        }
    }
}

fn comma(index: usize) -> &'static str {
    if index == 0 { "" } else { ", " }
}
