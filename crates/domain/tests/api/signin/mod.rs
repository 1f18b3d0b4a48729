//! Signing in: each flow, each challenge, and attacks on them.

pub mod after_sign_up;
pub mod attacks;
pub mod choice;
pub mod choice_of_unknown_users;
pub mod custom;
pub mod custom_with_devices;
pub mod devices;
pub mod guesses;
pub mod lockout;
pub mod new_password;
pub mod passkey;
pub mod password;
pub mod srp;
pub mod step_up;
pub mod walks;
