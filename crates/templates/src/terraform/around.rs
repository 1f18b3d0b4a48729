//! What is of a client or of the whole pool, and users with their memberships.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Owner, Writer, normal};
use crate::attributes::is_shadowed;
use crate::fields::Field;
use crate::hcl::{Body, Expression, quoted};
use crate::tables::{Table, says_something, table, tables, text};

impl Writer<'_> {
    /// Adds what is of a client, or of the whole pool where it names none.
    pub(super) fn of_client(
        &mut self,
        owner: &Owner,
        kind: &str,
        fields: &[Field],
        input: &Table,
        between: char,
    ) {
        let mut members = input.clone();
        let client = members.remove("ClientId");
        let client = client.as_ref().and_then(Value::as_str).unwrap_or_default();
        let known = owner.clients.get(client).cloned();
        let suffix = known.as_deref().and_then(|address| address.split_once('.'));
        let name = match suffix {
            Some((_, name)) => name.to_owned(),
            None => owner.name.clone(),
        };
        let address = self.address(kind, &name);
        if kind == "managed_login_branding"
            && members
                .get("Settings")
                .is_some_and(|settings| !settings.is_null())
            && members.get("UseCognitoProvidedValues") == Some(&false.into())
        {
            // The provider takes one of the two, and false for one that is set.
            members.remove("UseCognitoProvidedValues");
        }
        let mut body = Body::default();
        // The classic pages have a look only where there is a domain.
        let pool = match (&owner.domain, kind) {
            (Some(domain), "user_pool_ui_customization") => {
                Expression::Reference(format!("{domain}.user_pool_id"))
            }
            _ => owner.reference.clone(),
        };
        body.set("user_pool_id", pool);
        let of_pool = client.is_empty() || client == "ALL";
        if let Some(known) = &known {
            body.set("client_id", Expression::Reference(format!("{known}.id")));
        } else if !client.is_empty() {
            body.text("client_id", client);
        }
        if kind == "user_pool_ui_customization" && members.contains_key("ImageFile") {
            self.warn(&format!(
                "{address}: an import does not read the image, and the first apply sends it again"
            ));
        }
        self.fill(&address, fields, members, &mut body);
        let import = match (kind, self.beside.brandings.get(client)) {
            ("managed_login_branding", Some(id)) => Some(format!("{},{id}", owner.id)),
            ("managed_login_branding", None) => {
                self.warn(&format!("{address}: the id by which it is imported"));
                None
            }
            ("user_pool_ui_customization", _) if of_pool => Some(format!("{},ALL", owner.id)),
            _ if of_pool => Some(owner.id.clone()),
            _ => Some(format!("{}{between}{client}", owner.id)),
        };
        self.resource(&address, body, import.as_deref());
    }

    pub(super) fn users(&mut self, owner: &mut Owner, pool: &Table) {
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for user in tables(pool, "users") {
            let name = text(user, "username");
            if name.contains('/') {
                // Anybody may sign up by such a name, and one import that is not taken ends every plan.
                self.warn(&format!(
                    "user {} of {} with all memberships: the provider takes no name with a / in an import, and without one the \
                     first apply would fail",
                    quoted(name),
                    owner.id
                ));
                continue;
            }
            let address = self.address("user", &format!("{}_{name}", owner.name));
            let mut body = Body::default();
            body.set("user_pool_id", owner.reference.clone());
            body.text("username", name);
            let mut attributes = Table::new();
            for (name, value) in table(user, "attributes") {
                if is_shadowed(&name) {
                    self.warn(&format!(
                        "{address}: {name}, which the provider takes for the standard attribute"
                    ));
                } else if name != "sub" {
                    // As the provider has them.
                    let bare = name.strip_prefix("custom:").unwrap_or(&name);
                    attributes.insert(bare.to_owned(), value);
                }
            }
            if !attributes.is_empty() {
                if !normal(&attributes) {
                    self.warn(&format!(
                        "{address}: a text that is not in NFC, which Terraform makes of it"
                    ));
                }
                body.set("attributes", Expression::Value(attributes.into()));
            }
            if let Some(enabled) = user.get("enabled") {
                body.set("enabled", Expression::Value(enabled.clone()));
            }
            let import = format!("{}/{name}", owner.id);
            self.resource(&address, body, Some(&import));
            let known = [
                "username",
                "attributes",
                "enabled",
                "groups",
                "created",
                "modified",
            ];
            let other = user.iter().filter(|(_, value)| says_something(value));
            let other = other.map(|(name, _)| name.as_str());
            kept.extend(other.filter(|name| !known.contains(name)));
            owner.users.insert(name.to_owned(), address.clone());
            for group in user
                .get("groups")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let group = group.as_str().unwrap_or_default();
                let member = format!("{}_{name}_{group}", owner.name);
                let member = self.address("user_in_group", &member);
                let mut body = Body::default();
                body.set("user_pool_id", owner.reference.clone());
                body.text("group_name", group);
                body.set(
                    "username",
                    Expression::Reference(format!("{address}.username")),
                );
                self.resource(&member, body, None);
                self.has_members = true;
            }
        }
        if !kept.is_empty() {
            let members: Vec<&str> = kept.into_iter().collect();
            let what = format!("users of {}: {}", owner.id, members.join(", "));
            self.warn(&what);
        }
        if self.has_members {
            let what =
                "memberships cannot be imported: the first apply adds them, which changes nothing";
            if !self.warnings.iter().any(|known| known == what) {
                self.warn(what);
            }
        }
    }
}
