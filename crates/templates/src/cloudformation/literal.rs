//! What CloudFormation would not take as it is written: functions, and references that it resolves within texts.

use serde_json::Value;

use super::Writer;
use crate::fields::below;
use crate::tables::Table;

/// What begins a reference to a store of parameters or secrets within a text.
const REFERENCE: &str = "{{resolve:";

impl Writer {
    /// Returns a value as CloudFormation takes it literally, with a warning for what is left out of it; None if nothing is left. An
    /// item of a list stays as a whole or goes. False beside it if anything has gone.
    pub(super) fn literal(
        &mut self,
        logical: &str,
        path: &str,
        value: Value,
    ) -> (Option<Value>, bool) {
        match value {
            Value::String(text) if text.contains(REFERENCE) => {
                self.leave(
                    logical,
                    path,
                    "in which CloudFormation resolves a reference",
                );
                (None, false)
            }
            Value::Object(members) => {
                let (mut kept, mut whole) = (Table::new(), true);
                for (name, value) in members {
                    let (value, is_whole) = self.literal(logical, &below(path, &name), value);
                    whole &= is_whole;
                    if let Some(value) = value {
                        kept.insert(name, value);
                    }
                }
                // A table may become one by what has gone.
                if is_function(&kept) {
                    self.leave(logical, path, "which CloudFormation takes for a function");
                    return (None, false);
                }
                (Some(kept.into()), whole)
            }
            Value::Array(items) => {
                let (mut kept, mut whole) = (Vec::with_capacity(items.len()), true);
                for (at, item) in items.into_iter().enumerate() {
                    match self.literal(logical, &format!("{path}[{at}]"), item) {
                        (Some(item), true) => kept.push(item),
                        _ => whole = false,
                    }
                }
                (Some(kept.into()), whole)
            }
            other => (Some(other), true),
        }
    }

    fn leave(&mut self, logical: &str, path: &str, why: &str) {
        self.warnings.push(format!("{logical}: {path}, {why}"));
    }
}

/// True for a table that a template takes for a function.
fn is_function(members: &Table) -> bool {
    members.len() == 1
        && members
            .keys()
            .all(|name| name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
}
