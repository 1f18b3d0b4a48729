//! The answers of `aws cognito-idp describe-user-pool` and `describe-user-pool-client` as seeds.

use cognate_templates::attributes::is_shadowed;
use serde_json::{Value, json};

use super::SeedError;
use super::document::Node;
use super::export::{client_settings, pool_settings, registered_itself};
use super::file::{ClientSeed, Input, PoolSeed, Seed};

/// Returns the seed of a document with `UserPool`, `UserPoolClient`, or both, as several answers are put together, and what of
/// it is left out; the member of a client may be a list.
///
/// # Errors
/// What is missing.
pub fn seed(node: &Node) -> Result<(Seed, Vec<String>), SeedError> {
    let mut notes = Vec::new();
    let mut pools: Vec<PoolSeed> = Vec::new();
    if let Some(found) = node.get("UserPool") {
        let pool = found.to_json();
        let id = text(&pool, "Id")
            .ok_or_else(|| SeedError::at(found.line, "there is no Id").within("UserPool"))?;
        let attributes = pool.get("SchemaAttributes").and_then(Value::as_array);
        let names = attributes.into_iter().flatten();
        for name in names.filter_map(|attribute| text(attribute, "Name")) {
            if is_shadowed(name) {
                notes.push(format!(
                    "user pool {id}: the attribute {name} is left out: its name is a standard attribute's"
                ));
            }
        }
        pools.push(PoolSeed {
            id: id.to_owned(),
            settings: Some(pool_settings(&pool)),
            mfa: mfa(&pool),
            ..PoolSeed::default()
        });
    }
    let Some(found) = node.get("UserPoolClient") else {
        return Ok((of(pools), notes));
    };
    let clients = match found.to_json() {
        Value::Array(clients) => clients,
        one => vec![one],
    };
    for client in clients {
        let member = |name| {
            let value = text(&client, name).map(str::to_owned);
            let missing = format!("there is no {name}");
            value.ok_or_else(|| SeedError::at(found.line, &missing).within("UserPoolClient"))
        };
        let (pool, id) = (member("UserPoolId")?, member("ClientId")?);
        if registered_itself(&client) {
            notes.push(format!(
                "app client {id} is left out: it registered itself (ClientType DCR), and a client of a seed is one that an administrator vouches for"
            ));
            continue;
        }
        let secret = text(&client, "ClientSecret").map(str::to_owned);
        let client = ClientSeed {
            id,
            secret,
            profile: None,
            settings: client_settings(&client),
        };
        match pools.iter_mut().find(|owner| owner.id == pool) {
            Some(owner) => owner.clients.push(client),
            None => pools.push(PoolSeed {
                id: pool,
                clients: vec![client],
                ..PoolSeed::default()
            }),
        }
    }
    Ok((of(pools), notes))
}

/// The answer does not say which second factors are on: the app counts as one, and SMS where the pool can send it.
fn mfa(pool: &Value) -> Option<Input> {
    let wanted = text(pool, "MfaConfiguration").filter(|wanted| *wanted != "OFF")?;
    let mut input = Input::new();
    input.insert("MfaConfiguration".to_owned(), json!(wanted));
    let app = json!({"Enabled": true});
    input.insert("SoftwareTokenMfaConfiguration".to_owned(), app);
    if let Some(sms) = pool.get("SmsConfiguration") {
        let sms = json!({"SmsConfiguration": sms});
        input.insert("SmsMfaConfiguration".to_owned(), sms);
    }
    Some(input)
}

fn of(pools: Vec<PoolSeed>) -> Seed {
    Seed {
        pools,
        ..Seed::default()
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
