//! Sign-up and forgotten passwords: the operations, and the steps that pages call.

mod confirm_sign_up;
mod names;
mod page;
mod passwords;
mod pause;
mod sender;
mod sign_up;
