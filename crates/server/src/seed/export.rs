//! A pool as a seed, in steps that each fit into the answer to a command.

use cognate_domain::app::keys;
use cognate_domain::moving::export::page::page;
use cognate_domain::moving::seeded;
use cognate_domain::records::pool::Issuer;
use cognate_domain::records::standard_schema;
use cognate_domain::{App, audit};
use cognate_moving::record::{PasswordRecord, UserRecord};
use cognate_shapes::Op;
use cognate_store::{Batch, Store};
use cognate_templates::attributes::is_shadowed;
use cognate_templates::seeds::PROVIDER_SECRETS;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::apply::call::Call;
use super::apply::{keys as pem, users};
use super::around;
use super::file::{ClientSeed, Input, KeysSeed, Plain, PoolSeed, UserSeed};
use super::known;
use crate::admin::profile;

/// The name of an export in the audit trail.
pub const COMMAND: &str = "ExportSeed";

/// The member by which a store of secrets is asked to have those of a client.
pub const PUBLISH: &str = "PublishSecretsInAWSSecretsManager";
/// The member that says that it has them.
pub const PUBLISHED: &str = "ClientSecretArn";

/// A part of a pool that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The pool itself: a [`PoolSeed`] without what the other steps give.
    Pool,
    /// Resource servers.
    ResourceServers(Option<String>),
    /// Identity providers.
    IdentityProviders(Option<String>),
    /// App clients.
    Clients(Option<String>),
    /// Domains.
    Domains,
    /// What is of the pool or of a client each.
    Around(Option<String>),
    /// Groups.
    Groups(Option<String>),
    /// Users.
    Users(Option<String>),
}

/// A page of an answer: what is there, and where the next one begins.
#[derive(Debug, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is there.
    pub items: Vec<T>,
    /// None at the end.
    pub next: Option<String>,
}

/// Answers a step. Without `secrets` there are none in it.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn step(app: &App, pool: &str, step: &Step, secrets: bool) -> Result<Value, String> {
    let call = Call {
        app,
        pool,
        region: pool.split('_').next().unwrap_or_default(),
        only_look: true,
    };
    Ok(match step {
        Step::Pool => json!(whole(call, secrets).await?),
        Step::ResourceServers(from) => json!(servers(call, from.as_deref()).await?),
        Step::IdentityProviders(from) => json!(providers(call, from.as_deref(), secrets).await?),
        Step::Clients(from) => json!(clients(call, from.as_deref(), secrets).await?),
        Step::Domains => json!(domains(call).await?),
        Step::Around(from) => json!(around::page(call, from.as_deref()).await?),
        Step::Groups(from) => json!(groups(call, from.as_deref()).await?),
        Step::Users(from) => json!(people(call, from.as_deref(), secrets).await?),
    })
}

/// Returns the ids of pools of every region, from one on.
///
/// # Errors
/// The store's.
pub async fn pools(store: &Store, from: Option<&str>) -> Result<Value, String> {
    let found = seeded::pools(store, from.unwrap_or_default()).await;
    let (items, more) = found.map_err(users::text)?;
    let next = items.last().cloned().filter(|_| more);
    Ok(json!(Page { items, next }))
}

/// Returns what the input of an operation takes of an answer.
pub(super) fn taken(op: Op, found: &Value, but: &[&str]) -> Input {
    let members = found.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !but.contains(&name.as_str()) && *name != "UserPoolId")
        .filter(|(name, _)| known::member(op.input(), name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

async fn shown(call: Call<'_>, op: Op, input: Input, answer: &str) -> Result<Value, String> {
    let found = call.find(op, input).await?;
    let found = found.and_then(|mut found| found.get_mut(answer).map(Value::take));
    found.ok_or_else(|| format!("user pool {} changes while it is exported", call.pool))
}

fn one(name: &str, value: &str) -> Input {
    [(name.to_owned(), json!(value))].into_iter().collect()
}

async fn whole(call: Call<'_>, secrets: bool) -> Result<PoolSeed, String> {
    let app = call.app;
    let pool = seeded::pool(app, call.pool).await.map_err(users::text)?;
    let detail = if secrets {
        "with secrets"
    } else {
        "without secrets"
    };
    let entry = audit::command(COMMAND, Some(detail));
    let batch = entry.append(Batch::new(), &pool.id, app.clock.service());
    let recorded = app.store.commit(batch).await;
    recorded.map_err(|error| format!("audit: {error}"))?;
    let found = shown(call, Op::DescribeUserPool, Input::new(), "UserPool").await?;
    let mfa = call.find(Op::GetUserPoolMfaConfig, Input::new()).await?;
    let signing_keys = match secrets {
        true => {
            let private = keys::private(app.sources(), &pool).await;
            private.map_err(users::text)?.map(|keys| {
                let [id, access] = keys.0.each_ref().map(pem::written);
                KeysSeed { id, access }
            })
        }
        false => None,
    };
    Ok(PoolSeed {
        id: pool.id.clone(),
        settings: Some(pool_settings(&found)),
        mfa: mfa.map(|mfa| taken(Op::SetUserPoolMfaConfig, &mfa, &[])),
        issuer: pool.issuer.as_ref().map(|issuer| match issuer {
            Issuer::Gateway => "gateway".to_owned(),
            Issuer::Aws => "aws".to_owned(),
            Issuer::Custom(url) => url.clone(),
        }),
        signing_keys,
        ..PoolSeed::default()
    })
}

/// Returns the input of CreateUserPool by which the pool would be as Describe shows it, without attributes that it cannot name
/// ([`is_shadowed`]).
pub fn pool_settings(found: &Value) -> Input {
    // What the template and the second factors say once more.
    let but = [
        "MfaConfiguration",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "SmsVerificationMessage",
    ];
    let mut input = taken(Op::CreateUserPool, found, &but);
    if let Some(name) = found.get("Name") {
        input.insert("PoolName".to_owned(), name.clone());
    }
    if let Some(Value::Object(config)) = input.get_mut("AdminCreateUserConfig") {
        config.remove("UnusedAccountValidityDays");
    }
    let usual: Vec<Value> = standard_schema::standard_attributes()
        .iter()
        .map(|attribute| json!(attribute))
        .collect();
    let schema = found.get("SchemaAttributes").and_then(Value::as_array);
    let own = schema.into_iter().flatten();
    let own: Vec<Value> = own
        .filter(|attribute| !usual.contains(attribute) && !is_shadowed(text(attribute, "Name")))
        .map(|attribute| {
            let mut attribute = attribute.clone();
            let name = attribute.get("Name").and_then(Value::as_str);
            let name = name.unwrap_or_default();
            let bare = name.strip_prefix("dev:").unwrap_or(name);
            let bare = bare.strip_prefix("custom:").unwrap_or(bare).to_owned();
            if let Value::Object(members) = &mut attribute {
                members.insert("Name".to_owned(), json!(bare));
            }
            attribute
        })
        .collect();
    if !own.is_empty() {
        input.insert("Schema".to_owned(), own.into());
    }
    // An empty table says nothing.
    input.retain(|_, value| *value != json!({}));
    input
}

/// Returns the input of CreateUserPoolClient by which the client would be as Describe shows it. Of a secret that a store of
/// secrets has it says that there is one, which a new client gets anew.
pub fn client_settings(found: &Value) -> Input {
    let but = ["ClientId", "ClientSecret"];
    let mut input = taken(Op::CreateUserPoolClient, found, &but);
    if !text(found, PUBLISHED).is_empty() {
        input.insert("GenerateSecret".to_owned(), json!(true));
        input.insert(PUBLISH.to_owned(), json!(true));
    }
    input
}

/// True if the client registered itself. Nobody vouches for such a client, and one that a seed makes is an administrator's.
pub fn registered_itself(found: &Value) -> bool {
    text(found, "ClientType") == "DCR"
}

/// Reads a page of a listing.
pub(super) async fn listed(
    call: Call<'_>,
    op: Op,
    (size, most): (&str, u32),
    from: Option<&str>,
    answer: &str,
) -> Result<(Vec<Value>, Option<String>), String> {
    let mut input: Input = [(size.to_owned(), json!(most))].into_iter().collect();
    if op == Op::ListUserPoolClients {
        // Those that registered themselves are no part of a seed.
        input.insert("ClientType".to_owned(), json!("REGULAR"));
    }
    if let Some(from) = from {
        input.insert("NextToken".to_owned(), json!(from));
    }
    let found = call.find(op, input).await?.unwrap_or_default();
    let items = found.get(answer).and_then(Value::as_array).cloned();
    let next = found.get("NextToken").and_then(Value::as_str);
    Ok((items.unwrap_or_default(), next.map(str::to_owned)))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

async fn servers(call: Call<'_>, from: Option<&str>) -> Result<Page<Input>, String> {
    let op = Op::ListResourceServers;
    let (found, next) = listed(call, op, ("MaxResults", 10), from, "ResourceServers").await?;
    let items = found.iter();
    let items = items.map(|server| taken(Op::CreateResourceServer, server, &[]));
    Ok(Page {
        items: items.collect(),
        next,
    })
}

async fn providers(
    call: Call<'_>,
    from: Option<&str>,
    secrets: bool,
) -> Result<Page<Input>, String> {
    let op = Op::ListIdentityProviders;
    let (found, next) = listed(call, op, ("MaxResults", 2), from, "Providers").await?;
    let mut items = Vec::new();
    for provider in &found {
        let key = one("ProviderName", text(provider, "ProviderName"));
        let found = shown(call, Op::DescribeIdentityProvider, key, "IdentityProvider").await?;
        let mut input = taken(Op::CreateIdentityProvider, &found, &[]);
        if let Some(Value::Object(details)) = input.get_mut("ProviderDetails") {
            // What this server adds.
            details.remove("ActiveEncryptionCertificate");
            if !secrets {
                details.retain(|name, _| !PROVIDER_SECRETS.contains(&name.as_str()));
            }
        }
        items.push(input);
    }
    Ok(Page { items, next })
}

async fn clients(
    call: Call<'_>,
    from: Option<&str>,
    secrets: bool,
) -> Result<Page<ClientSeed>, String> {
    let op = Op::ListUserPoolClients;
    let (found, next) = listed(call, op, ("MaxResults", 10), from, "UserPoolClients").await?;
    let mut items = Vec::new();
    for client in &found {
        let id = text(client, "ClientId").to_owned();
        let key = one("ClientId", &id);
        let found = shown(call, Op::DescribeUserPoolClient, key, "UserPoolClient").await?;
        if registered_itself(&found) {
            continue;
        }
        let mut settings = client_settings(&found);
        let secret = found.get("ClientSecret").and_then(Value::as_str);
        if secret.is_some() && !secrets {
            settings.insert("GenerateSecret".to_owned(), json!(true));
        }
        let profile = profile::show(&call.app.store, &call.app.root, &id).await?;
        let profile = text(&profile, "profile").to_owned();
        items.push(ClientSeed {
            id,
            secret: secret.filter(|_| secrets).map(str::to_owned),
            profile: Some(profile).filter(|name| name == "standard"),
            settings,
        });
    }
    Ok(Page { items, next })
}

async fn domains(call: Call<'_>) -> Result<Page<Input>, String> {
    let pool = shown(call, Op::DescribeUserPool, Input::new(), "UserPool").await?;
    let mut items = Vec::new();
    for member in ["Domain", "CustomDomain"] {
        let name = text(&pool, member);
        if !name.is_empty() {
            let op = Op::DescribeUserPoolDomain;
            let found = shown(call, op, one("Domain", name), "DomainDescription").await?;
            items.push(taken(Op::CreateUserPoolDomain, &found, &[]));
        }
    }
    Ok(Page { items, next: None })
}

async fn groups(call: Call<'_>, from: Option<&str>) -> Result<Page<Input>, String> {
    let (found, next) = listed(call, Op::ListGroups, ("Limit", 60), from, "Groups").await?;
    let items = found.iter().map(|group| taken(Op::CreateGroup, group, &[]));
    Ok(Page {
        items: items.collect(),
        next,
    })
}

async fn people(
    call: Call<'_>,
    from: Option<&str>,
    secrets: bool,
) -> Result<Page<UserSeed>, String> {
    let app = call.app;
    let pool = seeded::pool(app, call.pool).await.map_err(users::text)?;
    let found = page(&app.store, &pool, from.unwrap_or_default(), secrets).await;
    let found = found.map_err(users::text)?;
    let next = found.last().and_then(|user| user.sub.clone());
    Ok(Page {
        items: found.into_iter().map(user).collect(),
        next,
    })
}

const APP: &str = "SOFTWARE_TOKEN_MFA";

fn user(mut record: UserRecord) -> UserSeed {
    record.attributes.retain(|name, _| !is_shadowed(name));
    let password_hash = record.password.as_ref().map(|password| match password {
        PasswordRecord::Native(text) => format!("native:{text}"),
        PasswordRecord::Imported(text) => format!("imported:{text}"),
        PasswordRecord::Hash(text) => format!("hash:{text}"),
    });
    let plain = |members: &std::collections::BTreeMap<String, String>| {
        let all = members.iter();
        all.map(|(name, value)| (name.clone(), Plain(value.clone())))
            .collect()
    };
    let mfa = record.mfa.clone().unwrap_or_default();
    let factors = [
        (mfa.sms, "SMS_MFA"),
        (mfa.email, "EMAIL_OTP"),
        (mfa.software_token, APP),
        (mfa.web_authn, "WEB_AUTHN"),
    ];
    let factors = factors.iter().filter(|(on, _)| *on);
    let factors: Vec<_> = factors.map(|(_, name)| (*name).to_owned()).collect();
    let totp = record.totp.take();
    // Whose secret is left out is not set up there.
    let is_there = |name: &String| totp.is_some() || name != APP;
    let factors: Vec<_> = factors.into_iter().filter(is_there).collect();
    let preferred = mfa.preferred.filter(is_there);
    UserSeed {
        username: record.username.clone(),
        sub: record.sub.clone(),
        password: None,
        temporary: false,
        password_hash,
        password_history: std::mem::take(&mut record.password_history),
        temporary_until: record.temporary_until,
        status: record.status.clone(),
        enabled: record.enabled,
        attributes: plain(&record.attributes),
        pending: plain(&record.pending),
        groups: record.groups.clone(),
        totp_name: totp.as_ref().and_then(|totp| totp.name.clone()),
        totp_last_step: totp.as_ref().map(|totp| totp.last_step),
        totp: totp.map(|totp| totp.secret),
        // Said where an app would say otherwise, too.
        mfa: Some(factors),
        mfa_preferred: preferred,
        passkeys: record.passkeys.clone(),
        links: record.links.clone(),
        created: record.created,
        modified: record.modified,
    }
}
