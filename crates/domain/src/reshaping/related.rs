//! What a change means for the app clients and identity providers of a pool.

use cognate_shapes::SchemaAttributeType;
use cognate_store::tables::clients::{self, ClientRow, Shown};
use cognate_store::tables::identity_providers::{self, ProviderRow};
use cognate_store::{Batch, Store};

use crate::errors::Result;
use crate::records::client::{Client, ClientDoc};
use crate::records::pool::Pool;
use crate::records::provider::ProviderDoc;
use crate::records::schema;
use crate::reshaping::change::Cleared;
use crate::reshaping::conflict::{Conflict, Kind, SHOWN};
use crate::reshaping::wish::Target;
use crate::users::permission;

/// Rows of a page.
const PAGE: i64 = 100;

/// An attribute that becomes required, immutable or mutable.
fn becomes<'a>(
    pool: &'a Pool,
    target: &'a Target,
    is: impl Fn(&SchemaAttributeType) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    target.entries.iter().filter_map(move |entry| {
        let name = entry.name.as_deref()?;
        let own = schema::find(pool, name)?;
        (is(entry) && !is(own)).then_some(name)
    })
}

fn is_fixed(entry: &SchemaAttributeType) -> bool {
    entry.mutable == Some(false)
}

/// Returns the rows of a pool's clients.
async fn all_clients(store: &Store, pool: &Pool) -> Result<Vec<ClientRow>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = clients::page(store, &pool.id, Shown::All, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(rows);
        };
        after.clone_from(&last.client_id);
        for client in page {
            if let Some(row) = clients::get(store, &client.client_id).await? {
                rows.push(row);
            }
        }
    }
}

/// Returns the rows of a pool's providers.
async fn all_providers(store: &Store, pool: &Pool) -> Result<Vec<ProviderRow>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = identity_providers::page(store, &pool.id, &after, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after.clone_from(&last.name);
        rows.extend(page);
    }
    for row in &rows {
        pool.check(&row.signed(), row.mac.as_deref())?;
    }
    Ok(rows)
}

fn lists(doc: &ClientDoc, name: &str) -> bool {
    let list = |list: &Option<Vec<String>>| list.iter().flatten().any(|each| each == name);
    list(&doc.read_attributes) || list(&doc.write_attributes)
}

/// Returns what clients and providers have against a change.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn conflicts(store: &Store, pool: &Pool, target: &Target) -> Result<Vec<Conflict>> {
    let mut found = Vec::new();
    let mut add = |kind, name: &str, mut who: Vec<String>, decisions: &[&str]| {
        if who.is_empty() {
            return;
        }
        let digest = who.join("\n");
        let count = u64::try_from(who.len()).unwrap_or(u64::MAX);
        who.truncate(SHOWN);
        let mut conflict = Conflict {
            id: String::new(),
            kind,
            attribute: Some(name.to_owned()),
            name: None,
            count,
            users: Vec::new(),
            others: who,
            decisions: decisions.iter().map(|word| (*word).to_owned()).collect(),
        };
        conflict.identify(digest.as_bytes());
        found.push(conflict);
    };
    let mut opened = Vec::new();
    for row in all_clients(store, pool).await? {
        opened.push(Client::open(pool, row)?);
    }
    let mut providers = Vec::new();
    for row in all_providers(store, pool).await? {
        let doc: ProviderDoc = serde_json::from_str(&row.doc)?;
        providers.push((row.name, doc.mapping));
    }
    let those = |is: &dyn Fn(&Client) -> bool| -> Vec<String> {
        opened
            .iter()
            .filter(|client| is(client))
            .map(|client| client.id.clone())
            .collect()
    };
    let mapping = |name: &str, has: bool| -> Vec<String> {
        let those = providers
            .iter()
            .filter(|(_, mapping)| mapping.contains_key(name) == has);
        those.map(|(name, _)| name.clone()).collect()
    };
    for name in becomes(pool, target, schema::is_required) {
        let cannot = those(&|client| !permission::may_write(pool, client, name));
        add(Kind::ClientCannotWrite, name, cannot, &["exempt"]);
        add(Kind::ProviderLacks, name, mapping(name, false), &["exempt"]);
    }
    for name in becomes(pool, target, is_fixed) {
        let writes = those(&|client| permission::may_write(pool, client, name));
        add(Kind::ClientUses, name, writes, &["exempt"]);
        add(
            Kind::ProviderBrings,
            name,
            mapping(name, true),
            &["clear", "exempt"],
        );
    }
    for name in &target.without {
        add(
            Kind::ClientUses,
            name,
            those(&|client| lists(&client.doc, name)),
            &["clear"],
        );
        add(Kind::ProviderBrings, name, mapping(name, true), &["clear"]);
    }
    Ok(found)
}

/// Returns what is worth knowing of clients.
///
/// # Errors
/// As [`conflicts`].
pub async fn notes(store: &Store, pool: &Pool, target: &Target) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let free: Vec<&str> = becomes(pool, target, |entry| !is_fixed(entry)).collect();
    if !free.is_empty() {
        for row in all_clients(store, pool).await? {
            let client = Client::open(pool, row)?;
            for name in free
                .iter()
                .filter(|name| permission::may_write(pool, &client, name))
            {
                notes.push(format!(
                    "users of the client {} may change {name} from then on",
                    client.id
                ));
            }
        }
    }
    for name in &target.without {
        notes.push(format!(
            "functions that read {name} from events are not seen from here"
        ));
    }
    Ok(notes)
}

/// Takes these attributes out of the lists of clients and the mappings of providers, and returns what was taken. `lists`: the
/// attributes that go; `mappings`: those that providers bring no longer.
///
/// # Errors
/// As [`conflicts`].
pub async fn clear(
    mut batch: Batch,
    store: &Store,
    pool: &Pool,
    (lists_of, mappings): (&[String], &[String]),
    now: i64,
) -> Result<(Batch, Vec<Cleared>)> {
    let mut cleared = Vec::new();
    if !lists_of.is_empty() {
        for row in all_clients(store, pool).await? {
            let client = Client::open(pool, row)?;
            let mut doc = client.doc.clone();
            for name in lists_of.iter().filter(|name| lists(&client.doc, name)) {
                let mut take = |list: &mut Option<Vec<String>>, taken: Cleared| {
                    if let Some(list) = list
                        && list.contains(name)
                    {
                        list.retain(|each| each != name);
                        cleared.push(taken);
                    }
                };
                let (id, name) = (client.id.clone(), name.clone());
                take(
                    &mut doc.read_attributes,
                    Cleared::Read(id.clone(), name.clone()),
                );
                take(&mut doc.write_attributes, Cleared::Write(id, name));
            }
            if lists_of.iter().any(|name| lists(&client.doc, name)) {
                batch = put_client(batch, pool, &client, &doc, now)?;
            }
        }
    }
    if !mappings.is_empty() {
        for mut row in all_providers(store, pool).await? {
            let mut doc: ProviderDoc = serde_json::from_str(&row.doc)?;
            let mut touched = false;
            for name in mappings {
                if let Some(claim) = doc.mapping.remove(name) {
                    cleared.push(Cleared::Mapping(
                        row.provider_id.clone(),
                        name.clone(),
                        claim,
                    ));
                    touched = true;
                }
            }
            if touched {
                row.doc = serde_json::to_string(&doc)?;
                row.modified = now;
                row.mac = Some(pool.sign(&row.signed()));
                batch = identity_providers::update(batch, &pool.id, &row);
            }
        }
    }
    Ok((batch, cleared))
}

/// Puts back what [`clear`] took, as far as client and provider are there.
///
/// # Errors
/// As [`conflicts`].
pub async fn put_back(
    mut batch: Batch,
    store: &Store,
    pool: &Pool,
    cleared: &[Cleared],
    now: i64,
) -> Result<Batch> {
    if cleared.is_empty() {
        return Ok(batch);
    }
    for row in all_clients(store, pool).await? {
        let client = Client::open(pool, row)?;
        let mut doc = client.doc.clone();
        let mut touched = false;
        for each in cleared {
            let (list, name) = match each {
                Cleared::Read(id, name) if *id == client.id => (&mut doc.read_attributes, name),
                Cleared::Write(id, name) if *id == client.id => (&mut doc.write_attributes, name),
                _ => continue,
            };
            if let Some(list) = list
                && !list.contains(name)
            {
                list.push(name.clone());
                touched = true;
            }
        }
        if touched {
            batch = put_client(batch, pool, &client, &doc, now)?;
        }
    }
    for mut row in all_providers(store, pool).await? {
        let mut doc: ProviderDoc = serde_json::from_str(&row.doc)?;
        let mut touched = false;
        for each in cleared {
            if let Cleared::Mapping(id, name, claim) = each
                && *id == row.provider_id
                && !doc.mapping.contains_key(name)
            {
                doc.mapping.insert(name.clone(), claim.clone());
                touched = true;
            }
        }
        if touched {
            row.doc = serde_json::to_string(&doc)?;
            row.modified = now;
            row.mac = Some(pool.sign(&row.signed()));
            batch = identity_providers::update(batch, &pool.id, &row);
        }
    }
    Ok(batch)
}

fn put_client(
    batch: Batch,
    pool: &Pool,
    client: &Client,
    doc: &ClientDoc,
    now: i64,
) -> Result<Batch> {
    let text = serde_json::to_string(doc)?;
    let mac = Client::mac(pool, &client.id, &text, client.sealed.as_deref());
    Ok(clients::update(
        batch, &pool.id, &client.id, client.ver, &text, mac, now,
    ))
}
