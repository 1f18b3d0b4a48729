//! Codes and messages: guessing them, and sending them to others.
