//! What the configuration in a plan sets of a resource.

use serde_json::Value;

use super::differences::Step;

/// The expressions of a resource; None where the plan does not have them.
pub struct Configured<'a>(Option<&'a Value>);

impl<'a> Configured<'a> {
    /// Finds a resource by its address.
    pub fn of(plan: &'a Value, address: &str) -> Self {
        Self(find(plan, address))
    }

    /// True if the configuration sets what is at a path, or may set it by blocks that it computes.
    pub fn has(&self, path: &[Step]) -> bool {
        let Some(mut place) = self.0 else {
            return false;
        };
        for step in path {
            let inner = match (step, place) {
                (Step::Item(None), Value::Array(items)) => items.first(),
                (Step::Item(None), Value::Object(_)) => Some(place),
                (Step::Item(Some((key, text))), Value::Array(items)) => {
                    items.iter().find(|item| names(item, key, text))
                }
                (Step::Item(Some(_)), Value::Object(_)) => Some(place),
                (Step::Name(name), Value::Object(members)) => {
                    // A value: what is in it is not told further.
                    let known = members.contains_key("references")
                        || members.contains_key("constant_value");
                    if known && !members.contains_key(name) {
                        return within(place, name);
                    }
                    members.get(name)
                }
                _ => None,
            };
            match inner {
                Some(inner) => place = inner,
                None => return false,
            }
        }
        true
    }
}

/// True if a table that is an expression has a member: a constant says so, anything else may.
fn within(expression: &Value, name: &str) -> bool {
    match expression.get("constant_value") {
        Some(Value::Object(members)) => members.contains_key(name),
        Some(_) => false,
        None => false,
    }
}

/// True if the item of a list of blocks is the one that an attribute names.
fn names(item: &Value, key: &str, text: &str) -> bool {
    let constant = item.get(key).and_then(|key| key.get("constant_value"));
    constant.and_then(Value::as_str) == Some(text)
}

/// Finds the expressions of a resource: `module.a["x"].module.b.aws_cognito_user_pool.c[0]`.
fn find<'a>(plan: &'a Value, address: &str) -> Option<&'a Value> {
    let parts = parts(address);
    let mut module = plan.get("configuration")?.get("root_module")?;
    let mut rest = parts.as_slice();
    while let [word, name, inner @ ..] = rest
        && word == "module"
    {
        module = module.get("module_calls")?.get(name)?.get("module")?;
        rest = inner;
    }
    let wanted = rest.join(".");
    let resources = module.get("resources")?.as_array()?;
    let found = resources
        .iter()
        .find(|resource| resource.get("address").and_then(Value::as_str) == Some(&wanted));
    found?.get("expressions")
}

/// Returns the names of an address without its indices, whose texts may have dots and brackets in them.
fn parts(address: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut index, mut quoted, mut escaped) = (false, false, false);
    for c in address.chars() {
        match (index, quoted, c) {
            (true, true, _) if escaped => escaped = false,
            (true, true, '\\') => escaped = true,
            (true, _, '"') => quoted = !quoted,
            (true, false, ']') => index = false,
            (true, ..) => {}
            (false, _, '[') => index = true,
            (false, _, '.') => parts.push(String::new()),
            (false, _, c) => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let address = r#"module.a["x.y\"]"].module.b.aws_cognito_user_pool.c[0]"#;
        let expected = ["module", "a", "module", "b", "aws_cognito_user_pool", "c"];
        assert_eq!(parts(address), expected);
    }
}
