//! Which images may be uploaded, told by how they begin.

use crate::errors::{ApiError, branding};

/// The largest logo of the classic pages, in bytes (endpoints.md 3.4).
const MAX_LOGO: usize = 100 << 10;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// `png` or `jpeg`.
///
/// # Errors
/// InvalidParameterException for another kind of file, or one that is too large.
pub fn logo_kind(bytes: &[u8]) -> Result<&'static str, ApiError> {
    if bytes.len() > MAX_LOGO {
        return Err(branding::too_large());
    }
    if bytes.starts_with(PNG) {
        Ok("png")
    } else if bytes.starts_with(JPEG) {
        Ok("jpeg")
    } else {
        Err(branding::image_kind())
    }
}
