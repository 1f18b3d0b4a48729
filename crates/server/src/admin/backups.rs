//! The commands that write a backup and bring pools back, on a database that is in use.

use std::path::PathBuf;
use std::pin::Pin;

use anyhow::{Context as _, bail};
use cognate_access::commands;
use cognate_crypto::seal::RootKey;
use cognate_domain::clock::Clock;
use cognate_store::Store;
use serde_json::{Value, json};

use crate::admin::Request;
use crate::database::backup::create::Order;
use crate::database::backup::run::{self, Settings, Source};
use crate::database::backup::target::Target;
use crate::settings::backups;

/// Runs a command that takes long.
///
/// # Errors
/// A text for the person at the terminal.
pub(crate) fn perform<'a>(
    store: &'a Store,
    root: &'a RootKey,
    settings: &'a Settings,
    request: Request,
) -> Pin<Box<dyn Future<Output = anyhow::Result<Value>> + Send + 'a>> {
    // On the heap: the state is large, and few commands need it.
    Box::pin(work(store, root, settings, request))
}

async fn work(
    store: &Store,
    root: &RootKey,
    settings: &Settings,
    request: Request,
) -> anyhow::Result<Value> {
    let now = commands::service_time(store, Clock::default().wall()).await?;
    match request {
        Request::Backup {
            target,
            recipients,
            pools,
        } => {
            let target = target.as_deref().or(settings.target.as_deref());
            let target = target.context("say where the backup goes: --to, or backup_target")?;
            let target = Target::parse(target, &settings.s3)?;
            let recipients = match recipients.is_empty() {
                true => settings.recipients.clone(),
                false => {
                    let parsed = recipients.iter().map(|text| backups::recipient(text));
                    parsed.collect::<Result<_, _>>()?
                }
            };
            let order = Order {
                recipients,
                pools: (!pools.is_empty()).then_some(pools),
                now,
            };
            let made = run::create(store, root, order, &target, false).await?;
            Ok(json!(made))
        }
        Request::RestorePools {
            archive,
            identity,
            pools,
            sha256,
        } => {
            let (target, name) = Target::of_archive(&archive, &settings.s3)?;
            let source = Source {
                target,
                name,
                identities: run::identities(&PathBuf::from(identity))?,
            };
            if let Some(wanted) = sha256 {
                source.check_hash(&wanted).await?;
            }
            let restored = run::restore_pools(&source, store, root, pools, now).await?;
            Ok(json!({"pools": restored.pools, "rows": restored.manifest.rows()}))
        }
        _ => bail!("the command is none about backups"),
    }
}
