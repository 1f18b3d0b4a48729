//! Error texts of domains, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// Settled D1: a prefix of another pool.
pub fn domain_of_another_pool() -> ApiError {
    invalid_parameter("Domain already associated with another user pool.")
}

/// auth.md 6.10: a custom domain of another pool.
pub fn custom_domain_taken() -> ApiError {
    invalid_parameter(
        "One or more of the CNAMEs you provided are already associated with a different resource.",
    )
}

/// Settled D2.
pub fn no_such_domain() -> ApiError {
    invalid_parameter("No such domain or user pool exists.")
}

/// Settled D4, endpoints.md 2.2.
pub fn invalid_prefix() -> ApiError {
    invalid_parameter(
        "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and \
         hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
    )
}

/// endpoints.md 2.2, settled D5.
pub fn reserved_word(word: &str) -> ApiError {
    invalid_parameter(format!("Domain cannot contain reserved word: {word}"))
}

/// Settled D6, endpoints.md 2.2. The end is that of the newer raw lines of CloudFormation and Terraform, three
/// unconnected ones; until about 2021 it was "the root domain, please ensure an A record exists for the root domain."
pub fn invalid_custom_domain() -> ApiError {
    invalid_parameter(
        "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the parent domain or domain \
         parent is a top-level domain.",
    )
}

/// Settled D7.
pub fn invalid_certificate() -> ApiError {
    invalid_parameter(
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid \
         certificate chain.",
    )
}

/// Settled P34.
pub fn pool_has_domain() -> ApiError {
    invalid_parameter(
        "User pool cannot be deleted. It has a domain configured that should be deleted first.",
    )
}

/// endpoints.md 2.2: a second prefix or a second custom domain of a pool; the raw line of CloudFormation at
/// <https://github.com/aws/aws-cdk/issues/10062> and in guides to that fault.
pub fn second_domain() -> ApiError {
    invalid_parameter("User pool already has a domain configured.")
}

/// admin.md 7.2: four custom domains in a region.
pub fn too_many_custom_domains() -> ApiError {
    api(
        ErrorCode::LimitExceeded,
        unconfirmed::TOO_MANY_CUSTOM_DOMAINS,
    )
}
