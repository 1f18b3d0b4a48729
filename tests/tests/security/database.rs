//! Rows of the database that are altered, swapped or replaced by older ones.
