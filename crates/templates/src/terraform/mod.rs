//! A pool as a configuration of Terraform or OpenTofu, with blocks that import what is there.

mod around;

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_normalization::is_nfc;

use crate::fields::{Field, body, paths};
use crate::hcl::{self, Body, Expression};
use crate::kinds;
use crate::seeds::secret_of;
use crate::tables::{Table, UNSAID, needed, says_something, table, tables, text};
use crate::texts::Names;

/// A configuration.
#[derive(Debug, Default)]
pub struct Written {
    /// The file.
    pub text: String,
    /// What it cannot hold; the file has it in comments, too.
    pub warnings: Vec<String>,
}

/// What a seed does not say of pools and a configuration wants to know.
#[derive(Debug, Default)]
pub struct Beside {
    /// The id of the branding of an app client, by the client's id.
    pub brandings: BTreeMap<String, String>,
    /// What the pools have and a seed cannot hold.
    pub left_out: Vec<String>,
}

/// Returns the configuration of the pools of a seed. Secrets are in it where the seed has them; without them providers get
/// theirs from variables.
pub fn configuration(pools: &[Value], beside: &Beside) -> Written {
    writer(pools, beside).written()
}

/// Returns the blocks of the resources, for tests.
#[cfg(test)]
pub fn blocks(pools: &[Value], beside: &Beside) -> Value {
    writer(pools, beside).resources.to_json(true)
}

fn writer<'a>(pools: &[Value], beside: &'a Beside) -> Writer<'a> {
    let mut writer = Writer {
        beside,
        resources: Body::default(),
        variables: Body::default(),
        warnings: beside.left_out.clone(),
        names: BTreeMap::new(),
        has_members: false,
        recent: false,
    };
    for pool in pools.iter().filter_map(Value::as_object) {
        writer.pool(pool);
    }
    writer
}

struct Writer<'a> {
    beside: &'a Beside,
    resources: Body,
    variables: Body,
    warnings: Vec<String>,
    /// The names of resources by type, and those of variables.
    names: BTreeMap<String, Names>,
    /// True if there is a membership.
    has_members: bool,
    /// True if there is something in it that version 5 of the provider does not know.
    recent: bool,
}

/// A pool while it is written.
struct Owner {
    id: String,
    /// A name for what belongs to it.
    name: String,
    /// `aws_cognito_user_pool.x.id`.
    reference: Expression,
    /// Providers by name, and resource servers by identifier: what clients depend on.
    providers: BTreeMap<String, String>,
    servers: BTreeMap<String, String>,
    clients: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
    domain: Option<String>,
}

impl Writer<'_> {
    fn pool(&mut self, pool: &Table) {
        let id = text(pool, "id").to_owned();
        let settings = table(pool, "settings");
        let name = match text(&settings, "PoolName") {
            "" => id.as_str(),
            name => name,
        };
        let name = hcl::name(name);
        let address = self.address("user_pool", &name);
        let mut owner = Owner {
            reference: Expression::Reference(format!("{address}.id")),
            id,
            name,
            providers: BTreeMap::new(),
            servers: BTreeMap::new(),
            clients: BTreeMap::new(),
            users: BTreeMap::new(),
            domain: None,
        };
        self.settings(&owner, &address, settings, table(pool, "mfa"));
        for (member, what) in UNSAID {
            if pool.contains_key(member) {
                self.warn(&format!("user pool {}: {what}", owner.id));
            }
        }
        for server in tables(pool, "resource_servers") {
            let identifier = text(server, "Identifier");
            let name = format!("{}_{}", owner.name, text(server, "Name"));
            let import = format!("{}|{identifier}", owner.id);
            let address = self.simple(
                &owner,
                "resource_server",
                &name,
                kinds::SERVER,
                server,
                &import,
            );
            owner.servers.insert(identifier.to_owned(), address);
        }
        for provider in tables(pool, "identity_providers") {
            self.provider(&mut owner, provider);
        }
        for client in tables(pool, "clients") {
            self.client(&mut owner, client);
        }
        for domain in tables(pool, "domains") {
            let host = text(domain, "Domain");
            let name = format!("{}_{host}", owner.name);
            let address = self.simple(
                &owner,
                "user_pool_domain",
                &name,
                kinds::DOMAIN,
                domain,
                host,
            );
            owner.domain = Some(address);
        }
        for group in tables(pool, "groups") {
            let name = text(group, "GroupName");
            let import = format!("{}/{name}", owner.id);
            let name = format!("{}_{name}", owner.name);
            self.simple(&owner, "user_group", &name, kinds::GROUP, group, &import);
        }
        for risk in tables(pool, "risk_configurations") {
            self.of_client(&owner, "risk_configuration", kinds::RISK, risk, ':');
        }
        if let Some(logs) = pool.get("log_delivery").and_then(Value::as_object) {
            self.recent = true;
            let (name, import) = (owner.name.clone(), owner.id.clone());
            self.simple(
                &owner,
                "log_delivery_configuration",
                &name,
                kinds::LOGS,
                logs,
                &import,
            );
        }
        for look in tables(pool, "ui_customizations") {
            self.of_client(
                &owner,
                "user_pool_ui_customization",
                kinds::CLASSIC,
                look,
                ',',
            );
        }
        for branding in tables(pool, "managed_login_branding") {
            self.recent = true;
            self.of_client(
                &owner,
                "managed_login_branding",
                kinds::BRANDING,
                branding,
                ',',
            );
        }
        self.users(&mut owner, pool);
    }

    /// Returns the address of a resource whose name is not taken.
    fn address(&mut self, kind: &str, name: &str) -> String {
        let name = self.unique(kind, &hcl::name(name));
        format!("aws_cognito_{kind}.{name}")
    }

    fn unique(&mut self, kind: &str, name: &str) -> String {
        let names = self.names.entry(kind.to_owned()).or_default();
        names.take(name, "_")
    }

    fn warn(&mut self, what: &str) {
        self.warnings.push(what.to_owned());
    }

    /// Adds a resource and the block that imports it.
    fn resource(&mut self, address: &str, body: Body, import: Option<&str>) {
        let Some((kind, name)) = address.split_once('.') else {
            return;
        };
        self.resources.block("resource", &[kind, name], body);
        if let Some(id) = import {
            let mut block = Body::default();
            block.set("to", Expression::Reference(address.to_owned()));
            block.text("id", id);
            self.resources.block("import", &[], block);
        }
    }

    /// Moves the members of a resource into a body, and warns about those that have no place there.
    fn fill(&mut self, address: &str, fields: &[Field], mut members: Table, out: &mut Body) {
        if !normal(&members) {
            // It would be changed, and be a difference for ever.
            self.warn(&format!(
                "{address}: a text that is not in NFC, which Terraform makes of it"
            ));
        }
        body(fields, &mut members, out);
        for path in paths(&Value::Object(members)) {
            self.warn(&format!("{address}: {path}"));
        }
    }

    /// Adds a resource that belongs to a pool and is what its input says.
    fn simple(
        &mut self,
        owner: &Owner,
        kind: &str,
        name: &str,
        fields: &[Field],
        input: &Table,
        import: &str,
    ) -> String {
        let address = self.address(kind, name);
        let mut body = Body::default();
        body.set("user_pool_id", owner.reference.clone());
        self.fill(&address, fields, input.clone(), &mut body);
        self.resource(&address, body, Some(import));
        address
    }

    fn settings(&mut self, owner: &Owner, address: &str, mut settings: Table, mut mfa: Table) {
        let with_sms = mfa.remove("SmsMfaConfiguration").is_some();
        let wanted = text(&mfa, "MfaConfiguration");
        let on = !wanted.is_empty() && wanted != "OFF";
        if on && settings.contains_key("SmsConfiguration") && !with_sms {
            let what = "text messages are no second factor, and the provider makes them one at its next change of sms_configuration or MFA";
            self.warn(&format!("{address}: {what}"));
        }
        if !on {
            // Of no effect, and not read by the provider.
            for name in ["SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"] {
                let Some(Value::Object(kept)) = mfa.remove(name) else {
                    continue;
                };
                for member in kept.iter().filter(|(_, value)| says_something(value)) {
                    let path = format!("Mfa.{name}.{}", member.0);
                    self.warn(&format!("{address}: {path}, while second factors are off"));
                }
            }
        }
        if let Some(Value::Object(sms)) = settings.get_mut("SmsConfiguration") {
            // Required there.
            sms.entry("ExternalId").or_insert_with(|| "".into());
        }
        let update = settings.get("UserAttributeUpdateSettings");
        if update.is_some_and(|update| paths(update).is_empty()) {
            // Answered of pools that never had any, and read as no block.
            settings.remove("UserAttributeUpdateSettings");
        }
        settings.insert("Mfa".to_owned(), mfa.into());
        let mut body = Body::default();
        self.fill(address, kinds::POOL, settings, &mut body);
        self.resource(address, body, Some(&owner.id));
    }

    fn provider(&mut self, owner: &mut Owner, provider: &Table) {
        let name = text(provider, "ProviderName");
        let address = self.address("identity_provider", &format!("{}_{name}", owner.name));
        let mut members = provider.clone();
        let details = members.remove("ProviderDetails");
        let mut details: Vec<(String, Expression)> = details
            .as_ref()
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), Expression::Value(value.clone())))
            .collect();
        if let Some(secret) = secret_of(text(provider, "ProviderType"))
            && !details.iter().any(|(name, _)| name == secret)
        {
            let variable = format!("{}_{}_{secret}", owner.name, hcl::name(name));
            let variable = self.unique("variable", &variable);
            let mut body = Body::default();
            body.set("type", Expression::Reference("string".to_owned()));
            body.set("sensitive", Expression::Value(true.into()));
            self.variables.block("variable", &[&variable], body);
            let what = "the secret, which a variable has: the first plan marks it as secret, and changes nothing";
            self.warn(&format!("{address}: {what}"));
            details.push((
                secret.to_owned(),
                Expression::Reference(format!("var.{variable}")),
            ));
            details.sort_by(|a, b| a.0.cmp(&b.0));
        }
        let mut body = Body::default();
        body.set("user_pool_id", owner.reference.clone());
        self.fill(&address, kinds::PROVIDER, members, &mut body);
        body.set("provider_details", Expression::Table(details));
        self.resource(&address, body, Some(&format!("{}:{name}", owner.id)));
        owner.providers.insert(name.to_owned(), address);
    }

    fn client(&mut self, owner: &mut Owner, client: &Table) {
        let id = text(client, "id");
        let mut settings = table(client, "settings");
        let name = format!("{}_{}", owner.name, text(&settings, "ClientName"));
        let address = self.address("user_pool_client", &name);
        let mut body = Body::default();
        body.set("user_pool_id", owner.reference.clone());
        let has_secret = client.contains_key("secret");
        if has_secret {
            settings.insert("GenerateSecret".to_owned(), true.into());
            self.warn(&format!(
                "{address}: the secret of the client, which a configuration cannot choose"
            ));
        }
        let secret = has_secret || settings.get("GenerateSecret") == Some(&true.into());
        if client.contains_key("profile") {
            self.warn(&format!("{address}: the profile of the client"));
        }
        let needs = needed(&settings, &owner.providers, &owner.servers).into_iter();
        let needs: Vec<Expression> = needs.cloned().map(Expression::Reference).collect();
        self.fill(&address, kinds::CLIENT, settings, &mut body);
        if !needs.is_empty() {
            body.set("depends_on", Expression::List(needs));
        }
        if secret {
            // An import does not know it, and a difference would make the client anew.
            let mut lifecycle = Body::default();
            let ignored = Expression::Reference("generate_secret".to_owned());
            lifecycle.set("ignore_changes", Expression::List(vec![ignored]));
            body.block("lifecycle", &[], lifecycle);
        }
        self.resource(&address, body, Some(&format!("{}/{id}", owner.id)));
        owner.clients.insert(id.to_owned(), address);
    }

    fn written(self) -> Written {
        let mut aws = vec![(
            "source".to_owned(),
            Expression::Value("hashicorp/aws".into()),
        )];
        let least = if self.recent { ">= 6.4" } else { ">= 5.95" };
        aws.push(("version".to_owned(), Expression::Value(least.into())));
        let mut providers = Body::default();
        providers.set("aws", Expression::Table(aws));
        let mut terraform = Body::default();
        terraform.text("required_version", ">= 1.5");
        terraform.block("required_providers", &[], providers);
        let mut head = Body::default();
        head.comment("Written by `cognate seed export --format terraform`. `terraform plan` imports what is there.");
        if !self.warnings.is_empty() {
            head.comment("It does not hold:");
        }
        for warning in &self.warnings {
            head.comment(&format!("- {warning}"));
        }
        head.block("terraform", &[], terraform);
        let files = [head.file(), self.variables.file(), self.resources.file()];
        let files: Vec<String> = files.into_iter().filter(|file| !file.is_empty()).collect();
        Written {
            text: files.join("\n"),
            warnings: self.warnings,
        }
    }
}

/// True if all texts are in the form that Terraform brings them into.
fn normal(members: &Table) -> bool {
    members
        .iter()
        .all(|(name, value)| is_nfc(name) && is_normal(value))
}

fn is_normal(value: &Value) -> bool {
    match value {
        Value::String(text) => is_nfc(text),
        Value::Array(items) => items.iter().all(is_normal),
        Value::Object(members) => normal(members),
        _ => true,
    }
}
