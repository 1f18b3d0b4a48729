//! Tracked sessions.

pub mod tracked;
