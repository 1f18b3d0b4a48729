//! Sign-up and forgotten passwords: the operations, and the steps that pages call.

mod confirm_sign_up;
mod migration;
mod names;
mod page;
mod passwords;
mod pause;
mod post_confirmation;
mod pre_sign_up;
mod sender;
mod sign_up;
