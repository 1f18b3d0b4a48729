//! `cognate messages`: the delivery log, and a message that tries the senders of a pool.

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::audit;
use cognate_domain::facts::contact::Contact;
use cognate_domain::messages::{Destination, log, outbox};
use cognate_domain::records::pool::Pool;
use cognate_store::Store;
use serde_json::{Value, json};

/// The most lines of an answer.
const MOST: i64 = 500;
/// The name in the audit trail.
const COMMAND: &str = "TestMessage";

/// Lists a part of the delivery log: at most 500 lines.
pub(super) async fn list(
    store: &Store,
    root: &RootKey,
    pool: &str,
    user: Option<&str>,
    before: Option<&str>,
    lines: i64,
) -> Result<Value, String> {
    let pool = active(store, root, pool).await?;
    let lines = log::list(store, &pool, user, before, lines.clamp(0, MOST)).await;
    Ok(json!(lines.map_err(text)?))
}

/// Renders every text of a pool with sample values.
pub(super) async fn preview(store: &Store, root: &RootKey, pool: &str) -> Result<Value, String> {
    let pool = active(store, root, pool).await?;
    let texts = cognate_domain::messages::preview(&pool);
    let texts = texts.into_iter().map(|text| {
        json!({
            "kind": text.kind, "medium": text.medium.as_str(), "subject": text.subject, "body": text.body,
        })
    });
    Ok(texts.collect())
}

/// Puts a message for an address or a number into the outbox; whichever node delivers sends it.
pub(super) async fn test(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    to: &str,
) -> Result<Value, String> {
    let contact = Contact::ALL.into_iter().find(|contact| contact.fits(to));
    let contact = contact.ok_or_else(|| {
        format!("{to} is neither an e-mail address nor a phone number such as +15555550100")
    })?;
    let pool = active(store, root, pool).await?;
    let destination = Destination {
        contact,
        value: to.to_owned(),
    };
    let (id, batch) = outbox::trial(&pool, &destination, now).map_err(text)?;
    let batch = audit::command(COMMAND, Some(&id)).append(batch, &pool.id, now);
    let committed = store.commit(batch).await;
    committed.map_err(|error| error.to_string())?;
    Ok(json!({"id": id}))
}

/// Shows what became of a message.
pub(super) async fn show(
    store: &Store,
    root: &RootKey,
    pool: &str,
    id: &str,
) -> Result<Value, String> {
    let pool = active(store, root, pool).await?;
    let line = log::of(store, &pool, id).await.map_err(text)?;
    Ok(json!(
        line.ok_or_else(|| format!("there is no message {id}"))?
    ))
}

async fn active(store: &Store, root: &RootKey, id: &str) -> Result<Pool, String> {
    let pool = Pool::load(store, root, id).await.map_err(text)?;
    pool.ok_or_else(|| format!("User pool {id} does not exist."))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
