//! The resources of a state of Terraform or OpenTofu: the file (version 4), or what `show -json` prints of it.

use std::fmt;

use serde_json::{Map, Value};

/// The prefix of the types that are taken.
const OURS: &str = "aws_cognito_";

/// A resource of a state.
#[derive(Clone, PartialEq)]
pub struct Resource {
    /// Where it stands: `module.a.aws_cognito_user_pool.b[0]`.
    pub address: String,
    /// Its type without `aws_cognito_`.
    pub kind: String,
    /// Its attributes, secrets among them.
    pub attributes: Map<String, Value>,
}

/// Shows no attributes: there are secrets among them.
impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What a state has of Cognito.
#[derive(Debug, Default)]
pub struct State {
    /// The resources `aws_cognito_*`, in the order of the file.
    pub resources: Vec<Resource>,
    /// What was left out of it, and why.
    pub notes: Vec<String>,
}

/// True if a document is a state, or was made to look like one.
pub fn is_state(document: &Value) -> bool {
    let has = |name| document.get(name).is_some();
    has("terraform_version") && (has("resources") || has("values") || has("planned_values"))
        || has("encrypted_data")
}

/// Returns the resources of a state.
///
/// # Errors
/// A text for a person: what it is instead.
pub fn read(document: &Value) -> Result<State, String> {
    let has = |name| document.get(name).is_some();
    if has("encrypted_data") {
        return Err("the state is encrypted: give the output of `tofu state pull`".to_owned());
    }
    if has("planned_values") || has("resource_changes") {
        let what = "this is a plan: give a state (`terraform show -json` without a file), or use `cognate explain-plan`";
        return Err(what.to_owned());
    }
    let mut state = State::default();
    match (document.get("version"), document.get("values")) {
        (Some(version), _) if has("resources") => {
            if version.as_u64() != Some(4) {
                let what = "a state has version 4; Terraform 0.12 and later write it (`terraform state pull`)";
                return Err(what.to_owned());
            }
            of_file(document, &mut state)?;
        }
        (_, Some(values)) => {
            if let Some(root) = values.get("root_module") {
                of_module(root, &mut state)?;
            }
        }
        // What `show -json` prints of a state without resources.
        _ if has("format_version") && has("terraform_version") => {}
        _ => {
            let what = "this is no state: neither the file terraform.tfstate nor what `terraform show -json` prints";
            return Err(what.to_owned());
        }
    }
    Ok(state)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let items = value.get(name).and_then(Value::as_array);
    items.map(Vec::as_slice).unwrap_or_default()
}

/// True for a resource of Cognito that Terraform keeps; data sources are none.
fn is_ours(resource: &Value) -> bool {
    text(resource, "type").starts_with(OURS) && text(resource, "mode") != "data"
}

fn of_file(document: &Value, state: &mut State) -> Result<(), String> {
    for resource in list(document, "resources")
        .iter()
        .filter(|resource| is_ours(resource))
    {
        let kind = text(resource, "type");
        let (module, name) = (text(resource, "module"), text(resource, "name"));
        let dot = if module.is_empty() { "" } else { "." };
        let address = format!("{module}{dot}{kind}.{name}");
        for instance in list(resource, "instances") {
            let mut address = address.clone();
            match instance.get("index_key") {
                Some(Value::Null) | None => {}
                Some(key) => address.push_str(&format!("[{key}]")),
            }
            if instance.get("deposed").is_some_and(|key| !key.is_null()) {
                let note = format!("{address} is left out: it is to be destroyed");
                state.notes.push(note);
                continue;
            }
            if text(instance, "status") == "tainted" {
                state
                    .notes
                    .push(format!("{address} is to be made anew at the next apply"));
            }
            let attributes = instance.get("attributes");
            keep(state, address, kind, attributes)?;
        }
    }
    Ok(())
}

fn of_module(module: &Value, state: &mut State) -> Result<(), String> {
    for resource in list(module, "resources")
        .iter()
        .filter(|resource| is_ours(resource))
    {
        let address = text(resource, "address").to_owned();
        if resource
            .get("deposed_key")
            .is_some_and(|key| !key.is_null())
        {
            let note = format!("{address} is left out: it is to be destroyed");
            state.notes.push(note);
            continue;
        }
        let kind = text(resource, "type");
        keep(state, address, kind, resource.get("values"))?;
    }
    // The levels of a document are bounded, and so are those of modules.
    for child in list(module, "child_modules") {
        of_module(child, state)?;
    }
    Ok(())
}

fn keep(
    state: &mut State,
    address: String,
    kind: &str,
    attributes: Option<&Value>,
) -> Result<(), String> {
    let Some(Value::Object(attributes)) = attributes else {
        return Err(format!(
            "{address} has no attributes: a version of Terraform before 0.12 wrote it"
        ));
    };
    state.resources.push(Resource {
        address,
        kind: kind.strip_prefix(OURS).unwrap_or(kind).to_owned(),
        attributes: attributes.clone(),
    });
    Ok(())
}
