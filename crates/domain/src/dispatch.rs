//! From an operation's name and checked input to its function and back.
//!
//! One `match` over the generated `enum Op`: an operation without code is in the list at the end, which may only
//! shrink, or the crate does not compile.

use std::pin::Pin;

use cognate_shapes::Op;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::audit::About;
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result};
use crate::ops;
use crate::run::run;

/// A success.
pub struct Answer {
    /// The JSON body; None for the operations that answer with zero bytes (auth.md 1.2).
    pub body: Option<Vec<u8>>,
}

/// Runs the operation that `cx.action` names on an input that `shapes::validate` accepted.
///
/// # Errors
/// The operation's. InternalErrorException for an action that is no operation.
pub async fn dispatch(cx: &Cx<'_>, input: Value) -> std::result::Result<Answer, ApiError> {
    let Some(op) = cx.action.op() else {
        tracing::error!(action = cx.action.name(), "not an operation of the API");
        return Err(errors::internal());
    };
    let outcome = run(cx, || About::of_input(&input), || route(cx, op, &input)).await;
    if let Err(error) = &outcome {
        debug_assert!(
            declared(op, error),
            "{} may not answer {}",
            op.name(),
            error.code.as_str()
        );
    }
    outcome
}

/// True if the model lists the error for the operation, or if it is common to all.
fn declared(op: Op, error: &ApiError) -> bool {
    use cognate_shapes::ErrorCode as E;
    op.errors().contains(&error.code)
        || matches!(
            error.code,
            E::NotImplemented | E::InternalError | E::InvalidParameter
        )
        // The model forgets it for these two; the service knows it for every Admin operation (auth.md 6.1, 6.8).
        || (error.code == E::UserNotFound
            && matches!(op, Op::AdminGetDevice | Op::AdminListDevices))
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

fn typed<I: DeserializeOwned>(input: &Value) -> Result<I> {
    I::deserialize(input)
        .map_err(|e| Fault::Internal(format!("validated input does not fit its type: {e}")))
}

fn body<O: Serialize>(op: Op, output: &O) -> Result<Answer> {
    if !op.has_output() {
        return Ok(Answer { body: None });
    }
    Ok(Answer {
        body: Some(serde_json::to_vec(output)?),
    })
}

macro_rules! routes {
    ($($op:ident => $function:path,)* ; $($missing:ident)*) => {
        /// The operations that have no code yet. Only a newer model makes this list grow.
        pub const NOT_BUILT: &[Op] = &[$(Op::$missing),*];

        /// Returns the operation's work, not begun. Each is made in a function of its own and on the heap: as parts of
        /// one large future, all of them together would need room on the stack at once.
        fn route<'a>(cx: &'a Cx<'a>, op: Op, input: &'a Value) -> Running<'a> {
            match op {
                $(Op::$op => {
                    fn start<'a>(cx: &'a Cx<'a>, input: &'a Value) -> Running<'a> {
                        Box::pin(async move { body(Op::$op, &$function(cx, typed(input)?).await?) })
                    }
                    start(cx, input)
                })*
                $(Op::$missing)|* => Box::pin(async move { Err(errors::not_implemented(op.name()).into()) }),
            }
        }
    };
}

routes! {
    CreateUserPool => ops::pools::create_user_pool::create_user_pool,
    DescribeUserPool => ops::pools::describe_user_pool::describe_user_pool,
    UpdateUserPool => ops::pools::update_user_pool::update_user_pool,
    ListUserPools => ops::pools::list_user_pools::list_user_pools,
    DeleteUserPool => ops::pools::delete_user_pool::delete_user_pool,
    AddCustomAttributes => ops::pools::add_custom_attributes::add_custom_attributes,
    GetSigningCertificate => ops::pools::get_signing_certificate::get_signing_certificate,
    GetUserPoolMfaConfig => ops::pools::get_user_pool_mfa_config::get_user_pool_mfa_config,
    SetUserPoolMfaConfig => ops::pools::set_user_pool_mfa_config::set_user_pool_mfa_config,
    CreateUserPoolClient => ops::clients::create_user_pool_client::create_user_pool_client,
    DescribeUserPoolClient => ops::clients::describe_user_pool_client::describe_user_pool_client,
    UpdateUserPoolClient => ops::clients::update_user_pool_client::update_user_pool_client,
    ListUserPoolClients => ops::clients::list_user_pool_clients::list_user_pool_clients,
    DeleteUserPoolClient => ops::clients::delete_user_pool_client::delete_user_pool_client,
    AddUserPoolClientSecret => ops::clients::add_user_pool_client_secret::add_user_pool_client_secret,
    ListUserPoolClientSecrets => ops::clients::list_user_pool_client_secrets::list_user_pool_client_secrets,
    DeleteUserPoolClientSecret => ops::clients::delete_user_pool_client_secret::delete_user_pool_client_secret,
    GetUICustomization => ops::branding::get_ui_customization::get_ui_customization,
    SetUICustomization => ops::branding::set_ui_customization::set_ui_customization,
    CreateManagedLoginBranding => ops::branding::create_managed_login_branding::create_managed_login_branding,
    DescribeManagedLoginBranding => ops::branding::describe_managed_login_branding::describe_managed_login_branding,
    DescribeManagedLoginBrandingByClient => ops::branding::describe_managed_login_branding_by_client::describe_managed_login_branding_by_client,
    UpdateManagedLoginBranding => ops::branding::update_managed_login_branding::update_managed_login_branding,
    DeleteManagedLoginBranding => ops::branding::delete_managed_login_branding::delete_managed_login_branding,
    SignUp => ops::signup::sign_up::sign_up,
    ConfirmSignUp => ops::signup::confirm_sign_up::confirm_sign_up,
    ResendConfirmationCode => ops::signup::resend_confirmation_code::resend_confirmation_code,
    ForgotPassword => ops::signup::forgot_password::forgot_password,
    ConfirmForgotPassword => ops::signup::confirm_forgot_password::confirm_forgot_password,
    AdminConfirmSignUp => ops::users::admin_confirm_sign_up::admin_confirm_sign_up,
    AdminCreateUser => ops::users::admin_create_user::admin_create_user,
    AdminSetUserPassword => ops::users::admin_set_user_password::admin_set_user_password,
    AdminGetUser => ops::users::admin_get_user::admin_get_user,
    AdminDeleteUser => ops::users::admin_delete_user::admin_delete_user,
    AdminEnableUser => ops::users::admin_enable_user::admin_enable_user,
    AdminDisableUser => ops::users::admin_disable_user::admin_disable_user,
    AdminUserGlobalSignOut => ops::users::admin_user_global_sign_out::admin_user_global_sign_out,
    AdminUpdateUserAttributes => ops::users::admin_update_user_attributes::admin_update_user_attributes,
    AdminDeleteUserAttributes => ops::users::admin_delete_user_attributes::admin_delete_user_attributes,
    AdminResetUserPassword => ops::users::admin_reset_user_password::admin_reset_user_password,
    AdminSetUserSettings => ops::users::admin_set_user_settings::admin_set_user_settings,
    ListUsers => ops::users::list_users::list_users,
    InitiateAuth => ops::auth::initiate_auth::initiate_auth,
    AdminInitiateAuth => ops::auth::admin_initiate_auth::admin_initiate_auth,
    RespondToAuthChallenge => ops::auth::respond_to_auth_challenge::respond_to_auth_challenge,
    AdminRespondToAuthChallenge => ops::auth::admin_respond_to_auth_challenge::admin_respond_to_auth_challenge,
    GetTokensFromRefreshToken => ops::auth::get_tokens_from_refresh_token::get_tokens_from_refresh_token,
    GetClientToken => ops::auth::get_client_token::get_client_token,
    GetDerivedToken => ops::auth::get_derived_token::get_derived_token,
    RevokeToken => ops::auth::revoke_token::revoke_token,
    GetUser => ops::me::get_user::get_user,
    ChangePassword => ops::me::change_password::change_password,
    UpdateUserAttributes => ops::me::update_user_attributes::update_user_attributes,
    DeleteUserAttributes => ops::me::delete_user_attributes::delete_user_attributes,
    GetUserAttributeVerificationCode => ops::me::get_user_attribute_verification_code::get_user_attribute_verification_code,
    VerifyUserAttribute => ops::me::verify_user_attribute::verify_user_attribute,
    AssociateSoftwareToken => ops::mfa::associate_software_token::associate_software_token,
    VerifySoftwareToken => ops::mfa::verify_software_token::verify_software_token,
    AdminDeleteSoftwareToken => ops::mfa::admin_delete_software_token::admin_delete_software_token,
    SetUserMFAPreference => ops::mfa::set_user_mfa_preference::set_user_mfa_preference,
    AdminSetUserMFAPreference => ops::mfa::admin_set_user_mfa_preference::admin_set_user_mfa_preference,
    GetUserAuthFactors => ops::mfa::get_user_auth_factors::get_user_auth_factors,
    AdminGetUserAuthFactors => ops::mfa::admin_get_user_auth_factors::admin_get_user_auth_factors,
    SetUserSettings => ops::me::set_user_settings::set_user_settings,
    DeleteUser => ops::me::delete_user::delete_user,
    GlobalSignOut => ops::me::global_sign_out::global_sign_out,
    CreateGroup => ops::groups::create_group::create_group,
    UpdateGroup => ops::groups::update_group::update_group,
    GetGroup => ops::groups::get_group::get_group,
    DeleteGroup => ops::groups::delete_group::delete_group,
    ListGroups => ops::groups::list_groups::list_groups,
    ListUsersInGroup => ops::groups::list_users_in_group::list_users_in_group,
    AdminAddUserToGroup => ops::groups::admin_add_user_to_group::admin_add_user_to_group,
    AdminRemoveUserFromGroup => ops::groups::admin_remove_user_from_group::admin_remove_user_from_group,
    AdminListGroupsForUser => ops::groups::admin_list_groups_for_user::admin_list_groups_for_user,
    CreateResourceServer => ops::resource_servers::create_resource_server::create_resource_server,
    DescribeResourceServer => ops::resource_servers::describe_resource_server::describe_resource_server,
    UpdateResourceServer => ops::resource_servers::update_resource_server::update_resource_server,
    DeleteResourceServer => ops::resource_servers::delete_resource_server::delete_resource_server,
    ListResourceServers => ops::resource_servers::list_resource_servers::list_resource_servers,
    TagResource => ops::tags::tag_resource::tag_resource,
    UntagResource => ops::tags::untag_resource::untag_resource,
    ListTagsForResource => ops::tags::list_tags_for_resource::list_tags_for_resource,
    CreateTerms => ops::terms::create_terms::create_terms,
    UpdateTerms => ops::terms::update_terms::update_terms,
    DescribeTerms => ops::terms::describe_terms::describe_terms,
    DescribeTermsByClient => ops::terms::describe_terms_by_client::describe_terms_by_client,
    DeleteTerms => ops::terms::delete_terms::delete_terms,
    ListTerms => ops::terms::list_terms::list_terms,
    GetProvisionedLimit => ops::limits::get_provisioned_limit::get_provisioned_limit,
    UpdateProvisionedLimit => ops::limits::update_provisioned_limit::update_provisioned_limit,
    CreateUserPoolDomain => ops::domains::create_user_pool_domain::create_user_pool_domain,
    DescribeUserPoolDomain => ops::domains::describe_user_pool_domain::describe_user_pool_domain,
    UpdateUserPoolDomain => ops::domains::update_user_pool_domain::update_user_pool_domain,
    DeleteUserPoolDomain => ops::domains::delete_user_pool_domain::delete_user_pool_domain,
    CreateIdentityProvider => ops::providers::create_identity_provider::create_identity_provider,
    DescribeIdentityProvider => ops::providers::describe_identity_provider::describe_identity_provider,
    UpdateIdentityProvider => ops::providers::update_identity_provider::update_identity_provider,
    ListIdentityProviders => ops::providers::list_identity_providers::list_identity_providers,
    GetIdentityProviderByIdentifier => ops::providers::get_identity_provider_by_identifier::get_identity_provider_by_identifier,
    DeleteIdentityProvider => ops::providers::delete_identity_provider::delete_identity_provider,
    AdminLinkProviderForUser => ops::providers::admin_link_provider_for_user::admin_link_provider_for_user,
    AdminDisableProviderForUser => ops::providers::admin_disable_provider_for_user::admin_disable_provider_for_user,
    ConfirmDevice => ops::devices::confirm_device::confirm_device,
    GetDevice => ops::devices::get_device::get_device,
    ListDevices => ops::devices::list_devices::list_devices,
    ForgetDevice => ops::devices::forget_device::forget_device,
    UpdateDeviceStatus => ops::devices::update_device_status::update_device_status,
    AdminGetDevice => ops::devices::admin_get_device::admin_get_device,
    AdminListDevices => ops::devices::admin_list_devices::admin_list_devices,
    AdminForgetDevice => ops::devices::admin_forget_device::admin_forget_device,
    AdminUpdateDeviceStatus => ops::devices::admin_update_device_status::admin_update_device_status,
    GetUserPoolSessionConfiguration => ops::sessions::get_user_pool_session_configuration::get_user_pool_session_configuration,
    SetUserPoolSessionConfiguration => ops::sessions::set_user_pool_session_configuration::set_user_pool_session_configuration,
    GetUserPoolClientSessionConfiguration => ops::sessions::get_user_pool_client_session_configuration::get_user_pool_client_session_configuration,
    SetUserPoolClientSessionConfiguration => ops::sessions::set_user_pool_client_session_configuration::set_user_pool_client_session_configuration,
    ListUserSessions => ops::sessions::list_user_sessions::list_user_sessions,
    AdminListUserSessions => ops::sessions::admin_list_user_sessions::admin_list_user_sessions,
    RevokeUserSession => ops::sessions::revoke_user_session::revoke_user_session,
    AdminRevokeUserSession => ops::sessions::admin_revoke_user_session::admin_revoke_user_session,
    StartWebAuthnRegistration => ops::passkeys::start_web_authn_registration::start_web_authn_registration,
    CompleteWebAuthnRegistration => ops::passkeys::complete_web_authn_registration::complete_web_authn_registration,
    ListWebAuthnCredentials => ops::passkeys::list_web_authn_credentials::list_web_authn_credentials,
    DeleteWebAuthnCredential => ops::passkeys::delete_web_authn_credential::delete_web_authn_credential,
    InitiatePointInTimeRecovery => ops::recovery::initiate_point_in_time_recovery::initiate_point_in_time_recovery,
    DescribePointInTimeRecovery => ops::recovery::describe_point_in_time_recovery::describe_point_in_time_recovery,
    StartPointInTimeRecovery => ops::recovery::start_point_in_time_recovery::start_point_in_time_recovery,
    CancelPointInTimeRecovery => ops::recovery::cancel_point_in_time_recovery::cancel_point_in_time_recovery,
    ListPointInTimeRecoveries => ops::recovery::list_point_in_time_recoveries::list_point_in_time_recoveries,
    GetLogDeliveryConfiguration => ops::logs::get_log_delivery_configuration::get_log_delivery_configuration,
    SetLogDeliveryConfiguration => ops::logs::set_log_delivery_configuration::set_log_delivery_configuration,
    GetCSVHeader => ops::imports::get_csv_header::get_csv_header,
    CreateUserImportJob => ops::imports::create_user_import_job::create_user_import_job,
    StartUserImportJob => ops::imports::start_user_import_job::start_user_import_job,
    StopUserImportJob => ops::imports::stop_user_import_job::stop_user_import_job,
    DescribeUserImportJob => ops::imports::describe_user_import_job::describe_user_import_job,
    ListUserImportJobs => ops::imports::list_user_import_jobs::list_user_import_jobs,
    SetRiskConfiguration => ops::risk::set_risk_configuration::set_risk_configuration,
    DescribeRiskConfiguration => ops::risk::describe_risk_configuration::describe_risk_configuration,
    AdminListUserAuthEvents => ops::risk::admin_list_user_auth_events::admin_list_user_auth_events,
    AdminUpdateAuthEventFeedback => ops::risk::admin_update_auth_event_feedback::admin_update_auth_event_feedback,
    UpdateAuthEventFeedback => ops::risk::update_auth_event_feedback::update_auth_event_feedback,
    CreateCIMDPolicy => ops::metadata::create_cimd_policy::create_cimd_policy,
    UpdateCIMDPolicy => ops::metadata::update_cimd_policy::update_cimd_policy,
    DescribeCIMDPolicy => ops::metadata::describe_cimd_policy::describe_cimd_policy,
    ListCIMDPolicies => ops::metadata::list_cimd_policies::list_cimd_policies,
    DeleteCIMDPolicy => ops::metadata::delete_cimd_policy::delete_cimd_policy,
    ListClientMetadataURLs => ops::metadata::list_client_metadata_urls::list_client_metadata_urls,
    UpdateClientMetadataURLState => ops::metadata::update_client_metadata_url_state::update_client_metadata_url_state,
    ;
    CreateUserPoolReplica
    DeleteUserPoolReplica
    ListUserPoolReplicas
    UpdateUserPoolReplica
}
