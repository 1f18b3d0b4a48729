//! The operations on tags, one file each.

pub mod list_tags_for_resource;
pub mod tag_resource;
pub mod untag_resource;
