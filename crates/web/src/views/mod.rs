//! The pages of a pool as values: what each shows, without how it looks. Two sets of templates draw them: managed login and the classic pages.
//!
//! A handler makes a [`Frame`] and a [`Screen`] and hands both to the renderer; it knows no template. A template knows no
//! request.

pub mod classic;
pub mod frame;
pub mod managed;
pub mod samples;
pub mod screen;

pub use frame::Frame;
use frame::Version;
pub use screen::Screen;

/// True if a page has a script of this site.
pub fn has_script(frame: &Frame<'_>, screen: &Screen) -> bool {
    match frame.version {
        Version::Managed => !matches!(screen, Screen::Notice(_)),
        Version::Classic => classic::has_rules(screen),
    }
}

/// Draws a page as HTML. Its scripts are of this site, its styles too.
pub fn render(frame: &Frame<'_>, screen: &Screen) -> String {
    match frame.version {
        Version::Managed => managed::render(frame, screen),
        Version::Classic => classic::render(frame, screen),
    }
}
