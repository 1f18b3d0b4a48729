//! The state in which a user must still be for a sign-in that a browser or a client holds.

use cognate_shapes::UserStatusType;

use crate::facts::factor::Factor;
use crate::records::user::User;
use crate::signin::state::credential_mark;
use crate::tokens::session::SessionDoc;

/// True if the user may still be signed in by a sign-in of before: enabled, in a state in which users sign in, and with
/// the password that it proved, if it proved one.
pub fn is_good(user: &User, signed_in: &SessionDoc) -> bool {
    use UserStatusType as S;
    let may = match user.status {
        S::Confirmed | S::ExternalProvider => true,
        // The pool's own challenges sign in a user who has never used the temporary password (auth.md 3.5).
        S::ForceChangePassword => signed_in.vouched || signed_in.proven.has(Factor::Custom),
        // The state of a password concerns nobody who comes through a provider.
        S::ResetRequired => signed_in.vouched,
        _ => false,
    };
    let same_password = signed_in
        .credential
        .as_ref()
        .is_none_or(|mark| *mark == credential_mark(user));
    user.enabled && may && same_password
}
