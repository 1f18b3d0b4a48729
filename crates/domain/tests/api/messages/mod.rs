//! Messages to users.

mod templates;
