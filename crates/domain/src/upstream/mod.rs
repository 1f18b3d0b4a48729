//! The pool of another server in front of which a pool of ours stands (moving.md 4, decision 018): whoever has no password
//! here is proven there, and comes over.
//!
//! Each module uses only those above it.
//!
//! | module | contents |
//! |---|---|
//! | [`call`] | one call of the other server's API |
//! | [`identity`] | the user whom its tokens name, checked |
//! | [`answers`] | what it says: tokens, a challenge, a refusal |
//! | [`dialog`] | the calls of one step of a sign-in |
//! | [`profile`] | what of a user's data is taken over |
//! | [`arrival`] | the user's row here |
//! | [`question`] | a challenge of theirs between two requests |
//! | [`account`] | forgotten and changed passwords, names that are taken there |
//! | [`settings`] | setting up, looking, ending: the commands |

pub(crate) mod account;
pub(crate) mod answers;
pub(crate) mod arrival;
mod call;
pub(crate) mod dialog;
pub(crate) mod identity;
mod profile;
pub(crate) mod question;
pub mod settings;
