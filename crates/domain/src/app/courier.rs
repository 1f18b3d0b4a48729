//! The sender of messages. `domain` words a message, chooses its recipient and keeps it in the batch of the change that
//! it reports; an implementation of [`Courier`] delivers it from there to the user.

use cognate_shapes::DeliveryMediumType;

use crate::records::pool::Pool;

/// Delivers messages that were committed.
pub trait Courier: Send + Sync {
    /// True if messages of the pool can be sent by this medium.
    fn sends(&self, pool: &Pool, medium: DeliveryMediumType) -> bool;
}
