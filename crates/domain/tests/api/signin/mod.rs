//! Signing in: each flow, each challenge, and attacks on them.

mod after_sign_up;
mod attacks;
mod choice;
mod custom;
mod devices;
mod guesses;
pub mod imported;
mod lockout;
mod locks;
mod migration;
mod new_password;
mod page;
mod passkey;
mod password;
mod pause;
mod srp;
mod step_up;
mod triggers;
mod trips;
mod walks;
