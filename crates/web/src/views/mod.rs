//! The pages of a pool as values: what each shows, without how it looks. Two sets of templates draw them: managed login and the classic pages.
//!
//! A handler makes a [`Frame`] and a [`Screen`] and hands both to the renderer; it knows no template. A template knows no
//! request.

pub mod classic;
pub mod frame;
pub mod screen;

pub use frame::Frame;
pub use screen::Screen;
