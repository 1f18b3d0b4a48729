//! Tables of frameworks: Django's users as rows or as its own dumps, and those of others by names of columns.

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    // `dumpdata`: the columns are inside.
    let fields = node.get("fields");
    let is_dump = fields.is_there() && node.get("model").is_there();
    if is_dump && !is_user(node.get("model").text().unwrap_or_default(), fields) {
        return Ok(Item::Passed("a row of another table"));
    }
    let row = if is_dump { fields } else { node };
    let key = ["id", "pk"].iter().find_map(|name| node.get(name).scalar());
    draft.id = key.or_else(|| row.get("id").scalar());
    let username = row.get("username").scalar().unwrap_or_default();
    draft.user.username = username;
    draft.copy(
        row,
        &[
            ("email", "email"),
            ("first_name", "given_name"),
            ("last_name", "family_name"),
        ],
    );
    draft.user.enabled = row.get("is_active").flag();
    draft.user.created = micros(row.get("date_joined"));
    draft.hash_text(row.get("password").text())?;
    for group in row.get("groups").list() {
        // Natural keys are lists with a name; numbers are rows of another table.
        let name = group.list().first().and_then(Node::text).or(group.text());
        match name {
            Some(name) => draft.group(name),
            None => draft.note("a group was left out: it has no name here"),
        }
    }
    draft.finish(row, &["email"])
}

/// True for `auth.user` and for tables of a project's own that have its columns.
fn is_user(model: &str, fields: &Node) -> bool {
    model == "auth.user" || (fields.get("password").is_there() && model.ends_with("user"))
}
