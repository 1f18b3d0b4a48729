//! What came from each address and met each account within the last hour, on this node (docs/THREATS.md).

use std::sync::{Mutex, PoisonError};

use cognate_risk::windows::Windows;

/// The windows of this node, whose memory is bounded.
#[derive(Debug, Default)]
pub struct Surroundings(Mutex<Windows>);

impl Surroundings {
    /// Reads or notes something; short, and never across a pause.
    pub fn with<T>(&self, act: impl FnOnce(&mut Windows) -> T) -> T {
        // Counts that a panic left behind are counts.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
