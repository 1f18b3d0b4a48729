//! Best guesses about sign-ups.

/// admin.md 3.3: PreSignUp verifies an address that the user does not have. That the sign-up fails is documented.
pub fn nothing_to_auto_verify(attribute: &str) -> String {
    format!("{attribute} cannot be auto verified, when it has no value.")
}
