//! The program from outside: bad input, crashes, guessing, logs, several nodes. One binary, for the linker's sake.

mod bad_input;
mod crash;
mod engines;
mod logs;
mod operations;
mod postgres;
mod program;
mod security;
mod site;
mod two_nodes;
