//! The me operations, one file each.

pub mod change_password;
pub mod delete_user;
pub mod delete_user_attributes;
pub mod get_user;
pub mod get_user_attribute_verification_code;
pub mod global_sign_out;
pub mod set_user_settings;
pub mod update_user_attributes;
pub mod verify_user_attribute;
