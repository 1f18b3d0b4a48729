//! Error texts of identity providers and links, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// Settled D8.
pub fn wrong_type(name: &str, kind: &str) -> ApiError {
    invalid_parameter(format!("Provider {name} cannot be of type {kind}."))
}

/// Settled D9.
pub fn oidc_details() -> ApiError {
    invalid_parameter(
        "clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details.",
    )
}

/// Settled D10.
pub fn social_details() -> ApiError {
    invalid_parameter("clientId, clientSecret and authorizeScopes are all required idp details.")
}

/// Settled D11.
pub fn apple_details() -> ApiError {
    invalid_parameter("clientId, privateKey, teamId, and keyId are all required idp details.")
}

/// Settled D12.
pub fn endpoint_not_https() -> ApiError {
    invalid_parameter("OIDC endpoint must start with https://")
}

/// Settled V6.
pub fn request_method(value: &str) -> ApiError {
    invalid_parameter(format!(
        "1 validation error detected: Value '{value}' at 'providerConfiguration.oidcConfig.attributesRequestMethod' \
         failed to satisfy constraint: Member must satisfy enum value set: [POST, GET]"
    ))
}

/// Settled D13.
pub fn no_metadata() -> ApiError {
    invalid_parameter("At least one of the MetadataURL or MetadataFile should be provided.")
}

/// Settled D13.
pub fn two_metadata() -> ApiError {
    invalid_parameter("Only one of the MetadataURL or MetadataFile should be provided.")
}

/// A discovery document that cannot be had or used: raw lines of CloudFormation and Terraform in four unconnected
/// projects.
pub fn discovery_failed() -> ApiError {
    invalid_parameter("Unable to contact well-known endpoint")
}

/// endpoints.md 4.1, auth.md 6.10.
pub fn metadata_unreachable(url: &str) -> ApiError {
    invalid_parameter(format!("Error retrieving metadata from {url}"))
}

/// The metadata's host answers something else than 200; the raw line in
/// <https://github.com/aws-solutions/aws-data-lake-solution/issues/31>.
pub fn metadata_status(status: u16, url: &str) -> ApiError {
    invalid_parameter(format!(
        "Non-ok status code {status} returned from remote metadata source {url}"
    ))
}

/// endpoints.md 4.1.
pub fn no_redirect_binding() -> ApiError {
    invalid_parameter("No SingleSignOn Http redirect binding location found in metadata.")
}

/// Settled D14.
pub fn invalid_mapping(names: &[&str]) -> ApiError {
    invalid_parameter(format!(
        "AttributeMapping contains invalid mapping: [{}]",
        names.join(", ")
    ))
}

/// The service's own record of the refusal (CloudTrail), quoted in
/// <https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1287>.
pub fn provider_exists(name: &str, pool_id: &str) -> ApiError {
    api(
        ErrorCode::DuplicateProvider,
        format!("{name} already exists in user pool {pool_id}"),
    )
}

/// auth.md 6.10 (G).
pub fn provider_not_found(name: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::provider_not_found(name),
    )
}

/// auth.md 6.10 (G).
pub fn identifier_not_found(identifier: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::identifier_not_found(identifier),
    )
}

/// admin.md 7.2: 300 identity providers in a pool.
pub fn too_many_providers() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_PROVIDERS)
}

// Links.

/// endpoints.md 4.5.
pub fn native_source() -> ApiError {
    invalid_parameter(
        "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a \
         DestinationUser",
    )
}

/// endpoints.md 4.5.
pub fn source_signed_up() -> ApiError {
    invalid_parameter(
        "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link",
    )
}

/// Settled T8.
pub fn already_linked() -> ApiError {
    invalid_parameter("SourceUser is already linked to DestinationUser")
}

/// auth.md 6.8 (G): linked to another user.
pub fn linked_to_another() -> ApiError {
    api(ErrorCode::AliasExists, unconfirmed::LINKED_TO_ANOTHER)
}

/// auth.md 6.8 (G); `member` as `SourceUser.ProviderName`.
pub fn member_required(member: &str) -> ApiError {
    invalid_parameter(format!("{member} is required."))
}

/// endpoints.md 4.5: five identities of a user.
pub fn too_many_links() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_LINKS)
}

/// endpoints.md 4.5: five source attribute names of a provider.
pub fn too_many_link_attributes() -> ApiError {
    api(
        ErrorCode::LimitExceeded,
        unconfirmed::TOO_MANY_LINK_ATTRIBUTES,
    )
}

/// auth.md 6.8.
pub fn no_such_link() -> ApiError {
    invalid_parameter("Invalid ProviderName/Username combination. Please check again")
}

/// Of a user's own identity, the text by <https://github.com/aws/aws-sdk-go/issues/4218>. That the service refuses it:
/// <https://repost.aws/questions/QULY1qbV21TYqrnVnNdpdpqQ/remove-external-identity-from-cognito-user>.
pub fn not_linked() -> ApiError {
    invalid_parameter(
        "Account isn't linked to anyone else, verify that the account has been linked",
    )
}
