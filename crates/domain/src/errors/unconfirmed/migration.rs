//! Best guesses about the answers of UserMigration.

/// admin.md 3.4: a member has a value that it cannot have. Known in translations only.
pub fn invalid(member: &str) -> String {
    format!("Error during migration: Invalid {member}")
}

/// admin.md 3.4: that the name must be the one that was typed is documented, or that an alias must be.
pub const USERNAME_DIFFERS: &str =
    "Error during migration: The username must be the one in the request, or an alias must be";

/// admin.md 3.4: that both are needed is documented.
pub const NO_SMS_MFA: &str =
    "Error during migration: SMS MFA requires a phone number and a user pool with SMS MFA";
