//! Policies, token exchange and documents of identity providers.
