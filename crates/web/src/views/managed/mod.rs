//! Managed login (ManagedLoginVersion 2): the pages of `templates/managed/`, without a word of their own.
//!
//! Each page is a [`Step`](step::Step): heading, line below it, account, body. The body has a template of its own in
//! `templates/managed/`; fields, icons and rules have theirs in `templates/managed/parts/`. What scripts rely on is in
//! docs/service/pages.md 1.3.

mod account;
mod body;
mod field;
mod icon;
mod maker;
mod notice;
mod page;
mod sign_in;
mod step;

use askama::Template;

use crate::views::frame::Frame;
use crate::views::screen::Screen;

/// Returns a page as HTML; empty if a template fails, which writes to memory alone and does not.
pub fn render(frame: &Frame<'_>, screen: &Screen) -> String {
    let page = page::Page::new(frame, screen);
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        String::new()
    })
}
