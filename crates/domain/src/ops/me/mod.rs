//! The me operations, one file each.

pub mod change_password;
pub mod get_user;
pub mod global_sign_out;
