//! Threat protection: its configuration, the events of users, and what is said of them (admin.md 2.8, 6.1).

pub mod admin_list_user_auth_events;
pub mod admin_update_auth_event_feedback;
pub mod describe_risk_configuration;
pub mod set_risk_configuration;
pub mod update_auth_event_feedback;
