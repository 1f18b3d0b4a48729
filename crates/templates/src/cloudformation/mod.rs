//! A pool as a template of CloudFormation.
//!
//! A template cannot say ids: they are in the metadata of its resources (`Cognate`), where the reader of templates finds them.

mod literal;
mod people;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fields::{paths, put};
use crate::seeds::secret_of;
use crate::tables::{Table, UNSAID, needed, table, tables, text};
use crate::texts::Names;

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
    /// Of resources and parameters.
    names: Names,
}

/// A resource before it is written.
#[derive(Default)]
struct Resource<'a> {
    logical: &'a str,
    /// Its type without `AWS::Cognito::`.
    kind: &'a str,
    /// What the pool says, which CloudFormation has to take as it is.
    properties: Table,
    /// What refers to another resource or to a parameter: its path and the logical id.
    references: Vec<(String, &'a str)>,
    metadata: Option<Value>,
    /// What has to be there before it.
    needs: Vec<String>,
}

/// The properties without which CloudFormation gives a resource a name of its own choice.
const NAMES: [&str; 5] = [
    "Domain",
    "GroupName",
    "Identifier",
    "ProviderName",
    "Username",
];

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

impl Owner {
    /// Returns the reference by which a resource belongs to the pool.
    fn reference(&self) -> (String, &str) {
        ("UserPoolId".to_owned(), &self.logical)
    }
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
        self.add(Resource {
            logical: &logical,
            kind: "UserPool",
            properties,
            metadata: Some(json!({"Id": owner.id})),
            ..Resource::default()
        });
        for (member, what) in UNSAID {
            if pool.contains_key(member) {
                self.warnings.push(format!("{logical}: {what}"));
            }
        }
        for server in tables(pool, "resource_servers") {
            let name = format!("Server{}", word(text(server, "Name")));
            let made = self.simple(&owner, &name, "UserPoolResourceServer", SERVER, server);
            if let Some(made) = made {
                let identifier = text(server, "Identifier");
                owner.servers.insert(identifier.to_owned(), made);
            }
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
            owner.domains.extend(made);
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
            if let Some(made) = made {
                owner.groups.insert(name, made);
            }
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
    fn logical(&mut self, name: &str) -> String {
        self.names.take(name, "x")
    }

    /// Keeps the properties that a type has, and warns about the others.
    fn known(&mut self, logical: &str, names: &[&str], members: Table) -> Table {
        let (known, other): (Table, Table) = members
            .into_iter()
            .partition(|(name, _)| names.contains(&name.as_str()));
        for path in paths(&Value::Object(other)) {
            self.warnings.push(format!("{logical}: {path}"));
        }
        known
    }

    /// Adds a resource; false for one that has no name without what CloudFormation would not take as it is written.
    fn add(&mut self, resource: Resource<'_>) -> bool {
        let logical = resource.logical;
        let mut properties = Table::new();
        let mut is_named = true;
        for (name, value) in resource.properties {
            match self.literal(logical, &name, value).0 {
                Some(value) => {
                    properties.insert(name, value);
                }
                None => is_named &= !NAMES.contains(&name.as_str()),
            }
        }
        if !is_named {
            self.warnings
                .push(format!("{logical} as a whole, since it has no name"));
            return false;
        }
        for (path, target) in resource.references {
            put(&mut properties, &path, json!({"Ref": target}));
        }
        let mut out = Table::new();
        out.insert(
            "Type".to_owned(),
            format!("AWS::Cognito::{}", resource.kind).into(),
        );
        // An import of resources that are there demands it.
        out.insert("DeletionPolicy".to_owned(), "Retain".into());
        out.insert("UpdateReplacePolicy".to_owned(), "Retain".into());
        if let Some(metadata) = resource.metadata {
            out.insert("Metadata".to_owned(), json!({METADATA: metadata}));
        }
        if !resource.needs.is_empty() {
            out.insert("DependsOn".to_owned(), resource.needs.into());
        }
        out.insert("Properties".to_owned(), properties.into());
        self.resources.insert(logical.to_owned(), out.into());
        true
    }

    fn simple(
        &mut self,
        owner: &Owner,
        name: &str,
        kind: &str,
        names: &[&str],
        input: &Table,
    ) -> Option<String> {
        let logical = self.logical(&format!("{}{name}", owner.logical));
        let properties = self.known(&logical, names, input.clone());
        let added = self.add(Resource {
            logical: &logical,
            kind,
            properties,
            references: vec![owner.reference()],
            ..Resource::default()
        });
        added.then_some(logical)
    }

    fn provider(&mut self, owner: &mut Owner, provider: &Table) {
        let name = text(provider, "ProviderName");
        let logical = self.logical(&format!("{}Provider{}", owner.logical, word(name)));
        let properties = self.known(&logical, PROVIDER, provider.clone());
        let details = properties.get("ProviderDetails").and_then(Value::as_object);
        let secret = secret_of(text(provider, "ProviderType"));
        let secret = secret.filter(|name| details.is_some_and(|all| !all.contains_key(*name)));
        let parameter = secret.map(|_| self.logical(&format!("{logical}Secret")));
        let mut references = vec![owner.reference()];
        if let (Some(secret), Some(parameter)) = (secret, &parameter) {
            references.push((format!("ProviderDetails.{secret}"), parameter));
            let what = json!({"Type": "String", "NoEcho": true, "Description": format!("{secret} of {name}")});
            self.parameters.insert(parameter.clone(), what);
        }
        let added = self.add(Resource {
            logical: &logical,
            kind: "UserPoolIdentityProvider",
            properties,
            references,
            ..Resource::default()
        });
        if added {
            owner.providers.insert(name.to_owned(), logical);
        }
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
        let needs = needed(&settings, &owner.providers, &owner.servers);
        let needs = needs.into_iter().cloned().collect();
        let properties = self.known(&logical, CLIENT, settings);
        self.add(Resource {
            logical: &logical,
            kind: "UserPoolClient",
            properties,
            references: vec![owner.reference()],
            metadata: Some(json!({"Id": id})),
            needs,
        });
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
        let mut references = vec![owner.reference()];
        match known {
            Some(known) => references.push(("ClientId".to_owned(), known)),
            None => {
                let all = if client.is_empty() { "ALL" } else { client };
                properties.insert("ClientId".to_owned(), all.into());
            }
        }
        // The classic pages have a look only where there is a domain.
        let needs = match name {
            "Look" => owner.domains.clone(),
            _ => Vec::new(),
        };
        self.add(Resource {
            logical: &logical,
            kind,
            properties,
            references,
            metadata: None,
            needs,
        });
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
