//! SetRiskConfiguration: sets what threat protection does in a pool or for one of its clients, or resets it.

use std::sync::Arc;

use cognate_shapes::{
    DeliveryMediumType, SetRiskConfigurationRequest, SetRiskConfigurationResponse, Timestamp,
};
use cognate_store::Batch;
use cognate_store::tables::{clients as table, guards};

use crate::accounts::feedback::require_watched;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::risk_delivery;
use crate::records::client::{Client, ClientDoc};
use crate::records::pool::{Pool, PoolDoc};
use crate::records::protection::set_messages;
use crate::records::risk::RiskConfiguration;
use crate::resources::risk::{self, Wish};
use crate::resources::{clients, pools};

/// Replaces the whole configuration, templates included (admin.md 6.1).
///
/// # Errors
/// UserPoolAddOnNotEnabledException; ResourceNotFoundException; [`risk::wish`]; [`require_sender`].
pub async fn set_risk_configuration(
    cx: &Cx<'_>,
    input: SetRiskConfigurationRequest,
) -> Result<SetRiskConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    require_watched(&pool)?;
    let client = match &input.client_id {
        Some(id) => Some(clients::fresh(cx, &pool, id).await?),
        None => None,
    };
    let wish = risk::wish(cx, &pool.region, input)?;
    require_sender(cx, &pool, wish.configuration.as_ref())?;
    let mut answer = risk::describe(
        &pool.id,
        client.as_ref().map(|client| client.id.as_str()),
        wish.configuration.as_ref(),
        wish.messages.clone(),
    );
    // A reset is a change, too.
    answer.last_modified_date = Some(Timestamp(cx.now()));
    match client {
        Some(client) => set_for_client(cx, &pool, client, wish).await?,
        None => set_for_pool(cx, pool, wish).await?,
    }
    Ok(SetRiskConfigurationResponse {
        risk_configuration: answer,
    })
}

/// Refuses a configuration by which users are told of risky sign-ins that says not who tells them, or that nobody can obey.
///
/// # Errors
/// InvalidParameterException without NotifyConfiguration; CodeDeliveryFailureException where nobody sends e-mails.
fn require_sender(
    cx: &Cx<'_>,
    pool: &Pool,
    configuration: Option<&RiskConfiguration>,
) -> Result<()> {
    let takeover = configuration.and_then(|configuration| configuration.takeover.as_ref());
    let Some(takeover) = takeover.filter(|takeover| takeover.notifies()) else {
        return Ok(());
    };
    let Some(sender) = &takeover.notify else {
        return Err(errors::risk::no_notify_configuration().into());
    };
    match risk_delivery::can_be_sent(cx, pool, Some(sender)) {
        true => Ok(()),
        false => Err(errors::users::delivery_failed(cx.action, DeliveryMediumType::Email).into()),
    }
}

async fn set_for_pool(cx: &Cx<'_>, before: Pool, wish: Wish) -> Result<()> {
    let templates = set_messages(Batch::new(), &before, None, &wish.messages)?;
    let doc = PoolDoc {
        risk_configuration: wish.configuration,
        ..before.doc.clone()
    };
    pools::put_with(cx, before, doc, |batch, _| batch.extend(templates)).await?;
    Ok(())
}

async fn set_for_client(cx: &Cx<'_>, pool: &Pool, before: Client, wish: Wish) -> Result<()> {
    let doc = ClientDoc {
        risk_configuration: wish.configuration,
        ..before.doc.clone()
    };
    let text = serde_json::to_string(&doc)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let mac = Client::mac(pool, &before.id, &text, before.sealed.as_deref());
    let batch = table::update(
        batch,
        &pool.id,
        &before.id,
        before.ver,
        &text,
        mac,
        cx.now(),
    );
    let batch = set_messages(batch, pool, Some(&before.id), &wish.messages)?;
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        clients::conflict(cx, &pool.id, &before.id, label)
    })
    .await?;
    let client = Client {
        doc,
        modified: cx.now(),
        ver: before.ver + 1,
        ..before
    };
    cx.cache.put_client(&cx.clock, Arc::new(client));
    Ok(())
}
