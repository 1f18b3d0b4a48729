//! The budgets of messages: an hour's messages at most, whatever they say. They keep somebody who makes a pool send
//! messages for their own profit, or to annoy, from spending more than the operator allows.

/// Messages of a pool in an hour at most; None = any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageLimits {
    /// To one address or number, about all users.
    pub destination: Option<i64>,
    /// About one user, to whatever address.
    pub user: Option<i64>,
    /// By SMS to the numbers of one country code (of one area code in North America).
    pub country: Option<i64>,
    /// In all.
    pub pool: Option<i64>,
}

/// The defaults stay above what the bounds on codes allow, so that those, which keep purposes apart, are met first.
impl Default for MessageLimits {
    fn default() -> Self {
        Self {
            destination: Some(600),
            user: Some(300),
            country: Some(10_000),
            pool: Some(1_000_000),
        }
    }
}
