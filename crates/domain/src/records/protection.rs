//! How threat protection is set up in a pool: its mode, the configuration that holds for a client, and the templates of its
//! messages (admin.md 6.1).
//!
//! Pool and client keep their configuration in their own signed and cached rows; only the templates of messages have a row
//! of their own, which is read when a message is written.

use cognate_shapes::{AdvancedSecurityEnabledModeType, AdvancedSecurityModeType};
use cognate_store::tables::risk_messages::{self, ALL};
use cognate_store::{Batch, Store};

use crate::errors::Result;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::risk::{RiskConfiguration, RiskMessages};

/// Returns the configuration that holds for a client: its own, which replaces the pool's entirely, else the pool's
/// (admin.md 6.1). None: nothing is done about any risk.
pub fn effective<'a>(pool: &'a Pool, client: &'a Client) -> Option<&'a RiskConfiguration> {
    let own = client.doc.risk_configuration.as_ref();
    own.or(pool.doc.risk_configuration.as_ref())
}

/// Returns the mode of threat protection for the ways to sign in that Cognito has of its own.
pub fn mode(pool: &Pool) -> AdvancedSecurityModeType {
    let add_ons = pool.doc.user_pool_add_ons.as_ref();
    add_ons.map_or(AdvancedSecurityModeType::Off, |add_ons| {
        add_ons.advanced_security_mode
    })
}

/// Returns the mode of threat protection for sign-ins by the pool's own challenges: OFF unless set.
pub fn custom_auth_mode(pool: &Pool) -> AdvancedSecurityModeType {
    let add_ons = pool.doc.user_pool_add_ons.as_ref();
    let add_ons = add_ons.filter(|a| a.advanced_security_mode != AdvancedSecurityModeType::Off);
    let flows = add_ons.and_then(|a| a.advanced_security_additional_flows.as_ref());
    match flows.and_then(|flows| flows.custom_auth_mode) {
        None => AdvancedSecurityModeType::Off,
        Some(AdvancedSecurityEnabledModeType::Audit) => AdvancedSecurityModeType::Audit,
        Some(AdvancedSecurityEnabledModeType::Enforced) => AdvancedSecurityModeType::Enforced,
    }
}

/// True if threat protection watches the pool: AUDIT or ENFORCED.
pub fn is_watched(pool: &Pool) -> bool {
    mode(pool) != AdvancedSecurityModeType::Off
}

/// Returns the templates that go with the configuration of a client (None: of the pool itself).
///
/// # Errors
/// The store's; an internal fault for a row that was not written by this program.
pub async fn messages(store: &Store, pool: &Pool, client: Option<&str>) -> Result<RiskMessages> {
    let client_id = client.unwrap_or(ALL);
    let Some(row) = risk_messages::get(store, &pool.id, client_id).await? else {
        return Ok(RiskMessages::default());
    };
    let signed = risk_messages::signed_row(client_id, &row.doc);
    pool.check(&signed, row.mac.as_deref())?;
    Ok(serde_json::from_str(&row.doc)?)
}

/// Sets the templates of a client (None: of the pool itself), or forgets them if there are none. The batch must require the
/// client or the pool as it was read.
///
/// # Errors
/// Those of serialization.
pub fn set_messages(
    batch: Batch,
    pool: &Pool,
    client: Option<&str>,
    messages: &RiskMessages,
) -> Result<Batch> {
    let client_id = client.unwrap_or(ALL);
    if *messages == RiskMessages::default() {
        return Ok(risk_messages::delete(batch, &pool.id, client_id));
    }
    let doc = serde_json::to_string(messages)?;
    let mac = pool.sign(&risk_messages::signed_row(client_id, &doc));
    Ok(risk_messages::put(batch, &pool.id, client_id, &doc, mac))
}
