//! The listener: connections, bodies, hosts and addresses.
