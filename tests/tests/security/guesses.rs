//! Guessing passwords, second factors and names.
