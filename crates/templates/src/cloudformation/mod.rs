//! A pool as a template of CloudFormation.
//!
//! A template cannot say ids: they are in the metadata of its resources (`Cognate`), where the reader of templates finds them.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::fields::paths;
use crate::seeds::PROVIDER_SECRETS;
use crate::tables::{Table, table, tables, text};

/// The member of a resource's metadata that is this program's.
pub const METADATA: &str = "Cognate";
/// The most resources of a stack.
const MOST_RESOURCES: usize = 500;
/// The most bytes of a template.
const MOST_BYTES: usize = 1_000_000;

/// A template.
#[derive(Debug)]
pub struct Template {
    /// The template.
    pub template: Value,
    /// What it cannot hold; its metadata has it, too.
    pub warnings: Vec<String>,
}

/// The properties of each type (documentation of AWS::Cognito, 2026).
const POOL: &[&str] = &[
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AliasAttributes",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "DeviceConfiguration",
    "EmailConfiguration",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "LambdaConfig",
    "Policies",
    "Schema",
    "SmsAuthenticationMessage",
    "SmsConfiguration",
    "SmsVerificationMessage",
    "UserAttributeUpdateSettings",
    "UsernameAttributes",
    "UsernameConfiguration",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
    "VerificationMessageTemplate",
];
const CLIENT: &[&str] = &[
    "AccessTokenValidity",
    "AllowedOAuthFlows",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthScopes",
    "AnalyticsConfiguration",
    "AuthSessionValidity",
    "CallbackURLs",
    "ClientName",
    "DefaultRedirectURI",
    "EnablePropagateAdditionalUserContextData",
    "EnableTokenRevocation",
    "ExplicitAuthFlows",
    "GenerateSecret",
    "IdTokenValidity",
    "LogoutURLs",
    "PreventUserExistenceErrors",
    "ReadAttributes",
    "RefreshTokenRotation",
    "RefreshTokenValidity",
    "SupportedIdentityProviders",
    "TokenValidityUnits",
    "WriteAttributes",
];
const SERVER: &[&str] = &["Identifier", "Name", "Scopes"];
const PROVIDER: &[&str] = &[
    "AttributeMapping",
    "IdpIdentifiers",
    "ProviderDetails",
    "ProviderName",
    "ProviderType",
];
const DOMAIN: &[&str] = &["CustomDomainConfig", "Domain", "ManagedLoginVersion"];
const GROUP: &[&str] = &["Description", "GroupName", "Precedence", "RoleArn"];
const RISK: &[&str] = &[
    "AccountTakeoverRiskConfiguration",
    "CompromisedCredentialsRiskConfiguration",
    "RiskExceptionConfiguration",
];
const CLASSIC: &[&str] = &["CSS"];
const BRANDING: &[&str] = &["Assets", "Settings", "UseCognitoProvidedValues"];

/// Returns the template of the pools of a seed. Secrets of providers are in it where the seed has them; else they are
/// parameters. `left_out`: what the pools have and a seed cannot hold.
pub fn template(pools: &[Value], left_out: &[String]) -> Template {
    let mut writer = Writer {
        warnings: left_out.to_vec(),
        ..Writer::default()
    };
    for pool in pools.iter().filter_map(Value::as_object) {
        writer.pool(pool);
    }
    writer.template()
}

#[derive(Default)]
struct Writer {
    resources: Table,
    parameters: Table,
    warnings: Vec<String>,
}

/// A pool while it is written: its logical id, and those of what others name.
struct Owner {
    id: String,
    logical: String,
    providers: BTreeMap<String, String>,
    servers: BTreeMap<String, String>,
    clients: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    domains: Vec<String>,
}

fn reference(logical: &str) -> Value {
    json!({"Ref": logical})
}

/// Returns letters and digits that follow from a text.
fn word(text: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    for c in text.chars().take(60) {
        if !c.is_ascii_alphanumeric() {
            start = true;
            continue;
        }
        out.push(if start { c.to_ascii_uppercase() } else { c });
        start = false;
    }
    out
}

impl Writer {
    fn pool(&mut self, pool: &Table) {
        let id = text(pool, "id").to_owned();
        let mut settings = table(pool, "settings");
        let logical = self.logical(&format!("Pool{}", word(text(&settings, "PoolName"))));
        let mut owner = Owner {
            id,
            logical: logical.clone(),
            providers: BTreeMap::new(),
            servers: BTreeMap::new(),
            clients: BTreeMap::new(),
            groups: BTreeMap::new(),
            domains: Vec::new(),
        };
        let name = settings.remove("PoolName");
        let mut properties = self.known(&logical, POOL, settings);
        if let Some(name) = name {
            properties.insert("UserPoolName".to_owned(), name);
        }
        self.second_factors(&logical, table(pool, "mfa"), &mut properties);
        let metadata = json!({"Id": owner.id});
        self.add(&logical, "UserPool", properties, Some(metadata), &[]);
        for (member, what) in [
            ("issuer", "the issuer of its tokens"),
            ("signing_keys", "its signing keys"),
        ] {
            if pool.contains_key(member) {
                self.warnings.push(format!("{logical}: {what}"));
            }
        }
        for server in tables(pool, "resource_servers") {
            let name = format!("Server{}", word(text(server, "Name")));
            let made = self.simple(&owner, &name, "UserPoolResourceServer", SERVER, server);
            owner
                .servers
                .insert(text(server, "Identifier").to_owned(), made);
        }
        for provider in tables(pool, "identity_providers") {
            self.provider(&mut owner, provider);
        }
        for client in tables(pool, "clients") {
            self.client(&mut owner, client);
        }
        for domain in tables(pool, "domains") {
            let name = format!("Domain{}", word(text(domain, "Domain")));
            let made = self.simple(&owner, &name, "UserPoolDomain", DOMAIN, domain);
            owner.domains.push(made);
        }
        for group in tables(pool, "groups") {
            let name = text(group, "GroupName").to_owned();
            let made = self.simple(
                &owner,
                &format!("Group{}", word(&name)),
                "UserPoolGroup",
                GROUP,
                group,
            );
            owner.groups.insert(name, made);
        }
        for risk in tables(pool, "risk_configurations") {
            self.of_client(
                &owner,
                "Risk",
                "UserPoolRiskConfigurationAttachment",
                RISK,
                risk,
            );
        }
        if let Some(logs) = pool.get("log_delivery").and_then(Value::as_object) {
            self.simple(
                &owner,
                "Logs",
                "LogDeliveryConfiguration",
                &["LogConfigurations"],
                logs,
            );
        }
        for look in tables(pool, "ui_customizations") {
            self.of_client(
                &owner,
                "Look",
                "UserPoolUICustomizationAttachment",
                CLASSIC,
                look,
            );
        }
        for branding in tables(pool, "managed_login_branding") {
            self.of_client(
                &owner,
                "Branding",
                "ManagedLoginBranding",
                BRANDING,
                branding,
            );
        }
        self.users(&owner, pool);
    }

    /// Returns a logical id that is not taken.
    fn logical(&self, name: &str) -> String {
        let taken =
            |name: &str| self.resources.contains_key(name) || self.parameters.contains_key(name);
        let mut at = 1;
        let mut unique = name.to_owned();
        while taken(&unique) {
            at += 1;
            unique = format!("{name}x{at}");
        }
        unique
    }

    /// Keeps the properties that a type has, and warns about the others.
    fn known(&mut self, logical: &str, names: &[&str], members: Table) -> Table {
        let (mut known, other): (Table, Table) = members
            .into_iter()
            .partition(|(name, _)| names.contains(&name.as_str()));
        for path in paths(&Value::Object(other)) {
            self.warnings.push(format!("{logical}: {path}"));
        }
        self.literal(logical, &mut known);
        known
    }

    /// Takes out what CloudFormation would not take as it is written.
    fn literal(&mut self, logical: &str, members: &mut Table) {
        let mut names = Vec::new();
        for (name, value) in &mut *members {
            match value {
                Value::Object(inner) if is_function(inner) => {
                    let what =
                        format!("{logical}: {name}, which CloudFormation takes for a function");
                    self.warnings.push(what);
                    names.push(name.clone());
                }
                Value::Object(inner) => self.literal(logical, inner),
                Value::Array(items) => {
                    for inner in items.iter_mut().filter_map(Value::as_object_mut) {
                        self.literal(logical, inner);
                    }
                }
                Value::String(text) if text.contains("{{resolve:") => {
                    let what =
                        format!("{logical}: {name}, in which CloudFormation resolves a reference");
                    self.warnings.push(what);
                    names.push(name.clone());
                }
                _ => {}
            }
        }
        members.retain(|name, _| !names.contains(name));
    }

    fn add(
        &mut self,
        logical: &str,
        kind: &str,
        properties: Table,
        metadata: Option<Value>,
        needs: &[String],
    ) {
        let mut resource = Table::new();
        resource.insert("Type".to_owned(), format!("AWS::Cognito::{kind}").into());
        // An import of resources that are there demands it.
        resource.insert("DeletionPolicy".to_owned(), "Retain".into());
        resource.insert("UpdateReplacePolicy".to_owned(), "Retain".into());
        if let Some(metadata) = metadata {
            resource.insert("Metadata".to_owned(), json!({METADATA: metadata}));
        }
        if !needs.is_empty() {
            resource.insert("DependsOn".to_owned(), needs.into());
        }
        resource.insert("Properties".to_owned(), properties.into());
        self.resources.insert(logical.to_owned(), resource.into());
    }

    fn simple(
        &mut self,
        owner: &Owner,
        name: &str,
        kind: &str,
        names: &[&str],
        input: &Table,
    ) -> String {
        let logical = self.logical(&format!("{}{name}", owner.logical));
        let mut properties = self.known(&logical, names, input.clone());
        properties.insert("UserPoolId".to_owned(), reference(&owner.logical));
        self.add(&logical, kind, properties, None, &[]);
        logical
    }

    fn provider(&mut self, owner: &mut Owner, provider: &Table) {
        let name = text(provider, "ProviderName");
        let logical = self.logical(&format!("{}Provider{}", owner.logical, word(name)));
        let mut properties = self.known(&logical, PROVIDER, provider.clone());
        let secret = match text(provider, "ProviderType") {
            "SAML" => None,
            "SignInWithApple" => Some(PROVIDER_SECRETS[1]),
            _ => Some(PROVIDER_SECRETS[0]),
        };
        if let Some(Value::Object(details)) = properties.get_mut("ProviderDetails")
            && let Some(secret) = secret
            && !details.contains_key(secret)
        {
            let parameter = self.logical(&format!("{logical}Secret"));
            details.insert(secret.to_owned(), reference(&parameter));
            let what = json!({"Type": "String", "NoEcho": true, "Description": format!("{secret} of {name}")});
            self.parameters.insert(parameter, what);
        }
        properties.insert("UserPoolId".to_owned(), reference(&owner.logical));
        self.add(&logical, "UserPoolIdentityProvider", properties, None, &[]);
        owner.providers.insert(name.to_owned(), logical);
    }

    fn client(&mut self, owner: &mut Owner, client: &Table) {
        let id = text(client, "id");
        let mut settings = table(client, "settings");
        let name = word(text(&settings, "ClientName"));
        let logical = self.logical(&format!("{}Client{name}", owner.logical));
        if client.contains_key("secret") {
            settings.insert("GenerateSecret".to_owned(), true.into());
            let what =
                format!("{logical}: the secret of the client, which a template cannot choose");
            self.warnings.push(what);
        }
        if client.contains_key("profile") {
            self.warnings
                .push(format!("{logical}: the profile of the client"));
        }
        let needs = needed(&settings, owner);
        let mut properties = self.known(&logical, CLIENT, settings);
        properties.insert("UserPoolId".to_owned(), reference(&owner.logical));
        self.add(
            &logical,
            "UserPoolClient",
            properties,
            Some(json!({"Id": id})),
            &needs,
        );
        owner.clients.insert(id.to_owned(), logical);
    }

    /// Adds what is of a client, or of the whole pool where it names none.
    fn of_client(&mut self, owner: &Owner, name: &str, kind: &str, names: &[&str], input: &Table) {
        let mut members = input.clone();
        let client = members.remove("ClientId");
        let client = client.as_ref().and_then(Value::as_str).unwrap_or_default();
        let known = owner.clients.get(client);
        let around = known.unwrap_or(&owner.logical);
        let logical = self.logical(&format!("{around}{name}"));
        let mut properties = self.known(&logical, names, members);
        properties.insert("UserPoolId".to_owned(), reference(&owner.logical));
        let client = match known {
            Some(known) => reference(known),
            None if client.is_empty() => json!("ALL"),
            None => json!(client),
        };
        properties.insert("ClientId".to_owned(), client);
        // The classic pages have a look only where there is a domain.
        let needs = match name {
            "Look" => owner.domains.as_slice(),
            _ => &[],
        };
        self.add(&logical, kind, properties, None, needs);
    }

    fn template(mut self) -> Template {
        if self.resources.len() > MOST_RESOURCES {
            let what = format!(
                "{} resources, of which a stack takes {MOST_RESOURCES}",
                self.resources.len()
            );
            self.warnings.push(what);
        }
        let mut template = Table::new();
        template.insert("AWSTemplateFormatVersion".to_owned(), "2010-09-09".into());
        template.insert(
            "Description".to_owned(),
            "User pools, written by cognate seed export".into(),
        );
        if !self.parameters.is_empty() {
            template.insert("Parameters".to_owned(), self.parameters.into());
        }
        template.insert("Resources".to_owned(), self.resources.into());
        let size = serde_json::to_vec(&template).map_or(0, |text| text.len());
        if size > MOST_BYTES {
            let what = format!("{size} bytes, of which a stack takes {MOST_BYTES}");
            self.warnings.push(what);
        }
        if !self.warnings.is_empty() {
            let left_out = json!({METADATA: {"LeftOut": self.warnings}});
            template.insert("Metadata".to_owned(), left_out);
        }
        Template {
            template: template.into(),
            warnings: self.warnings,
        }
    }
}

/// True for a table that a template takes for a function.
fn is_function(members: &Table) -> bool {
    members.len() == 1
        && members
            .keys()
            .all(|name| name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
}

/// Names the resources that have to be there before a client that uses them.
fn needed(settings: &Table, owner: &Owner) -> Vec<String> {
    let texts = |name: &str| {
        let items = settings.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str)
    };
    let providers =
        texts("SupportedIdentityProviders").filter_map(|name| owner.providers.get(name));
    let servers = texts("AllowedOAuthScopes").filter_map(|scope| {
        let (identifier, _) = scope.rsplit_once('/')?;
        owner.servers.get(identifier)
    });
    let all: BTreeSet<String> = providers.chain(servers).cloned().collect();
    all.into_iter().collect()
}
