//! The types of events: one for each operation, endpoint, job and command that the audit trail records as done.
//!
//! A type stays what it is: applications filter by it.

use cognate_shapes::Op;

use crate::facts::action::Endpoint;

/// Returns the type of a change by its name in the audit trail; None for what changes nothing.
#[must_use]
pub fn of(operation: &str) -> Option<&'static str> {
    match Op::from_name(operation) {
        Some(op) => of_op(op),
        None => of_other(operation),
    }
}

/// Returns the type of what an operation of the API changes; None for one that only reads.
#[must_use]
pub fn of_op(op: Op) -> Option<&'static str> {
    use Op as O;
    Some(match op {
        O::AdminCreateUser => "cognate.user.created",
        O::SignUp => "cognate.user.signed_up",
        O::AdminConfirmSignUp | O::ConfirmSignUp => "cognate.user.confirmed",
        O::AdminDeleteUser | O::DeleteUser => "cognate.user.deleted",
        O::AdminDisableUser => "cognate.user.disabled",
        O::AdminEnableUser => "cognate.user.enabled",
        O::AdminUpdateUserAttributes
        | O::AdminDeleteUserAttributes
        | O::UpdateUserAttributes
        | O::DeleteUserAttributes => "cognate.user.attributes_changed",
        O::VerifyUserAttribute => "cognate.user.attribute_verified",
        O::AdminSetUserPassword | O::ChangePassword | O::ConfirmForgotPassword => {
            "cognate.user.password_changed"
        }
        O::AdminResetUserPassword => "cognate.user.password_reset",
        O::AdminSetUserMFAPreference
        | O::AdminSetUserSettings
        | O::SetUserMFAPreference
        | O::SetUserSettings => "cognate.user.mfa_changed",
        O::AssociateSoftwareToken | O::VerifySoftwareToken => "cognate.user.software_token_set",
        O::AdminDeleteSoftwareToken => "cognate.user.software_token_deleted",
        O::StartWebAuthnRegistration | O::CompleteWebAuthnRegistration => {
            "cognate.user.passkey_created"
        }
        O::DeleteWebAuthnCredential => "cognate.user.passkey_deleted",
        O::AdminForgetDevice | O::ForgetDevice => "cognate.user.device_forgotten",
        O::AdminUpdateDeviceStatus | O::ConfirmDevice | O::UpdateDeviceStatus => {
            "cognate.user.device_changed"
        }
        O::AdminUserGlobalSignOut | O::GlobalSignOut => "cognate.user.signed_out",
        O::AdminRevokeUserSession
        | O::RevokeUserSession
        | O::RevokeToken
        | O::GetTokensFromRefreshToken => "cognate.user.session_ended",
        O::AdminLinkProviderForUser => "cognate.user.identity_linked",
        O::AdminDisableProviderForUser => "cognate.user.identity_unlinked",
        O::AdminAddUserToGroup => "cognate.user.group_joined",
        O::AdminRemoveUserFromGroup => "cognate.user.group_left",
        O::AdminUpdateAuthEventFeedback | O::UpdateAuthEventFeedback => {
            "cognate.user.auth_event_judged"
        }
        // What a sign-in changes of a user: a new password, a factor, a device, or the user itself, who came from elsewhere.
        O::InitiateAuth
        | O::AdminInitiateAuth
        | O::RespondToAuthChallenge
        | O::AdminRespondToAuthChallenge => SIGN_IN,
        // For a user who came from elsewhere when a code was asked for.
        O::ForgotPassword | O::ResendConfirmationCode | O::GetUserAttributeVerificationCode => {
            "cognate.user.updated"
        }
        O::CreateGroup => "cognate.group.created",
        O::UpdateGroup => "cognate.group.updated",
        O::DeleteGroup => "cognate.group.deleted",
        O::CreateUserPool => "cognate.pool.created",
        O::UpdateUserPool
        | O::AddCustomAttributes
        | O::SetUserPoolMfaConfig
        | O::SetUserPoolSessionConfiguration => "cognate.pool.updated",
        O::DeleteUserPool => "cognate.pool.deleted",
        O::TagResource | O::UntagResource => "cognate.pool.tags_changed",
        O::UpdateProvisionedLimit => "cognate.limit.updated",
        O::CreateUserPoolClient => "cognate.client.created",
        O::UpdateUserPoolClient | O::SetUserPoolClientSessionConfiguration => {
            "cognate.client.updated"
        }
        O::DeleteUserPoolClient => "cognate.client.deleted",
        O::AddUserPoolClientSecret => "cognate.client.secret_created",
        O::DeleteUserPoolClientSecret => "cognate.client.secret_deleted",
        O::CreateCIMDPolicy
        | O::UpdateCIMDPolicy
        | O::DeleteCIMDPolicy
        | O::UpdateClientMetadataURLState => "cognate.client.metadata_policy_changed",
        O::CreateIdentityProvider => "cognate.identity_provider.created",
        O::UpdateIdentityProvider => "cognate.identity_provider.updated",
        O::DeleteIdentityProvider => "cognate.identity_provider.deleted",
        O::CreateResourceServer => "cognate.resource_server.created",
        O::UpdateResourceServer => "cognate.resource_server.updated",
        O::DeleteResourceServer => "cognate.resource_server.deleted",
        O::CreateUserPoolDomain => "cognate.domain.created",
        O::UpdateUserPoolDomain => "cognate.domain.updated",
        O::DeleteUserPoolDomain => "cognate.domain.deleted",
        O::CreateManagedLoginBranding => "cognate.branding.created",
        O::UpdateManagedLoginBranding | O::SetUICustomization => "cognate.branding.updated",
        O::DeleteManagedLoginBranding => "cognate.branding.deleted",
        O::CreateTerms => "cognate.terms.created",
        O::UpdateTerms => "cognate.terms.updated",
        O::DeleteTerms => "cognate.terms.deleted",
        O::SetRiskConfiguration => "cognate.risk_configuration.updated",
        O::SetLogDeliveryConfiguration => "cognate.log_delivery.updated",
        O::CreateUserPoolReplica => "cognate.replica.created",
        O::UpdateUserPoolReplica => "cognate.replica.updated",
        O::DeleteUserPoolReplica => "cognate.replica.deleted",
        O::CreateUserImportJob => "cognate.import.created",
        O::StartUserImportJob => "cognate.import.started",
        O::StopUserImportJob => "cognate.import.stopped",
        O::InitiatePointInTimeRecovery => "cognate.recovery.initiated",
        O::StartPointInTimeRecovery => "cognate.recovery.started",
        O::CancelPointInTimeRecovery => "cognate.recovery.cancelled",
        O::AdminGetDevice
        | O::AdminGetUser
        | O::AdminGetUserAuthFactors
        | O::AdminListDevices
        | O::AdminListGroupsForUser
        | O::AdminListUserAuthEvents
        | O::AdminListUserSessions
        | O::DescribeCIMDPolicy
        | O::DescribeIdentityProvider
        | O::DescribeManagedLoginBranding
        | O::DescribeManagedLoginBrandingByClient
        | O::DescribePointInTimeRecovery
        | O::DescribeResourceServer
        | O::DescribeRiskConfiguration
        | O::DescribeTerms
        | O::DescribeTermsByClient
        | O::DescribeUserImportJob
        | O::DescribeUserPool
        | O::DescribeUserPoolClient
        | O::DescribeUserPoolDomain
        | O::GetCSVHeader
        | O::GetClientToken
        | O::GetDerivedToken
        | O::GetDevice
        | O::GetGroup
        | O::GetIdentityProviderByIdentifier
        | O::GetLogDeliveryConfiguration
        | O::GetProvisionedLimit
        | O::GetSigningCertificate
        | O::GetUICustomization
        | O::GetUser
        | O::GetUserAuthFactors
        | O::GetUserPoolClientSessionConfiguration
        | O::GetUserPoolMfaConfig
        | O::GetUserPoolSessionConfiguration
        | O::ListCIMDPolicies
        | O::ListClientMetadataURLs
        | O::ListDevices
        | O::ListGroups
        | O::ListIdentityProviders
        | O::ListPointInTimeRecoveries
        | O::ListResourceServers
        | O::ListTagsForResource
        | O::ListTerms
        | O::ListUserImportJobs
        | O::ListUserPoolClientSecrets
        | O::ListUserPoolClients
        | O::ListUserPoolReplicas
        | O::ListUserPools
        | O::ListUserSessions
        | O::ListUsers
        | O::ListUsersInGroup
        | O::ListWebAuthnCredentials => return None,
    })
}

/// What a sign-in changes.
const SIGN_IN: &str = "cognate.user.changed_by_sign_in";

/// The types of everything that is no operation of the API, by its name in the audit trail.
pub const OTHERS: &[(&str, &str)] = &[
    // Commands.
    ("SetIssuer", "cognate.pool.updated"),
    ("SetOidcProfile", "cognate.client.updated"),
    ("SetLinkingPolicy", "cognate.identity_provider.updated"),
    ("metadata refresh", "cognate.identity_provider.updated"),
    ("FetchClientMetadata", "cognate.client.metadata_fetched"),
    ("ApproveLink", "cognate.user.identity_linked"),
    ("LinkByProof", "cognate.user.identity_linked"),
    ("RequestLink", "cognate.link_request.created"),
    ("DenyLink", "cognate.link_request.denied"),
    ("ImportUsers", "cognate.user.imported"),
    ("user import", "cognate.user.imported"),
    ("user import upload", "cognate.import.uploaded"),
    ("ExportUsers", "cognate.pool.users_exported"),
    ("ExportSeed", "cognate.pool.seed_exported"),
    ("SetSigningKeys", "cognate.pool.signing_keys_set"),
    ("CreateBackup", "cognate.pool.backed_up"),
    ("RestoreUserPool", "cognate.pool.restored"),
    ("PlanChange", "cognate.pool.reshaped"),
    ("SetUpstream", "cognate.upstream.set"),
    ("EndUpstream", "cognate.upstream.ended"),
    ("SetEventWebhook", "cognate.webhook.set"),
    ("EndEventWebhook", "cognate.webhook.ended"),
    ("ReplayEvents", "cognate.webhook.replayed"),
    ("EventWebhookFails", "cognate.webhook.failing"),
    ("TestMessage", "cognate.pool.message_tested"),
    ("RotateClientSecret", "cognate.client.secret_rotated"),
    ("SecretStoreBroken", "cognate.secret_store.broken"),
    ("SecretStoreWell", "cognate.secret_store.recovered"),
    ("LogTargetBroken", "cognate.log_delivery.broken"),
    ("LogTargetWell", "cognate.log_delivery.recovered"),
    ("LogRecordsDropped", "cognate.log_delivery.records_dropped"),
    ("PointInTimeRecoveryCompleted", "cognate.recovery.completed"),
    ("PointInTimeRecoveryFailed", "cognate.recovery.failed"),
    ("PointInTimeRecoveryExpired", "cognate.recovery.expired"),
    // Endpoints.
    ("ClientRegistration", "cognate.client.created"),
    ("ChangeClientRegistration", "cognate.client.updated"),
    ("EndClientRegistration", "cognate.client.deleted"),
    ("RemoveUnusedClient", "cognate.client.deleted"),
    ("SignInPage", SIGN_IN),
    ("ProviderSignIn", SIGN_IN),
    ("DeviceAuthorization", SIGN_IN),
    ("TokenExchange", SIGN_IN),
    ("ExchangeToken", "cognate.user.token_exchanged"),
    ("WithdrawConsent", "cognate.user.consent_withdrawn"),
    ("AccountPage", "cognate.user.updated"),
    ("FeedbackPage", "cognate.user.auth_event_judged"),
    ("TokenEndpoint", "cognate.user.session_ended"),
    ("RevocationEndpoint", "cognate.user.session_ended"),
    ("LogoutEndpoint", "cognate.user.signed_out"),
    ("ProviderLogout", "cognate.user.signed_out"),
];

/// The names in the trail that are no change of a pool: of the server itself, or reports.
pub const NONE: &[&str] = &[
    "CreateAccessKey",
    "EnableAccessKey",
    "DisableAccessKey",
    "DeleteAccessKey",
    "RotateSealingKey",
    "RestoreBackup",
    "TestProvider",
    "AuditRefusals",
    "PartialLogout",
];

/// The endpoints that change nothing, but for what they stand for.
pub const QUIET: [Endpoint; 9] = [
    Endpoint::Jwks,
    Endpoint::Discovery,
    Endpoint::ClientCredentials,
    Endpoint::UserInfo,
    Endpoint::Introspection,
    Endpoint::PushedAuthorization,
    Endpoint::RegistrationRead,
    Endpoint::Inbox,
    Endpoint::PublishedSecrets,
];

fn of_other(operation: &str) -> Option<&'static str> {
    let mut others = OTHERS.iter();
    others
        .find(|(name, _)| *name == operation)
        .map(|(_, kind)| *kind)
}

/// Returns every type, sorted.
#[must_use]
pub fn all() -> Vec<&'static str> {
    let of_ops = Op::ALL.iter().filter_map(|op| of_op(*op));
    let mut all: Vec<_> = of_ops.chain(OTHERS.iter().map(|(_, kind)| *kind)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// True if a type fits a pattern: the type itself, or what it begins with before a `*` at the end.
#[must_use]
pub fn fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => kind.starts_with(begin),
        None => kind == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_that_changes_has_a_type_and_no_other() {
        // Of these the trail has rows only where they change something.
        let silent = [
            Op::GetTokensFromRefreshToken,
            Op::GetUserAttributeVerificationCode,
        ];
        for op in Op::ALL {
            let name = op.name();
            let verb = name.strip_prefix("Admin").unwrap_or(name);
            let reads = ["Get", "List", "Describe"]
                .iter()
                .any(|read| verb.starts_with(read));
            let reads = reads && !silent.contains(op);
            assert_eq!(of(name).is_none(), reads, "{name}");
        }
    }

    #[test]
    fn every_endpoint_has_a_type_or_changes_nothing() {
        for endpoint in [
            Endpoint::Jwks,
            Endpoint::Discovery,
            Endpoint::SignIn,
            Endpoint::Account,
            Endpoint::Token,
            Endpoint::ClientCredentials,
            Endpoint::TokenExchange,
            Endpoint::Revoke,
            Endpoint::UserInfo,
            Endpoint::Logout,
            Endpoint::Introspection,
            Endpoint::PushedAuthorization,
            Endpoint::Registration,
            Endpoint::RegistrationRead,
            Endpoint::RegistrationChange,
            Endpoint::RegistrationEnd,
            Endpoint::Device,
            Endpoint::Federation,
            Endpoint::ProviderLogout,
            Endpoint::Feedback,
            Endpoint::Inbox,
            Endpoint::PublishedSecrets,
        ] {
            let name = endpoint.name();
            assert_eq!(of(name).is_none(), QUIET.contains(&endpoint), "{name}");
        }
    }

    #[test]
    fn types_are_what_applications_can_filter_by() {
        for kind in all() {
            let parts: Vec<_> = kind.split('.').collect();
            let plain = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(
                parts.len() == 3 && parts[0] == "cognate" && parts.iter().all(plain),
                "{kind}"
            );
        }
        for name in NONE {
            assert_eq!(of(name), None, "{name}");
        }
        assert!(fits("cognate.user.*", "cognate.user.created"));
        assert!(
            fits("*", "cognate.user.created")
                && fits("cognate.user.created", "cognate.user.created")
        );
        assert!(
            !fits("cognate.user", "cognate.user.created")
                && !fits("cognate.users.*", "cognate.user.created")
        );
    }

    #[test]
    fn the_documentation_has_every_type() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/EVENTS.md");
        let text = std::fs::read_to_string(file).unwrap();
        for kind in all() {
            assert!(text.contains(&format!("| `{kind}` |")), "{kind}");
        }
        let listed = text.lines().filter(|line| line.starts_with("| `cognate."));
        assert_eq!(listed.count(), all().len());
    }
}
