//! Failures of one sender, and what follows from them.

/// Why one sender did not take a message. The text is for the log: it names codes and statuses and never repeats what a
/// server wrote, since that may hold the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The sender is down, slow or asks to come back. The next sender is tried, and all of them again later.
    Down(String),
    /// The settings are wrong: the sender does not accept the operator's key or password. As [`Fault::Down`], and an
    /// error in the log.
    Misconfigured(String),
    /// This sender never takes this message: it does not know the From, say. The next sender is tried.
    Refused(String),
    /// No sender can deliver to this recipient. No other is tried.
    Undeliverable(String),
}

impl Fault {
    /// Returns the fault of a call that has no answer.
    pub fn unanswered(error: &cognate_outbound::OutboundError) -> Self {
        Self::Down(error.to_string())
    }
}
