//! A client's own registration, which the token proves that it was given with it (RFC 7592).

use std::sync::Arc;

use cognate_crypto::random;
use cognate_crypto::secret::ct_eq;
use cognate_store::Batch;
use cognate_store::tables::dynamic_clients::{self as table, Registered, RegistrationRow};
use cognate_store::tables::{clients, guards};

use crate::cx::Cx;
use crate::errors::Fault;
use crate::errors::oauth::{REGISTRATION_TOKEN_NOT_GOOD, invalid_client_metadata};
use crate::oauth::registration::*;
use crate::records::registration::Registration as Said;

/// A registration whose token was shown.
struct Own {
    pool: Arc<Pool>,
    client: Client,
    row: RegistrationRow,
}

impl Own {
    /// Returns what the client said of itself.
    fn said(&self) -> std::result::Result<&Said, Stop> {
        let said = self.client.doc.registration.as_ref();
        Ok(said.ok_or_else(|| Fault::Internal("a client that said nothing of itself".into()))?)
    }
}

/// Finds the registration that a token is for. The work is the same for every token that is not good, whatever the reason,
/// and for a client that is gone.
async fn find(
    cx: &Cx<'_>,
    pool_id: &str,
    client_id: &str,
    token: &str,
) -> std::result::Result<Own, Stop> {
    let pool = pool(cx, pool_id).await?;
    let found = table::get(&cx.store, &pool.id, client_id).await;
    let found = found.map_err(Fault::from)?;
    let given = token_key(&pool, client_id, token);
    // Hexadecimal digits are never this.
    let kept = found
        .as_ref()
        .map_or("", |found| &found.registration.token_key);
    let is_right = ct_eq(given.as_bytes(), kept.as_bytes());
    let Some(Registered {
        registration,
        client,
    }) = found.filter(|_| is_right)
    else {
        return Err(Refused::Token(REGISTRATION_TOKEN_NOT_GOOD).into());
    };
    pool.check(&registration.signed(client_id), registration.mac.as_deref())?;
    let client = Client::open(&pool, client)?;
    Ok(Own {
        pool,
        client,
        row: registration,
    })
}

/// Returns a registration.
///
/// # Errors
/// Faults. Refusals, in this order: an unknown pool; a token that is not the client's.
pub async fn read(
    cx: &Cx<'_>,
    pool_id: &str,
    client_id: &str,
    token: &str,
) -> Outcome<Registration> {
    settle(shown(cx, pool_id, client_id, token).await)
}

async fn shown(
    cx: &Cx<'_>,
    pool_id: &str,
    client_id: &str,
    token: &str,
) -> std::result::Result<Registration, Stop> {
    let own = find(cx, pool_id, client_id, token).await?;
    Ok(Registration {
        members: answer::members(&own.client, token),
        client_id: own.client.id,
    })
}

/// Replaces all that a client said of itself, and its token.
///
/// # Errors
/// Faults. Refusals, in this order: those of [`read`]; `access_denied` where clients may not register as this one did, and
/// for one that an administrator manages; a bound that this node knows to be reached; what the client says of itself; a
/// bound.
pub async fn change(
    cx: &Cx<'_>,
    pool_id: &str,
    (client_id, token): (&str, &str),
    body: &[u8],
) -> Outcome<Registration> {
    settle(changed(cx, pool_id, (client_id, token), body).await)
}

async fn changed(
    cx: &Cx<'_>,
    pool_id: &str,
    (client_id, token): (&str, &str),
    body: &[u8],
) -> std::result::Result<Registration, Stop> {
    let own = find(cx, pool_id, client_id, token).await?;
    let said = own.said()?;
    let kind = said.kind;
    let flows = own.pool.doc.registered_flows(kind, said.by_user);
    if flows.is_empty() {
        return Err(Refused::Denied(REGISTRATION_IS_OFF).into());
    }
    if said.managed {
        return Err(Refused::Denied(CLIENT_IS_MANAGED).into());
    }
    let bounds = Bounds::of_changes(&own.client.id);
    if let Some(wait) = bounds.wait(cx, &own.pool) {
        return Err(Refused::TooMany(wait).into());
    }
    let sent = Sent::read(body).map_err(Refused::Metadata)?;
    check_identity(&own.client, &sent).map_err(Refused::Metadata)?;
    let settings = metadata::settings(cx, &own.pool, (kind, &flows), sent).await?;
    let settings = settings.map_err(Refused::Metadata)?;
    let client = with_settings(cx, &own, settings)?;
    let token = random::handle();
    let pool = &own.pool;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = bounds.count(cx, pool, batch);
    let key = token_key(pool, &client.id, &token);
    let row = signed(pool, &client.id, key, own.row.created);
    let batch = write(pool, batch, &own.client, &client)?;
    let batch = table::set_token(batch, &pool.id, &client.id, &own.row.token_key, &row);
    let batch = audit::record_about(cx, batch, &pool.id, &client.id);
    commit(cx, pool, &client.id, &bounds, batch).await?;
    Ok(announce(cx, client, &token))
}

/// Refuses a change that says that it is about another client, or what only the server says (RFC 7592 section 2.2).
fn check_identity(client: &Client, sent: &Sent) -> std::result::Result<(), OAuthError> {
    if sent.names_what_the_server_sets() {
        return Err(invalid_client_metadata(
            "registration_access_token, registration_client_uri, client_id_issued_at and client_secret_expires_at are set by \
             the server.",
        ));
    }
    if sent.client_id.as_deref() != Some(&client.id) {
        return Err(invalid_client_metadata("client_id must be the client's."));
    }
    let Some(given) = &sent.client_secret else {
        return Ok(());
    };
    let own = client.secrets.first();
    let own = own.map_or(&b""[..], |(_, secret, _)| secret.expose().as_bytes());
    match ct_eq(given.as_bytes(), own) && !own.is_empty() {
        true => Ok(()),
        false => Err(invalid_client_metadata(
            "client_secret must be the client's.",
        )),
    }
}

/// Returns the client with other settings. What operations and commands set stays. A client that gets a secret gets a new
/// one, and one that wants none has none from then on.
fn with_settings(cx: &Cx<'_>, own: &Own, mut settings: settings::Registered) -> Result<Client> {
    let before = &own.client;
    let providers = before.doc.supported_identity_providers.clone();
    settings.providers = providers.unwrap_or_default();
    let said = before.doc.registration.as_ref();
    settings.registration.by_user = said.is_some_and(|said| said.by_user);
    let secrets = match (settings.is_public, before.secrets.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => {
            let id = secrets::new_id(before, cx.now());
            vec![(id, ids::client_secret(), cx.now())]
        }
        (false, false) => before
            .secrets
            .iter()
            .map(|(id, secret, made)| (id.clone(), secret.duplicate(), *made))
            .collect(),
    };
    let sealed = match secrets.len() == before.secrets.len() {
        true => before.sealed.clone(),
        false => Client::seal_secrets(&own.pool, &before.id, &secrets)?,
    };
    let mut doc = settings::of_registered_client(settings);
    doc.sso_minutes = before.doc.sso_minutes;
    doc.risk_configuration = before.doc.risk_configuration.clone();
    doc.oidc_profile = before.doc.oidc_profile;
    Ok(Client {
        document: None,
        unvouched: Client::unvouched_of(&before.id, &doc),
        id: before.id.clone(),
        pool_id: before.pool_id.clone(),
        doc,
        secrets,
        sealed,
        created: before.created,
        modified: cx.now(),
        ver: before.ver + 1,
    })
}

/// Puts a client in the place of the version that was read.
fn write(pool: &Pool, batch: Batch, before: &Client, after: &Client) -> Result<Batch> {
    let text = serde_json::to_string(&after.doc)?;
    let sealed = after.sealed.as_deref();
    let contents = clients::Contents {
        doc: &text,
        sealed,
        modified: after.modified,
        mac: Client::mac(pool, &after.id, &text, sealed),
    };
    let (id, ver) = (&after.id, before.ver);
    Ok(clients::replace(batch, &pool.id, id, ver, contents))
}

/// Ends a client with its registration.
///
/// # Errors
/// Faults, and the refusals of [`read`].
pub async fn end(cx: &Cx<'_>, pool_id: &str, client_id: &str, token: &str) -> Outcome<()> {
    settle(ended(cx, pool_id, client_id, token).await)
}

async fn ended(
    cx: &Cx<'_>,
    pool_id: &str,
    client_id: &str,
    token: &str,
) -> std::result::Result<(), Stop> {
    let Own { pool, client, row } = find(cx, pool_id, client_id, token).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = resources::clients::delete_with(batch, &pool.id, &client, |batch| {
        table::delete_at_token(batch, &pool.id, &client.id, &row.token_key)
    });
    let batch = audit::record_about(cx, batch, &pool.id, &client.id);
    let bounds = Bounds::of_changes(&client.id);
    commit(cx, &pool, &client.id, &bounds, batch).await?;
    cx.cache.end_client(&cx.clock, &client.id, client.ver + 1);
    Ok(())
}
