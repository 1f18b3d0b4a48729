//! The operations on branding, one file each.

pub mod create_managed_login_branding;
pub mod delete_managed_login_branding;
pub mod describe_managed_login_branding;
pub mod describe_managed_login_branding_by_client;
pub mod get_ui_customization;
pub mod set_ui_customization;
pub mod update_managed_login_branding;
