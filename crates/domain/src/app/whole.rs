//! One state of the database at a time: in `dev` a snapshot may take the place of the whole database.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Lets requests and jobs use the database side by side, and a snapshot take its place while none does. It counts how often
/// one has.
#[derive(Debug)]
pub struct Whole(Option<Arc<RwLock<u64>>>);

/// The database stays what it is until this is dropped. Whoever holds one takes no other, since a snapshot may be waiting in
/// between.
#[derive(Debug)]
pub struct Held(Option<OwnedRwLockReadGuard<u64>>);

impl Held {
    /// Returns a number that another state of the database has not.
    pub fn state(&self) -> u64 {
        self.0.as_ref().map_or(0, |state| **state)
    }
}

/// Nobody uses the database until this is dropped.
#[derive(Debug)]
pub struct Alone(OwnedRwLockWriteGuard<u64>);

impl Alone {
    /// Says that another state has taken the place of the database.
    pub(super) fn replaced(&mut self) {
        *self.0 += 1;
    }
}

impl Whole {
    /// `replaceable`: false in `serve`, where nothing takes the place of the database and nobody has to wait.
    pub fn new(replaceable: bool) -> Self {
        Self(replaceable.then(Arc::default))
    }

    /// Waits while a snapshot takes the place of the database.
    pub async fn hold(&self) -> Held {
        match &self.0 {
            Some(lock) => Held(Some(lock.clone().read_owned().await)),
            None => Held(None),
        }
    }

    /// Waits until nobody uses the database, and keeps all others waiting; None in `serve`.
    pub async fn alone(&self) -> Option<Alone> {
        match &self.0 {
            Some(lock) => Some(Alone(lock.clone().write_owned().await)),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_is_alone_once_the_others_are_gone() {
        let whole = Whole::new(true);
        let (first, second) = (whole.hold().await, whole.hold().await);
        let alone = async {
            let mut alone = whole.alone().await.unwrap_or_else(|| unreachable!());
            alone.replaced();
        };
        let mut alone = std::pin::pin!(alone);
        assert!(futures_poll(alone.as_mut()).await);
        drop(first);
        assert!(futures_poll(alone.as_mut()).await);
        assert_eq!(second.state(), 0);
        drop(second);
        alone.await;
        assert_eq!(whole.hold().await.state(), 1);
        assert!(Whole::new(false).alone().await.is_none());
    }

    /// True if the future waits.
    async fn futures_poll(mut future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_pending()))
            .await
    }
}
