//! User pools of the service, as the AWS CLI, SDKs and backup tools write them: `{"Users": […]}`, pages of it, a bare list,
//! one user a line; groups as a list of GroupType. No password, seed or passkey is in them.

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;
use crate::record::{GroupRecord, LinkRecord, MfaRecord};

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    let Some(username) = node.get("Username").text() else {
        return group(node);
    };
    username.clone_into(&mut draft.user.username);
    let lists = ["Attributes", "UserAttributes"];
    let attributes = lists.iter().flat_map(|name| node.get(name).list());
    for attribute in attributes {
        let Some(name) = attribute.get("Name").text() else {
            return Err("an attribute has no name".to_owned());
        };
        let value = attribute.get("Value").text();
        match name {
            "sub" => draft.user.sub = value.map(str::to_ascii_lowercase),
            "identities" => identities(draft, attribute.get("Value"))?,
            _ if draft.user.attributes.contains_key(name) => {
                return Err("an attribute is there twice".to_owned());
            }
            _ => draft.set(name, value),
        }
    }
    let user = &mut draft.user;
    user.status = node.get("UserStatus").text().map(str::to_owned);
    user.enabled = node.get("Enabled").flag();
    user.created = micros(node.get("UserCreateDate"));
    user.modified = micros(node.get("UserLastModifiedDate"));
    if user.status.as_deref() == Some("UNCONFIRMED") {
        draft.note("not confirmed in the source, and not here");
    }
    for name in node.get("Groups").list() {
        let name = name.scalar().or_else(|| name.get("GroupName").scalar());
        draft.group(name.unwrap_or_default());
    }
    factors(draft, node);
    if draft.user.sub.is_none() {
        return Err("the user has no sub".to_owned());
    }
    draft.finish(node, &[])
}

/// What AdminGetUser says of second factors. An authenticator app stays behind.
fn factors(draft: &mut Draft<'_>, node: &Node) {
    let listed = node.get("UserMFASettingList").list();
    let listed: Vec<_> = listed.iter().filter_map(Node::text).collect();
    let sms = listed.contains(&"SMS_MFA") || !node.get("MFAOptions").list().is_empty();
    let email = listed.contains(&"EMAIL_OTP");
    if listed.contains(&"SOFTWARE_TOKEN_MFA") {
        draft.note("the authenticator app was left out: the service gives no seeds out");
    }
    if sms || email {
        let preferred = node.get("PreferredMfaSetting").text();
        let preferred =
            preferred.filter(|name| (*name == "SMS_MFA" && sms) || (*name == "EMAIL_OTP" && email));
        draft.user.mfa = Some(MfaRecord {
            sms,
            email,
            preferred: preferred.map(str::to_owned),
            ..MfaRecord::default()
        });
    }
}

/// The attribute that shows the links of a user, which is JSON in a text.
fn identities(draft: &mut Draft<'_>, text: &Node) -> Read<()> {
    let list = text.embedded()?;
    for identity in list.list() {
        let provider = identity.get("providerName").text();
        let (Some(provider), Some(value)) = (provider, identity.get("userId").scalar()) else {
            return Err("an identity is not complete".to_owned());
        };
        let known = draft.options.providers.get(provider);
        let created = micros(identity.get("dateCreated"));
        draft.user.links.push(LinkRecord {
            provider: known.map_or(provider, String::as_str).to_owned(),
            value,
            created,
            ..LinkRecord::default()
        });
    }
    Ok(())
}

fn group(node: &Node) -> Read<Item> {
    let Some(name) = node.get("GroupName").text() else {
        return Err("it is neither a user nor a group".to_owned());
    };
    let text = |name: &str| node.get(name).text().map(str::to_owned);
    Ok(Item::Group(GroupRecord {
        name: name.to_owned(),
        description: text("Description"),
        role_arn: text("RoleArn"),
        precedence: node.get("Precedence").whole(),
        created: micros(node.get("CreationDate")),
        modified: micros(node.get("LastModifiedDate")),
    }))
}
