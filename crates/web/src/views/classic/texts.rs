//! The texts of the classic pages, from `locales/classic.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::locale::file;

/// The service's own words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) email_or_phone: String,
    pub(super) password: String,
    pub(super) placeholder_email: String,
    pub(super) sign_in_username: String,
    pub(super) sign_in_email: String,
    pub(super) sign_in_phone: String,
    pub(super) sign_in: String,
    pub(super) sign_in_label: String,
    pub(super) forgot_link: String,
    pub(super) need_account: String,
    pub(super) sign_up: String,
    pub(super) corporate: String,
    pub(super) social: String,
    pub(super) social_legal: String,
    pub(super) continue_google: String,
    pub(super) continue_facebook: String,
    pub(super) continue_amazon: String,
    pub(super) continue_apple: String,
    pub(super) or: String,
    pub(super) sign_up_title: String,
    pub(super) have_account: String,
    pub(super) rule_lower: String,
    pub(super) rule_upper: String,
    pub(super) rule_symbol: String,
    pub(super) rule_number: String,
    pub(super) rule_length: String,
    pub(super) forgot_title: String,
    pub(super) forgot_username: String,
    pub(super) forgot_email: String,
    pub(super) forgot_phone: String,
    pub(super) forgot_button: String,
    pub(super) reset_email: String,
    pub(super) reset_sms: String,
    pub(super) code: String,
    pub(super) new_password: String,
    pub(super) new_password_again: String,
    pub(super) change_password: String,
    pub(super) confirm_button: String,
    pub(super) error_page: String,
    pub(super) ours: Ours,
    pub(super) attributes: BTreeMap<String, String>,
}

/// Words for which there are none of the service's.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ours {
    pub(super) logo: String,
    pub(super) sign_in_email_or_phone: String,
    pub(super) sign_in_name: String,
    pub(super) forgot_email_or_phone: String,
    pub(super) reset_somewhere: String,
    pub(super) domain_title: String,
    pub(super) next: String,
    #[serde(rename = "continue")]
    pub(super) go_on: String,
    pub(super) back: String,
    pub(super) another: String,
    pub(super) signed_in_as: String,
    pub(super) choose_title: String,
    pub(super) factor_password: String,
    pub(super) factor_passkey: String,
    pub(super) factor_email: String,
    pub(super) factor_sms: String,
    pub(super) factor_app: String,
    pub(super) factor_to: String,
    pub(super) passkey_title: String,
    pub(super) passkey_text: String,
    pub(super) passkey_button: String,
    pub(super) mfa_title: String,
    pub(super) mfa_app: String,
    pub(super) mfa_email: String,
    pub(super) mfa_sms: String,
    pub(super) mfa_somewhere: String,
    pub(super) remember: String,
    pub(super) resend: String,
    pub(super) change_contact: String,
    pub(super) choose_mfa_title: String,
    pub(super) set_up_mfa_title: String,
    pub(super) app_title: String,
    pub(super) app_text: String,
    pub(super) app_qr: String,
    pub(super) app_key: String,
    pub(super) app_link: String,
    pub(super) app_name: String,
    pub(super) phone_title: String,
    pub(super) phone_text: String,
    pub(super) email_title: String,
    pub(super) email_text: String,
    pub(super) send_code: String,
    pub(super) new_password_title: String,
    pub(super) new_password_text: String,
    pub(super) confirm_title: String,
    pub(super) confirm_email: String,
    pub(super) confirm_sms: String,
    pub(super) confirm_somewhere: String,
    pub(super) confirm_link: String,
    pub(super) confirm_resend: String,
    pub(super) confirm_resend_link: String,
    pub(super) resend_link: String,
    pub(super) passkey_add_title: String,
    pub(super) passkey_add_text: String,
    pub(super) not_now: String,
    pub(super) chooser_title: String,
    pub(super) signed_in_button: String,
    pub(super) other_user: String,
    pub(super) confirmed: String,
    pub(super) signed_out: String,
    pub(super) sign_out_title: String,
    pub(super) sign_out_text: String,
    pub(super) sign_out: String,
    pub(super) feedback_title: String,
    pub(super) feedback_text: String,
    pub(super) feedback_valid: String,
    pub(super) feedback_invalid: String,
    pub(super) feedback_done_valid: String,
    pub(super) feedback_done_invalid: String,
    pub(super) device_done: String,
    pub(super) restart: String,
    pub(super) pending: String,
    pub(super) approval: String,
    pub(super) link_title: String,
    pub(super) link_text: String,
    pub(super) link_connect: String,
    pub(super) link_skip: String,
    pub(super) reference: String,
    pub(super) start_again: String,
    pub(super) home: String,
    pub(super) device_title: String,
    pub(super) device_text: String,
    pub(super) device_ask: String,
    pub(super) consent_title: String,
    pub(super) consent_text: String,
    pub(super) consent_site: String,
    pub(super) consent_name: String,
    pub(super) consent_scopes: String,
    pub(super) consent_resource: String,
    pub(super) consent_place: String,
    pub(super) consent_own_machine: String,
    pub(super) allow: String,
    pub(super) deny: String,
}

/// The texts.
pub(super) static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    // A test reads the file; a broken one would be pages without words, not a broken server.
    file::read(include_str!("../../../locales/classic.toml")).unwrap_or_default()
});

/// Returns a text with a value in the place of `{name}`.
pub(super) fn fill(text: &str, name: &str, value: &str) -> String {
    match text.split_once(&format!("{{{name}}}")) {
        Some((before, after)) => format!("{before}{value}{after}"),
        None => text.to_owned(),
    }
}

impl Texts {
    /// Returns the label of an attribute: that of a custom one is its name.
    pub(super) fn attribute<'a>(&'a self, name: &'a str) -> &'a str {
        self.attributes.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_every_text_and_no_other() {
        let read: Result<Texts, _> = file::read(include_str!("../../../locales/classic.toml"));
        assert_eq!(read.unwrap().title, "Signin");
    }

    #[test]
    fn a_value_is_put_in_once_and_never_read_again() {
        assert_eq!(fill("a {who} b", "who", "{who}"), "a {who} b");
        assert_eq!(fill("a b", "who", "x"), "a b");
    }
}
