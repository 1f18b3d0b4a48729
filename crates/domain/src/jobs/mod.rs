//! Background work: the jobs, and the one runner that does them on every node.
//!
//! Work that several nodes share has a row in `jobs` for each thing to be done, and a node takes the row's lease before
//! it begins. Another node goes on where one has stopped, so a portion that is done twice must do no harm.

pub mod audit_chain;
pub mod audit_retention;
pub mod client_secrets;
pub mod delivery;
pub mod events;
mod expiry;
pub mod group_deletion;
pub mod image_retention;
pub mod imported_passwords;
pub mod log_delivery;
mod log_watch;
mod looks;
pub mod metadata_refresh;
pub mod pool_change;
pub mod pool_deletion;
pub mod recovery_cleanup;
pub mod recovery_expiry;
pub mod recovery_preview;
pub mod recovery_restore;
pub mod runner;
mod spare_keys;
pub mod unused_clients;
pub mod user_import;

use std::sync::Arc;

use cognate_crypto::random;
use tokio::sync::watch;

use crate::app::App;
use crate::jobs::audit_retention::AuditRetention;
use crate::jobs::client_secrets::ClientSecrets;
use crate::jobs::delivery::Delivery;
use crate::jobs::events::Events;
use crate::jobs::expiry::Expiry;
use crate::jobs::group_deletion::GroupDeletion;
use crate::jobs::image_retention::ImageRetention;
use crate::jobs::imported_passwords::ImportedPasswords;
use crate::jobs::log_delivery::LogDelivery;
use crate::jobs::log_watch::LogWatch;
use crate::jobs::looks::Looks;
use crate::jobs::metadata_refresh::MetadataRefresh;
use crate::jobs::pool_change::PoolChange;
use crate::jobs::pool_deletion::PoolDeletion;
use crate::jobs::recovery_cleanup::RecoveryCleanup;
use crate::jobs::recovery_expiry::RecoveryExpiry;
use crate::jobs::recovery_preview::RecoveryPreview;
use crate::jobs::recovery_restore::RecoveryRestore;
use crate::jobs::runner::{Job, each_node, found, shared, side_by_side};
use crate::jobs::spare_keys::SpareKeys;
use crate::jobs::unused_clients::UnusedClients;
use crate::jobs::user_import::UserImport;

/// The kinds whose rows in `jobs` a look finds. The others are found by rows of other tables, or seldom looked for.
const LOOKED_FOR: [&str; 8] = [
    PoolDeletion::KIND,
    GroupDeletion::KIND,
    RecoveryPreview::KIND,
    RecoveryRestore::KIND,
    RecoveryCleanup::KIND,
    UserImport::KIND,
    PoolChange::KIND,
    ClientSecrets::KIND,
];

/// Works until `stop` ends, and then finishes the sends that have begun. Faults are logged and tried again at a later
/// turn.
pub async fn run(app: Arc<App>, stop: impl Future<Output = ()>) {
    let node = random::uuid_v4();
    let (say, stopped) = watch::channel(false);
    let events = Events::new(app.clone(), &node).run(stopped.clone());
    let delivery = Delivery::new(app.clone(), &node).run(stopped);
    let looks = Looks::new(LOOKED_FOR);
    // Side by side: the rows of a large pool take minutes, and other people's servers may answer late. On the heap: together
    // their states are larger than the stack of a thread.
    let others = async {
        tokio::join!(
            looks.run(&app),
            Box::pin(each_node::<Expiry>(&app)),
            Box::pin(each_node::<SpareKeys>(&app)),
            Box::pin(each_node::<LogWatch>(&app)),
            Box::pin(side_by_side::<LogDelivery>(
                &app,
                &node,
                &looks,
                log_delivery::PLACES
            )),
            Box::pin(side_by_side::<ClientSecrets>(
                &app,
                &node,
                &looks,
                client_secrets::PLACES
            )),
            Box::pin(audit_chain::keep(&app, &node)),
            Box::pin(found::<AuditRetention>(&app, &node, &looks)),
            Box::pin(found::<PoolDeletion>(&app, &node, &looks)),
            Box::pin(found::<GroupDeletion>(&app, &node, &looks)),
            Box::pin(found::<RecoveryPreview>(&app, &node, &looks)),
            Box::pin(found::<RecoveryRestore>(&app, &node, &looks)),
            Box::pin(found::<RecoveryExpiry>(&app, &node, &looks)),
            Box::pin(found::<RecoveryCleanup>(&app, &node, &looks)),
            Box::pin(found::<UserImport>(&app, &node, &looks)),
            Box::pin(found::<PoolChange>(&app, &node, &looks)),
            Box::pin(shared::<MetadataRefresh>(&app, &node)),
            Box::pin(shared::<ImageRetention>(&app, &node)),
            Box::pin(shared::<ImportedPasswords>(&app, &node)),
            Box::pin(shared::<UnusedClients>(&app, &node)),
        )
    };
    let until_stopped = async {
        tokio::select! {
            _ = others => {}
            () = stop => {}
        }
        say.send_replace(true);
    };
    tokio::join!(until_stopped, delivery, events);
}
