//! Names of attributes: of users, and of resources in a state.

/// The standard attributes of users. A state has custom ones without their prefix.
pub const STANDARD: &[&str] = &[
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "identities",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// True for a custom attribute whose name is a standard one's. AddCustomAttributes makes such; the name without its prefix, by which
/// Terraform and CreateUserPool have it, is the standard attribute.
pub fn is_shadowed(name: &str) -> bool {
    let bare = name.strip_prefix("dev:").unwrap_or(name);
    bare.strip_prefix("custom:")
        .is_some_and(|bare| STANDARD.contains(&bare))
}

/// What a state has of resources beyond their settings: what the service answers, and what says once more what another
/// attribute says.
pub const ANSWERED: &[&str] = &[
    "arn",
    "aws_account_id",
    "client_secret",
    "cloudfront_distribution",
    "cloudfront_distribution_arn",
    "cloudfront_distribution_zone_id",
    "creation_date",
    "css_version",
    "custom_domain",
    "endpoint",
    "estimated_number_of_users",
    "id",
    "image_url",
    "last_modified_date",
    "managed_login_branding_id",
    "name_pattern",
    "name_prefix",
    "region",
    "s3_bucket",
    "scope_identifiers",
    "settings_all",
    "sub",
    "tags_all",
    "timeouts",
    "user_pool_id",
    "version",
];
