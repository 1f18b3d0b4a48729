//! Names of clients that begin with what emulators take for an id to come (docs/DEV.md): in `dev` alone, since the API allows no
//! colon in a name.

use cognate_domain::Cx;
use cognate_domain::resources::client_names::{NAMES, SPELLED};
use cognate_shapes::Op;
use serde_json::Value;

/// Takes the beginning off the name of a client, so that the rest of it is checked as a name.
pub fn take(op: Op, input: &mut Value) -> Option<&'static str> {
    if !matches!(op, Op::CreateUserPoolClient | Op::UpdateUserPoolClient) {
        return None;
    }
    let Some(Value::String(name)) = input.get_mut("ClientName") else {
        return None;
    };
    let (start, _) = NAMES.iter().find(|(start, _)| name.starts_with(start))?;
    name.drain(..start.len());
    Some(start)
}

/// Returns the name as it is kept of one that a client was made or changed with.
pub fn kept(name: &str) -> &str {
    let left_out = NAMES.iter().filter(|(_, left_out)| *left_out);
    let mut bare = left_out.filter_map(|(start, _)| name.strip_prefix(start));
    bare.next().unwrap_or(name)
}

/// Lets the operation know what was taken off.
pub fn keep(cx: &Cx<'_>, start: Option<&'static str>) {
    if let Some(start) = start {
        cx.memory().keep(SPELLED, start);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_beginning_of_a_name_is_taken_off_where_a_client_is_made_or_changed() {
        let taken = |op, name: &str| {
            let mut input = json!({"ClientName": name});
            let start = take(op, &mut input);
            (start, input["ClientName"].as_str().unwrap().to_owned())
        };
        let create = Op::CreateUserPoolClient;
        assert_eq!(
            taken(create, "_custom_id_:a:b"),
            (Some("_custom_id_:"), "a:b".to_owned())
        );
        assert_eq!(
            taken(create, "ms-custom-id:a"),
            (Some("ms-custom-id:"), "a".to_owned())
        );
        assert_eq!(taken(create, "a"), (None, "a".to_owned()));
        assert_eq!(
            ["_custom_id_:a", "ms-custom-id:a", "a"].map(kept),
            ["_custom_id_:a", "a", "a"]
        );
        let other = Op::DescribeUserPoolClient;
        assert_eq!(
            taken(other, "_custom_id_:a"),
            (None, "_custom_id_:a".to_owned())
        );
    }
}
