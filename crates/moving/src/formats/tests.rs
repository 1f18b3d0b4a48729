//! The files of other systems as their documents describe them.
