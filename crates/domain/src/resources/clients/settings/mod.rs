//! The settings of a client: the meaning of a request, with defaults, and the settings in answers (admin.md 1.12).

mod check;
mod oauth;

pub use oauth::{USER_SCOPES, check_registrable, existing_scopes, is_redirect, live_scopes};

use cognate_shapes::*;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::client::{Client, ClientDoc, OidcProfile};
use crate::records::pool::Pool;
use crate::records::registration::Registration;
use crate::resources::pools::settings::{Arn, filled};

/// Days that a refresh token is good when the client does not say, or says 0.
const REFRESH_DAYS: i64 = 30;
/// Minutes that each step of a sign-in may take when the client does not say.
const SESSION_MINUTES: i64 = 3;
/// Seconds in which a client without a secret that registered itself may repeat a refresh whose answer was lost.
const REGISTERED_GRACE: i64 = 60;

/// Builds a document from a create or update request: the two share every member used here.
macro_rules! document {
    ($cx:expr, $name:expr, $request:ident) => {
        ClientDoc {
            name: $name,
            refresh_token_validity: refresh_validity(
                $request.refresh_token_validity,
                $request.token_validity_units.as_ref(),
            ),
            access_token_validity: $request.access_token_validity,
            id_token_validity: $request.id_token_validity,
            token_validity_units: $request.token_validity_units,
            read_attributes: filled($request.read_attributes),
            write_attributes: filled($request.write_attributes),
            explicit_auth_flows: filled($request.explicit_auth_flows),
            supported_identity_providers: filled($request.supported_identity_providers),
            callback_urls: filled($request.callback_urls),
            logout_urls: filled($request.logout_urls),
            default_redirect_uri: $request.default_redirect_uri,
            allowed_oauth_flows: filled($request.allowed_oauth_flows),
            allowed_oauth_scopes: filled($request.allowed_oauth_scopes),
            allowed_oauth_flows_user_pool_client: $request
                .allowed_oauth_flows_user_pool_client
                .unwrap_or(false),
            analytics_configuration: match $request.analytics_configuration {
                Some(sent) => Some(analytics($cx, sent)?),
                None => None,
            },
            prevent_user_existence_errors: $request.prevent_user_existence_errors,
            enable_token_revocation: $request.enable_token_revocation.unwrap_or(true),
            enable_propagate_additional_user_context_data: $request
                .enable_propagate_additional_user_context_data
                .unwrap_or(false),
            auth_session_validity: $request.auth_session_validity.unwrap_or(SESSION_MINUTES),
            refresh_token_rotation: $request.refresh_token_rotation.map(rotation),
            sso_minutes: None,
            risk_configuration: None,
            managed_secret: None,
            oidc_profile: OidcProfile::default(),
            registration: None,
        }
    };
}

/// Returns the settings of a new client, defaults filled in and checked.
pub async fn of_new_client(
    cx: &Cx<'_>,
    pool: &Pool,
    request: CreateUserPoolClientRequest,
    has_secret: bool,
) -> Result<ClientDoc> {
    let doc = document!(cx, request.client_name, request);
    check::client(cx, pool, &doc, has_secret, "creating").await?;
    Ok(doc)
}

/// Returns the settings of a client after an update, checked: every member but the name returns to its default when
/// left out.
pub async fn of_updated_client(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &Client,
    request: UpdateUserPoolClientRequest,
) -> Result<ClientDoc> {
    let mut doc = ClientDoc {
        // Have operations of their own.
        sso_minutes: before.doc.sso_minutes,
        risk_configuration: before.doc.risk_configuration.clone(),
        // Stays unless the request says otherwise: see `managed`.
        managed_secret: before.doc.managed_secret.clone(),
        // Has a command of its own.
        oidc_profile: before.doc.oidc_profile,
        registration: before.doc.registration.clone(),
        ..document!(
            cx,
            request
                .client_name
                .unwrap_or_else(|| before.doc.name.clone()),
            request
        )
    };
    if let Some(registration) = &mut doc.registration {
        registration.managed = true;
        // The default would open operations of the API to a client of somebody else's making.
        if doc.explicit_auth_flows.is_none() {
            let flows = registered_auth_flows(doc.refresh_token_rotation.as_ref());
            doc.explicit_auth_flows = Some(flows);
        }
    }
    check::client(cx, pool, &doc, !before.secrets.is_empty(), "updating").await?;
    Ok(doc)
}

/// Returns the settings of a new client that registers itself. What it says of itself is checked already.
pub fn of_registered_client(registered: Registered) -> ClientDoc {
    // A refresh token that nobody has to prove anything for is good once (OAuth 2.1 section 4.3.1).
    let refresh_token_rotation = registered.is_public.then_some(RefreshTokenRotationType {
        feature: FeatureType::Enabled,
        retry_grace_period_seconds: Some(REGISTERED_GRACE),
    });
    ClientDoc {
        name: registered.name,
        refresh_token_validity: REFRESH_DAYS,
        access_token_validity: None,
        id_token_validity: None,
        token_validity_units: None,
        read_attributes: None,
        write_attributes: None,
        explicit_auth_flows: Some(registered_auth_flows(refresh_token_rotation.as_ref())),
        supported_identity_providers: Some(registered.providers),
        callback_urls: filled(Some(registered.redirect_uris)),
        logout_urls: None,
        default_redirect_uri: None,
        allowed_oauth_flows: Some(vec![registered.flow]),
        allowed_oauth_scopes: Some(registered.scopes),
        allowed_oauth_flows_user_pool_client: true,
        analytics_configuration: None,
        prevent_user_existence_errors: Some(PreventUserExistenceErrorTypes::Enabled),
        enable_token_revocation: true,
        enable_propagate_additional_user_context_data: false,
        auth_session_validity: SESSION_MINUTES,
        refresh_token_rotation,
        sso_minutes: None,
        risk_configuration: None,
        managed_secret: None,
        oidc_profile: OidcProfile::default(),
        registration: Some(registered.registration),
    }
}

/// The settings that a client chooses when it registers.
pub struct Registered {
    /// Its name, as far as ClientName may hold it.
    pub name: String,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Its one grant.
    pub flow: OAuthFlowType,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// True for a client without a secret.
    pub is_public: bool,
    /// The identity providers of the pool.
    pub providers: Vec<String>,
    /// The rest.
    pub registration: Registration,
}

/// Returns the flows of the API that a client has which registered itself: none by which users sign in, and refresh tokens
/// as long as they are not replaced, with which they go to the token endpoint alone (admin.md 1.12).
fn registered_auth_flows(
    rotation: Option<&RefreshTokenRotationType>,
) -> Vec<ExplicitAuthFlowsType> {
    match rotation {
        Some(rotation) if rotation.feature == FeatureType::Enabled => Vec::new(),
        _ => vec![ExplicitAuthFlowsType::AllowRefreshTokenAuth],
    }
}

/// Returns the validity in the unit that the client uses; 0 and nothing are 30 days.
fn refresh_validity(sent: Option<i64>, units: Option<&TokenValidityUnitsType>) -> i64 {
    match sent.filter(|n| *n > 0) {
        Some(n) => n,
        None => match units
            .and_then(|units| units.refresh_token)
            .unwrap_or(TimeUnitsType::Days)
        {
            TimeUnitsType::Days => REFRESH_DAYS,
            TimeUnitsType::Hours => REFRESH_DAYS * 24,
            TimeUnitsType::Minutes => REFRESH_DAYS * 24 * 60,
            TimeUnitsType::Seconds => REFRESH_DAYS * 24 * 3_600,
        },
    }
}

/// Adds the grace period, which answers always have (settled R20).
fn rotation(sent: RefreshTokenRotationType) -> RefreshTokenRotationType {
    RefreshTokenRotationType {
        feature: sent.feature,
        retry_grace_period_seconds: Some(sent.retry_grace_period_seconds.unwrap_or(0)),
    }
}

/// Checks and completes the settings: either a project's ARN alone, for which answers name the service-linked role, or
/// project id, role and external id (settled K15, K16, R22).
fn analytics(cx: &Cx<'_>, sent: AnalyticsConfigurationType) -> Result<AnalyticsConfigurationType> {
    let user_data_shared = Some(sent.user_data_shared.unwrap_or(false));
    let by_id = [
        sent.application_id.is_some(),
        sent.role_arn.is_some(),
        sent.external_id.is_some(),
    ];
    match &sent.application_arn {
        Some(project) if by_id == [false; 3] => {
            let region = Arn::parse(project).map_or("", |arn| arn.region);
            // Pools of regions without Pinpoint may use that of us-east-1 (model).
            if region != cx.region() && region != "us-east-1" {
                return Err(errors::pools::pinpoint_region(region).into());
            }
            let role = format!(
                "arn:aws:iam::{}:role/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp",
                cx.account()
            );
            Ok(AnalyticsConfigurationType {
                role_arn: Some(role),
                user_data_shared,
                ..sent
            })
        }
        None if by_id == [true; 3] => Ok(AnalyticsConfigurationType {
            user_data_shared,
            ..sent
        }),
        _ => Err(errors::pools::invalid_analytics().into()),
    }
}

/// Returns a client as Create, Describe and Update show it (settled R16-R22).
pub fn user_pool_client(client: &Client) -> UserPoolClientType {
    let doc = client.doc.clone();
    UserPoolClientType {
        user_pool_id: Some(client.pool_id.clone()),
        client_name: Some(doc.name),
        client_id: Some(client.id.clone()),
        client_secret: client
            .secrets
            .first()
            .filter(|_| doc.managed_secret.is_none())
            .map(|(_, value, _)| value.expose().clone()),
        client_secret_arn: doc.managed_secret.map(|managed| managed.arn),
        last_modified_date: Some(Timestamp(client.modified)),
        creation_date: Some(Timestamp(client.created)),
        refresh_token_validity: Some(doc.refresh_token_validity),
        access_token_validity: doc.access_token_validity,
        id_token_validity: doc.id_token_validity,
        token_validity_units: doc.token_validity_units,
        read_attributes: doc.read_attributes,
        write_attributes: doc.write_attributes,
        explicit_auth_flows: doc.explicit_auth_flows,
        supported_identity_providers: doc.supported_identity_providers,
        callback_urls: doc.callback_urls,
        logout_urls: doc.logout_urls,
        default_redirect_uri: doc.default_redirect_uri,
        allowed_oauth_flows: doc.allowed_oauth_flows,
        allowed_oauth_scopes: doc.allowed_oauth_scopes,
        allowed_oauth_flows_user_pool_client: Some(doc.allowed_oauth_flows_user_pool_client),
        analytics_configuration: doc.analytics_configuration,
        prevent_user_existence_errors: doc.prevent_user_existence_errors,
        enable_token_revocation: Some(doc.enable_token_revocation),
        enable_propagate_additional_user_context_data: Some(
            doc.enable_propagate_additional_user_context_data,
        ),
        auth_session_validity: Some(doc.auth_session_validity),
        refresh_token_rotation: doc.refresh_token_rotation,
        client_type: Some(match doc.registration {
            Some(_) => ClientTypeType::Dcr,
            None => ClientTypeType::Regular,
        }),
    }
}
