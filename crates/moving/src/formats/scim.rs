//! SCIM 2.0 users (RFC 7643): a ListResponse, or one user after the other. A password is never in an answer, and nothing
//! says whether an address is verified.

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    let ids = ["id", "externalId"];
    draft.id = ids.iter().find_map(|name| node.get(name).scalar());
    let username = node.get("userName").text();
    let username = username.ok_or("there is no userName")?;
    username.clone_into(&mut draft.user.username);
    draft.copy(
        node,
        &[
            ("name.givenName", "given_name"),
            ("name.middleName", "middle_name"),
            ("name.familyName", "family_name"),
            ("displayName", "name"),
            ("name.formatted", "name"),
            ("nickName", "nickname"),
            ("profileUrl", "profile"),
            ("locale", "locale"),
            ("timezone", "zoneinfo"),
        ],
    );
    draft.set("email", primary(node.get("emails")));
    draft.phone(primary(node.get("phoneNumbers")).as_deref());
    draft.set("picture", primary(node.get("photos")));
    let addresses = node.get("addresses").list();
    let address = addresses.first().map(|first| first.get("formatted"));
    draft.set("address", address.and_then(Node::scalar));
    draft.user.enabled = node.get("active").flag();
    draft.user.created = micros(node.at("meta.created"));
    draft.user.modified = micros(node.at("meta.lastModified"));
    for group in node.get("groups").list() {
        draft.group(group.get("display").text().unwrap_or_default());
    }
    draft.finish(node, &[])
}

/// Returns the value that is marked as the first one, else the first.
fn primary(values: &Node) -> Option<String> {
    let mut list = values.list().iter();
    let marked = list.find(|value| value.get("primary").flag() == Some(true));
    let value = marked.or(values.list().first())?;
    value.get("value").scalar()
}
