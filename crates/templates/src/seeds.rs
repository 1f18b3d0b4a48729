//! The resources of a state as a seed (docs/SEED.md), with their ids.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::fields::{Field, Rest, members};
use crate::state::{Resource, State};
use crate::tables::{Table, says_something, text};
use crate::{attributes, kinds};

/// A seed, and what a person should know of it.
#[derive(Debug)]
pub struct Made {
    /// The seed, as JSON.
    pub seed: Value,
    /// What was left out or stands for something else; no secrets.
    pub notes: Vec<String>,
}

/// The secrets among the details of a provider.
pub const PROVIDER_SECRETS: [&str; 2] = ["client_secret", "private_key"];

/// Returns which of them a provider of a type has; none for SAML.
pub fn secret_of(provider_type: &str) -> Option<&'static str> {
    let [secret, key] = PROVIDER_SECRETS;
    match provider_type {
        "SAML" => None,
        "SignInWithApple" => Some(key),
        _ => Some(secret),
    }
}

/// Returns the seed of a state. Without `secrets` there are none in it: a client that has one is to get a new one, and
/// providers and users are without theirs.
pub fn of(state: State, secrets: bool) -> Made {
    let mut maker = Maker {
        secrets,
        notes: state.notes,
        ..Maker::default()
    };
    // A membership may stand before its user.
    let (memberships, others): (Vec<_>, Vec<_>) = state
        .resources
        .iter()
        .partition(|resource| resource.kind == "user_in_group");
    for resource in others.into_iter().chain(memberships) {
        maker.resource(resource);
    }
    maker.made()
}

#[derive(Default)]
struct Maker {
    secrets: bool,
    notes: Vec<String>,
    /// By id.
    pools: BTreeMap<String, Table>,
    /// What is there: pool, list and name.
    seen: BTreeSet<(String, &'static str, String)>,
    /// Where a user stands in the list of a pool: pool and name.
    places: BTreeMap<(String, String), usize>,
    /// Memberships that are there: pool, user and group.
    memberships: BTreeSet<(String, String, String)>,
    /// What of the resource that is read has no place in a seed.
    rest: Rest,
}

/// What a state has of a user beyond what is read here: what was of the call that made the user.
const OF_THE_CALL: [&str; 3] = [
    "desired_delivery_mediums",
    "force_alias_creation",
    "message_action",
];
/// What of a user is read, or left out with a reason of its own.
const OF_USERS: [&str; 9] = [
    "attributes",
    "enabled",
    "mfa_setting_list",
    "password",
    "preferred_mfa_setting",
    "status",
    "sub",
    "temporary_password",
    "username",
];

impl Maker {
    fn resource(&mut self, resource: &Resource) {
        let attributes = &resource.attributes;
        let own = match resource.kind.as_str() {
            "user_pool" => "id",
            _ => "user_pool_id",
        };
        let pool = text(attributes, own).to_owned();
        let (list, name, fields): (&'static str, &str, &[Field]) = match resource.kind.as_str() {
            "user_pool" => ("", own, kinds::POOL),
            "user_pool_client" | "managed_user_pool_client" => ("clients", "id", kinds::CLIENT),
            "user_pool_domain" => ("domains", "domain", kinds::DOMAIN),
            "identity_provider" => ("identity_providers", "provider_name", kinds::PROVIDER),
            "resource_server" => ("resource_servers", "identifier", kinds::SERVER),
            "user_group" => ("groups", "name", kinds::GROUP),
            "user" => ("users", "username", &[]),
            "user_in_group" => ("users", "username", &[]),
            "risk_configuration" => ("risk_configurations", "client_id", kinds::RISK),
            "log_delivery_configuration" => ("log_delivery", own, kinds::LOGS),
            "user_pool_ui_customization" => ("ui_customizations", "client_id", kinds::CLASSIC),
            "managed_login_branding" => ("managed_login_branding", "client_id", kinds::BRANDING),
            other => {
                let what = format!(
                    "{} is left out: a seed has no aws_cognito_{other}",
                    resource.address
                );
                self.notes.push(what);
                return;
            }
        };
        let key = text(attributes, name).to_owned();
        // The customization and the risk configuration of a whole pool have no client.
        let may_lack = matches!(list, "risk_configurations" | "ui_customizations");
        if pool.is_empty() || (key.is_empty() && !may_lack) {
            let what = format!(
                "{} is left out: it has no {own} or no {name}",
                resource.address
            );
            self.notes.push(what);
            return;
        }
        if resource.kind == "user_in_group" {
            return self.membership(&pool, &key, resource);
        }
        if !self.seen.insert((pool.clone(), list, key.clone())) {
            let what = format!(
                "{} is left out: another resource is the same",
                resource.address
            );
            self.notes.push(what);
            return;
        }
        let input = members(fields, attributes, &mut self.rest);
        self.left_out(resource);
        match list {
            "" => self.pool(&pool, input, attributes),
            "clients" => self.client(&pool, &key, input, resource),
            "identity_providers" => self.provider(&pool, input, resource),
            "users" => self.user(&pool, &key, resource),
            "log_delivery" => {
                self.entry(&pool).insert(list.to_owned(), input.into());
            }
            _ => self.push(&pool, list, input),
        }
    }

    /// Names the attributes that say something and have no place in a seed.
    fn left_out(&mut self, resource: &Resource) {
        for path in self.rest.paths.drain(..) {
            let name = path.as_str();
            let known = attributes::ANSWERED.contains(&name)
                || match resource.kind.as_str() {
                    "user_pool" => name == "domain",
                    "user" => OF_USERS.contains(&name) || OF_THE_CALL.contains(&name),
                    _ => false,
                };
            if !known {
                let what = format!("{}: {path} is left out", resource.address);
                self.notes.push(what);
            }
        }
    }

    fn entry(&mut self, pool: &str) -> &mut Table {
        self.pools.entry(pool.to_owned()).or_default()
    }

    fn push(&mut self, pool: &str, list: &str, item: Table) {
        let items = self.entry(pool).entry(list).or_insert_with(|| json!([]));
        if let Value::Array(items) = items {
            items.push(item.into());
        }
    }

    fn pool(&mut self, id: &str, mut input: Table, attributes: &Table) {
        // With those that the provider adds to every resource.
        if let Some(Value::Object(tags)) = attributes.get("tags_all")
            && !tags.is_empty()
        {
            input.insert("UserPoolTags".to_owned(), tags.clone().into());
        }
        let mfa = second_factors(&mut input);
        one_spelling(&mut input);
        bare_names(&mut input);
        prune(&mut input);
        if let Some(account) = text(attributes, "arn").split(':').nth(4) {
            let what = format!(
                "user pool {id} is of account {account}: its ARN is the same with `--account {account}`"
            );
            self.notes.push(what);
        }
        let entry = self.entry(id);
        entry.insert("settings".to_owned(), input.into());
        if let Some(mfa) = mfa {
            entry.insert("mfa".to_owned(), mfa.into());
        }
    }

    fn client(&mut self, pool: &str, id: &str, mut input: Table, resource: &Resource) {
        let secret = text(&resource.attributes, "client_secret");
        if input.get("GenerateSecret") == Some(&json!(false)) {
            input.remove("GenerateSecret");
        }
        prune(&mut input);
        let mut client = Table::new();
        client.insert("id".to_owned(), id.into());
        if !secret.is_empty() {
            match self.secrets {
                true => {
                    input.remove("GenerateSecret");
                    client.insert("secret".to_owned(), secret.into());
                }
                false => {
                    input.insert("GenerateSecret".to_owned(), true.into());
                    self.without(resource, "client_secret");
                }
            }
        }
        client.insert("settings".to_owned(), input.into());
        self.push(pool, "clients", client);
    }

    fn without(&mut self, resource: &Resource, name: &str) {
        let what = format!(
            "{}: {name} is left out, which is secret (--with-secrets)",
            resource.address
        );
        self.notes.push(what);
    }

    fn provider(&mut self, pool: &str, mut input: Table, resource: &Resource) {
        if let Some(Value::Object(details)) = input.get_mut("ProviderDetails") {
            // What the service adds, and takes from nobody.
            details.remove("ActiveEncryptionCertificate");
            if !self.secrets {
                for name in PROVIDER_SECRETS {
                    if details.remove(name).is_some() {
                        self.without(resource, name);
                    }
                }
            }
        }
        self.push(pool, "identity_providers", input);
    }

    fn user(&mut self, pool: &str, name: &str, resource: &Resource) {
        let given = &resource.attributes;
        let mut user = Table::new();
        user.insert("username".to_owned(), name.into());
        let sub = text(given, "sub");
        if !sub.is_empty() {
            user.insert("sub".to_owned(), sub.into());
        }
        if let Some(Value::Object(attributes)) = given.get("attributes") {
            // What only the service sets.
            let own = attributes
                .iter()
                .filter(|(name, _)| !["sub", "identities"].contains(&name.as_str()));
            let mut attributes = Table::new();
            for (name, value) in own {
                if attributes::is_shadowed(name) {
                    let what = format!(
                        "{}: {name} is left out: its name is a standard attribute's",
                        resource.address
                    );
                    self.notes.push(what);
                    continue;
                }
                let custom = !name.contains(':') && !attributes::STANDARD.contains(&name.as_str());
                let prefix = if custom { "custom:" } else { "" };
                attributes.insert(format!("{prefix}{name}"), value.clone());
            }
            if !attributes.is_empty() {
                user.insert("attributes".to_owned(), attributes.into());
            }
        }
        if given.get("enabled") == Some(&json!(false)) {
            user.insert("enabled".to_owned(), false.into());
        }
        let temporary = text(given, "status") == "FORCE_CHANGE_PASSWORD";
        let password = ["password", "temporary_password"]
            .into_iter()
            .find(|name| !text(given, name).is_empty());
        match (password, self.secrets) {
            (Some(name), true) => {
                user.insert("password".to_owned(), text(given, name).into());
                if temporary || name == "temporary_password" {
                    user.insert("temporary".to_owned(), true.into());
                }
            }
            (Some(name), false) => self.without(resource, name),
            (None, _) => {
                let what = format!("{}: the state has no password", resource.address);
                self.notes.push(what);
            }
        }
        for name in ["mfa_setting_list", "preferred_mfa_setting"] {
            if given.get(name).is_some_and(says_something) {
                let what = format!(
                    "{}: {name} is left out, since the state has no secret of an app",
                    resource.address
                );
                self.notes.push(what);
            }
        }
        self.add_user(pool, name, user);
    }

    fn add_user(&mut self, pool: &str, name: &str, user: Table) {
        self.push(pool, "users", user);
        let users = self.entry(pool).get("users").and_then(Value::as_array);
        let place = users.map_or(0, |users| users.len().saturating_sub(1));
        self.places
            .insert((pool.to_owned(), name.to_owned()), place);
    }

    /// Puts a user into a group. One who is not in the state is one of the pool.
    fn membership(&mut self, pool: &str, user: &str, resource: &Resource) {
        let group = text(&resource.attributes, "group_name");
        if group.is_empty() {
            let what = format!("{} is left out: it has no group_name", resource.address);
            self.notes.push(what);
            return;
        }
        if self
            .seen
            .insert((pool.to_owned(), "users", user.to_owned()))
        {
            let mut table = Table::new();
            table.insert("username".to_owned(), user.into());
            self.add_user(pool, user, table);
        }
        let membership = (pool.to_owned(), user.to_owned(), group.to_owned());
        let place = self.places.get(&(pool.to_owned(), user.to_owned()));
        let place = place.copied().unwrap_or_default();
        if !self.memberships.insert(membership) {
            return;
        }
        let users = self.entry(pool).get_mut("users");
        let found = users.and_then(|users| users.get_mut(place));
        if let Some(Value::Object(found)) = found
            && let Value::Array(groups) = found.entry("groups").or_insert_with(|| json!([]))
        {
            groups.push(group.into());
        }
    }

    fn made(self) -> Made {
        let pools: Vec<Value> = self
            .pools
            .into_iter()
            .map(|(id, mut pool)| {
                pool.insert("id".to_owned(), id.into());
                pool.into()
            })
            .collect();
        Made {
            seed: json!({"version": 1, "pools": pools}),
            notes: self.notes,
        }
    }
}

/// Takes the second factors out of the settings: as the provider sends them to SetUserPoolMfaConfig.
fn second_factors(input: &mut Table) -> Option<Table> {
    let Some(Value::Object(mut mfa)) = input.remove("Mfa") else {
        return None;
    };
    let wanted = text(&mfa, "MfaConfiguration").to_owned();
    let off = wanted.is_empty() || wanted == "OFF";
    if off {
        mfa.retain(|name, _| name == "WebAuthnConfiguration");
        return (!mfa.is_empty()).then_some(mfa);
    }
    // With settings for text messages, texts are a second factor.
    if let Some(sms) = input.get("SmsConfiguration") {
        let mut configuration = Table::new();
        configuration.insert("SmsConfiguration".to_owned(), sms.clone());
        if let Some(message) = input.get("SmsAuthenticationMessage") {
            configuration.insert("SmsAuthenticationMessage".to_owned(), message.clone());
        }
        mfa.insert("SmsMfaConfiguration".to_owned(), configuration.into());
    }
    Some(mfa)
}

/// The two spellings of the messages of verification: the old one, and the member of the template.
const TWINS: [(&str, &str); 3] = [
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
    ("SmsVerificationMessage", "SmsMessage"),
];

/// Says the messages of verification once: in the template, where there is one.
fn one_spelling(input: &mut Table) {
    for (old, new) in TWINS {
        let Some(message) = input.remove(old) else {
            continue;
        };
        let template = input
            .entry("VerificationMessageTemplate")
            .or_insert_with(|| json!({}));
        if let Value::Object(template) = template {
            template.entry(new).or_insert(message);
        }
    }
}

/// Takes the prefixes of attributes away, which their names have in answers.
fn bare_names(input: &mut Table) {
    let attributes = input.get_mut("Schema").and_then(Value::as_array_mut);
    for attribute in attributes.into_iter().flatten() {
        if let Some(Value::String(name)) = attribute.get_mut("Name") {
            let bare = name.strip_prefix("dev:").unwrap_or(name);
            *name = bare.strip_prefix("custom:").unwrap_or(bare).to_owned();
        }
    }
}

/// Takes empty tables away, which blocks without anything in them leave.
fn prune(table: &mut Table) {
    table.retain(|name, value| {
        if let Value::Object(inner) = value {
            prune(inner);
            return !inner.is_empty() || name.ends_with("AttributeConstraints");
        }
        true
    });
}
