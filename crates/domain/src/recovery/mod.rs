//! Point-in-time recovery: which moments a pool can go back to, what would change, and the change itself (moving.md 5).
//!
//! A recovery pauses all changes of the pool's users in the commit that begins it, so that what the preview finds stays true
//! until the end. The preview notes every row with an image since the target (decision 016), and what has to happen to it. The
//! restoration does that in portions; each item is done in one commit, whichever node does it and how often it is tried.

pub mod decision;
pub mod ends;
pub mod known;
pub mod moment;
pub mod preview;
pub mod restore;

/// Returns the key of the jobs of a recovery: neither id holds a slash.
#[must_use]
pub fn job_key(pool_id: &str, restore_id: &str) -> String {
    format!("{pool_id}/{restore_id}")
}
