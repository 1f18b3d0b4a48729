//! Values that an action must find again when it is run again: ids, codes, and answers from outside.
//!
//! A retry after an out-of-date row must neither give a user another `sub`, nor send another code, nor call a trigger
//! again. Each value is kept under a name that says what it is for and about whom; another subject gets another value.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Values by name, for the length of one action.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<String, Box<dyn Any + Send>>>);

impl Memory {
    /// Returns the value kept under `name`; the first time `make` makes it.
    pub fn once<T: Clone + Send + 'static>(&self, name: &str, make: impl FnOnce() -> T) -> T {
        if let Some(value) = self.get(name) {
            return value;
        }
        let value = make();
        self.keep(name, value.clone());
        value
    }

    /// Returns the value kept under `name`; None without one, or if it is of another type.
    pub fn get<T: Clone + Send + 'static>(&self, name: &str) -> Option<T> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(name)?.downcast_ref::<T>().cloned()
    }

    /// Keeps a value under `name`.
    pub fn keep<T: Clone + Send + 'static>(&self, name: &str, value: T) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(name.to_owned(), Box::new(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_each_name() {
        let memory = Memory::default();
        let mut made = 0;
        let mut next = |name: &str| {
            memory.once(name, || {
                made += 1;
                made
            })
        };
        assert_eq!([next("sub"), next("sub"), next("code of u")], [1, 1, 2]);
    }
}
