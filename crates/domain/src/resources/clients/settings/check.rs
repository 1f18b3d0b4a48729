//! Refusals of a client's settings, checked on the settings as they would be stored.

use cognate_shapes::*;

use crate::cx::Cx;
use crate::errors::pools::*;
use crate::errors::sessions::exchange_without_secret;
use crate::errors::{ApiError, Result, invalid_parameter, unconfirmed};
use crate::records::client::ClientDoc;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::resources::clients::settings::oauth;
use crate::resources::pools::settings::essentials_feature;
use crate::resources::providers::check_supported;

/// The result of a single rule.
type Checked<T = ()> = std::result::Result<T, ApiError>;

/// Seconds that access and ID tokens may be good: five minutes to a day (settled K11).
const ACCESS_RANGE: std::ops::RangeInclusive<i64> = 300..=86_400;
/// Seconds that refresh tokens may be good: an hour to ten years (settled K11).
const REFRESH_RANGE: std::ops::RangeInclusive<i64> = 3_600..=315_360_000;
/// Attributes that only the service itself writes (settled K10).
const NOT_WRITABLE: [&str; 3] = ["sub", "email_verified", "phone_number_verified"];

/// Refuses what the service refuses; `doing` is "creating" or "updating".
pub async fn client(
    cx: &Cx<'_>,
    pool: &Pool,
    doc: &ClientDoc,
    has_secret: bool,
    doing: &str,
) -> Result<()> {
    auth_flows(doc)?;
    let exchanges = [
        ExplicitAuthFlowsType::AllowTokenExchangeDelegation,
        ExplicitAuthFlowsType::AllowTokenExchangeImpersonation,
    ];
    if exchanges.into_iter().any(|flow| lists(doc, flow)) {
        if !has_secret {
            return Err(exchange_without_secret().into());
        }
        essentials_feature(cx, pool, unconfirmed::sessions::TOKEN_EXCHANGE)?;
    }
    if lists(doc, ExplicitAuthFlowsType::AllowUserAuth) {
        essentials_feature(cx, pool, "Choice-Based Sign-In")?;
    }
    validity(doc)?;
    attributes(pool, doc, doing)?;
    let providers = doc.supported_identity_providers.as_deref();
    check_supported(cx, pool, providers.unwrap_or_default()).await?;
    let custom = oauth::custom_scopes(cx, pool, doc).await?;
    oauth::check(doc, has_secret, &custom)?;
    if doc.enable_propagate_additional_user_context_data && !has_secret {
        return Err(context_data_without_secret().into());
    }
    Ok(())
}

fn lists(doc: &ClientDoc, flow: ExplicitAuthFlowsType) -> bool {
    doc.explicit_auth_flows
        .as_ref()
        .is_some_and(|list| list.contains(&flow))
}

/// Settled K13, K17; admin.md 1.12.
fn auth_flows(doc: &ClientDoc) -> Checked {
    let flows = doc.explicit_auth_flows.as_deref().unwrap_or_default();
    let new = |flow: &ExplicitAuthFlowsType| flow.as_str().starts_with("ALLOW_");
    if flows.iter().any(new) && !flows.iter().all(new) {
        return Err(mixed_auth_flows());
    }
    let alone = ExplicitAuthFlowsType::AllowClientTokenAuth;
    if flows.contains(&alone) && flows.iter().any(|flow| *flow != alone) {
        return Err(invalid_parameter(unconfirmed::CLIENT_TOKEN_FLOW_ALONE));
    }
    let rotates = doc
        .refresh_token_rotation
        .as_ref()
        .is_some_and(|r| r.feature == FeatureType::Enabled);
    if rotates && flows.contains(&ExplicitAuthFlowsType::AllowRefreshTokenAuth) {
        return Err(refresh_flow_with_rotation());
    }
    Ok(())
}

/// Settled K11, K12.
fn validity(doc: &ClientDoc) -> Checked {
    let (access, id, refresh) = (
        doc.access_token_seconds(),
        doc.id_token_seconds(),
        doc.refresh_token_seconds(),
    );
    if !ACCESS_RANGE.contains(&access)
        || !ACCESS_RANGE.contains(&id)
        || !REFRESH_RANGE.contains(&refresh)
    {
        return Err(invalid_validity());
    }
    if access > refresh || id > refresh {
        return Err(access_outlives_refresh());
    }
    Ok(())
}

/// Settled K10; a list of writable attributes must hold every required one (admin.md 1.12).
fn attributes(pool: &Pool, doc: &ClientDoc, doing: &str) -> Checked {
    if let Some(list) = &doc.write_attributes {
        let writable = |name: &String| {
            !NOT_WRITABLE.contains(&name.as_str())
                && schema::find(pool, name)
                    .is_some_and(|a| a.developer_only_attribute != Some(true))
        };
        let complete =
            schema::required(&pool.doc.schema).all(|name| list.iter().any(|given| given == name));
        if !complete || !list.iter().all(writable) {
            return Err(invalid_write_attributes(doing));
        }
    }
    if let Some(list) = &doc.read_attributes
        && !list.iter().all(|name| schema::find(pool, name).is_some())
    {
        return Err(invalid_read_attributes(doing));
    }
    Ok(())
}
