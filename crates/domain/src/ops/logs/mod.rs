//! Operations on the export of a pool's logs.

pub mod get_log_delivery_configuration;
pub mod set_log_delivery_configuration;
