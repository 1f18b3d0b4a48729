//! The operations on devices, one file each.

pub mod admin_forget_device;
pub mod admin_get_device;
pub mod admin_list_devices;
pub mod admin_update_device_status;
pub mod confirm_device;
pub mod forget_device;
pub mod get_device;
pub mod list_devices;
pub mod update_device_status;
