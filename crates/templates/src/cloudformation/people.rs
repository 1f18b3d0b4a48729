//! Second factors, which a template says with the pool, and users with their memberships.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Owner, Resource, Writer, word};
use crate::fields::paths;
use crate::tables::{Table, says_something, table, tables, text};

impl Writer {
    /// Says the second factors by the properties of the pool.
    pub(super) fn second_factors(&mut self, logical: &str, mut mfa: Table, properties: &mut Table) {
        let wanted = mfa.remove("MfaConfiguration");
        let on = wanted.as_ref().is_some_and(|wanted| wanted != "OFF");
        if let Some(wanted) = wanted {
            properties.insert("MfaConfiguration".to_owned(), wanted);
        }
        let mut enabled = Vec::new();
        if let Some(Value::Object(sms)) = mfa.remove("SmsMfaConfiguration") {
            enabled.push("SMS_MFA");
            for (name, value) in sms {
                properties.entry(name).or_insert(value);
            }
        }
        let app = mfa.remove("SoftwareTokenMfaConfiguration");
        if app.is_some_and(|app| app.get("Enabled") == Some(&json!(true))) {
            enabled.push("SOFTWARE_TOKEN_MFA");
        }
        if let Some(email) = mfa.remove("EmailMfaConfiguration") {
            enabled.push("EMAIL_OTP");
            for (member, name) in [
                ("Message", "EmailAuthenticationMessage"),
                ("Subject", "EmailAuthenticationSubject"),
            ] {
                if let Some(text) = email.get(member) {
                    properties.insert(name.to_owned(), text.clone());
                }
            }
        }
        if on && !enabled.is_empty() {
            properties.insert("EnabledMfas".to_owned(), json!(enabled));
        }
        if let Some(Value::Object(mut passkeys)) = mfa.remove("WebAuthnConfiguration") {
            for (member, name) in [
                ("RelyingPartyId", "WebAuthnRelyingPartyID"),
                ("UserVerification", "WebAuthnUserVerification"),
                ("FactorConfiguration", "WebAuthnFactorConfiguration"),
            ] {
                if let Some(value) = passkeys.remove(member) {
                    properties.insert(name.to_owned(), value);
                }
            }
        }
        for path in paths(&mfa.into()) {
            self.warnings.push(format!("{logical}: {path}"));
        }
    }

    pub(super) fn users(&mut self, owner: &Owner, pool: &Table) {
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for user in tables(pool, "users") {
            let name = text(user, "username");
            let logical = self.logical(&format!("{}User{}", owner.logical, word(name)));
            let attributes = table(user, "attributes");
            let attributes = attributes.iter().filter(|(name, _)| *name != "sub");
            let attributes: Vec<Value> = attributes
                .map(|(name, value)| json!({"Name": name, "Value": value}))
                .collect();
            let mut properties = Table::new();
            properties.insert("Username".to_owned(), name.into());
            // The user is there, and is told nothing.
            properties.insert("MessageAction".to_owned(), "SUPPRESS".into());
            if !attributes.is_empty() {
                properties.insert("UserAttributes".to_owned(), attributes.into());
            }
            let added = self.add(Resource {
                logical: &logical,
                kind: "UserPoolUser",
                properties,
                references: vec![owner.reference()],
                metadata: user.get("sub").map(|sub| json!({"Sub": sub})),
                ..Resource::default()
            });
            if !added {
                continue;
            }
            let known = [
                "username",
                "sub",
                "attributes",
                "groups",
                "created",
                "modified",
            ];
            let off = |name: &str, value: &Value| name == "enabled" && value == &json!(false);
            let other = user
                .iter()
                .filter(|(name, value)| says_something(value) || off(name, value));
            let other = other.map(|(name, _)| name.as_str());
            kept.extend(other.filter(|name| !known.contains(name)));
            for group in user
                .get("groups")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let group = group.as_str().unwrap_or_default();
                let member = self.logical(&format!("{logical}In{}", word(group)));
                let mut properties = Table::new();
                let mut references =
                    vec![owner.reference(), ("Username".to_owned(), logical.as_str())];
                match owner.groups.get(group) {
                    Some(known) => references.push(("GroupName".to_owned(), known)),
                    None => {
                        properties.insert("GroupName".to_owned(), group.into());
                    }
                }
                self.add(Resource {
                    logical: &member,
                    kind: "UserPoolUserToGroupAttachment",
                    properties,
                    references,
                    ..Resource::default()
                });
            }
        }
        if !kept.is_empty() {
            let members: Vec<&str> = kept.into_iter().collect();
            let what = format!("users of {}: {}", owner.id, members.join(", "));
            self.warnings.push(what);
        }
    }
}
