//! The look of a client's pages, as its owner has set it: the part that templates need. Colours and lengths are in the
//! client's own style sheet.

mod brand;

pub use brand::{Band, Brand, Classic, Favicon, FormLogo, Logo, Method, Picture, Place, Scheme};
