//! Tests of the whole program; everything is under `tests/`.
