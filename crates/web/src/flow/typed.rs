//! What a form says of names and numbers, as they are kept.

use super::screens::name_kind;
use super::visit::Visit;
use crate::phone::international;
use crate::views::screen::NameKind;

impl Visit<'_> {
    /// Returns a phone number as it is kept, with the country that the form chooses.
    pub(super) fn number(&self, typed: &str) -> String {
        international(typed, self.field(&["country"]))
    }

    /// Returns the name of the form: of a user, or a number that is one. Without a country it is what was typed, since
    /// other names sign in as well.
    pub(super) fn name(&self) -> String {
        let typed = self.field(&["username"]).unwrap_or_default().trim();
        match self.field(&["country"]) {
            Some(_) if name_kind(self.pool()) == NameKind::Phone => self.number(typed),
            _ => typed.to_owned(),
        }
    }
}
