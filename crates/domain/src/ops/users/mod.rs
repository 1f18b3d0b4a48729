//! The users operations, one file each.

pub mod admin_confirm_sign_up;
pub mod admin_create_user;
pub mod admin_delete_user;
pub mod admin_delete_user_attributes;
pub mod admin_disable_user;
pub mod admin_enable_user;
pub mod admin_get_user;
pub mod admin_reset_user_password;
pub mod admin_set_user_password;
pub mod admin_set_user_settings;
pub mod admin_update_user_attributes;
pub mod admin_user_global_sign_out;
pub mod list_users;
