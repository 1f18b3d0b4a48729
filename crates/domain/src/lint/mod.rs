//! What is dangerous or surprising in the settings of a pool: `cognate lint` (docs/LINT.md).
//!
//! A rule is one function over settings that were read, in the file of its subject, and one line in [`table::RULES`].

mod addresses;
mod callbacks;
#[cfg(test)]
mod cases;
mod clients;
mod factors;
mod passwords;
mod providers;
mod subject;
pub mod table;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use cognate_crypto::seal::RootKey;
use cognate_store::Store;
use cognate_store::tables::{clients as client_rows, groups as group_rows, identity_providers};

use crate::errors::{self, Result};
use crate::records::client::Client;
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

pub use subject::{
    AppClient, Finding, Group, IdentityProvider, Judge, Object, Rule, Severity, Subject,
};

/// The rows that are read at a time.
const PAGE: i64 = 100;

/// Returns the findings of a pool: those of the pool itself, then of its clients, groups and providers, each object's in
/// the order of the table. `now`: the service's time in microseconds.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; the store's; an internal fault for a row that is not signed.
pub async fn pool(store: &Store, root: &RootKey, now: i64, id: &str) -> Result<Vec<Finding>> {
    let pool = Pool::load(store, root, id).await?;
    let pool = pool.ok_or_else(|| errors::pool_not_found(id))?;
    let subject = Subject {
        clients: clients(store, &pool).await?,
        groups: groups(store, &pool).await?,
        providers: providers(store, &pool).await?,
        pool: pool.doc.clone(),
        now,
    };
    Ok(findings(&pool.id, &subject))
}

/// Returns the findings in settings that were read.
#[must_use]
pub fn findings(pool_id: &str, subject: &Subject) -> Vec<Finding> {
    let mut found = Vec::new();
    judge(
        &mut found,
        pool_id,
        Some(&subject.pool.name),
        |rule| match rule {
            Judge::Pool(judge) => judge(subject),
            _ => None,
        },
    );
    for client in &subject.clients {
        judge(
            &mut found,
            &client.id,
            Some(&client.doc.name),
            |rule| match rule {
                Judge::Client(judge) => judge(subject, client),
                _ => None,
            },
        );
    }
    for group in &subject.groups {
        judge(&mut found, &group.name, None, |rule| match rule {
            Judge::Group(judge) => judge(subject, group),
            _ => None,
        });
    }
    for provider in &subject.providers {
        judge(&mut found, &provider.name, None, |rule| match rule {
            Judge::Provider(judge) => judge(subject, provider),
            _ => None,
        });
    }
    found
}

fn judge(
    found: &mut Vec<Finding>,
    id: &str,
    name: Option<&String>,
    why: impl Fn(Judge) -> Option<String>,
) {
    found.extend(table::RULES.iter().filter_map(|rule| {
        Some(Finding {
            rule: rule.name,
            severity: rule.severity,
            why: why(rule.judge)?,
            object: Object {
                kind: rule.judge.object(),
                id: id.to_owned(),
                name: name.cloned(),
            },
            setting: rule.setting,
        })
    }));
}

async fn clients(store: &Store, pool: &Pool) -> Result<Vec<AppClient>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page =
            client_rows::page(store, &pool.id, client_rows::Shown::All, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after.clone_from(&last.client_id);
        for summary in page {
            // One that was deleted in between is none.
            let Some(row) = client_rows::get(store, &summary.client_id).await? else {
                continue;
            };
            let client = Client::open(pool, row)?;
            all.push(AppClient {
                id: client.id,
                doc: client.doc,
                secrets: client.secrets.iter().map(|(_, _, made)| *made).collect(),
            });
        }
    }
}

async fn groups(store: &Store, pool: &Pool) -> Result<Vec<Group>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = group_rows::page(store, &pool.id, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after.clone_from(&last.name);
        for row in page {
            let row = group::checked(pool, row)?;
            all.push(Group {
                name: row.name,
                role: row.role,
            });
        }
    }
}

async fn providers(store: &Store, pool: &Pool) -> Result<Vec<IdentityProvider>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = identity_providers::page(store, &pool.id, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after.clone_from(&last.name);
        for row in page {
            let provider = Provider::open(pool, row)?;
            all.push(IdentityProvider {
                name: provider.name,
                doc: provider.doc,
            });
        }
    }
}
