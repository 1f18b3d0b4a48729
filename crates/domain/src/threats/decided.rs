//! The decision about a sign-in, which stays with it until its end.

use cognate_shapes::AccountTakeoverEventActionType;
use serde::{Deserialize, Serialize};

use crate::records::auth_event::EventRisk;

/// The decision. It travels in the sealed session, so that no later step is judged by another place or device, and a challenge
/// cannot be had again without what was demanded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// True if a second factor must be proven, whatever the pool's own settings ask for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demands_factor: bool,
    /// True if what the sign-in brings must not count as the user's own at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_suspicious: bool,
    /// The action that the user gets a message about; None = no message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<AccountTakeoverEventActionType>,
    /// True if that message was committed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_told: bool,
    /// What its event says.
    pub risk: EventRisk,
}
