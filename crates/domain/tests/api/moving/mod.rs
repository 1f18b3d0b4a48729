//! Imports and exports of users.

mod export;
mod export_contents;
mod export_pace;
mod exporting;
