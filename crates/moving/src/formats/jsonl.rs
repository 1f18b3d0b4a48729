//! This program's own format: a header, groups, users, an end (`crate::record`).

use std::io::BufRead;

use super::node::Node;
use super::split::Splitter;
use super::{FileError, Item, Row};
use crate::record::{End, FORMAT, Line, VERSION};

pub(super) fn read(
    input: &mut dyn BufRead,
    sink: &mut dyn FnMut(Row) -> bool,
) -> Result<(), FileError> {
    let mut splitter = Splitter::new(input, "");
    let mut counted = End::default();
    let mut begun = false;
    let mut end = None;
    while let Some(element) = splitter.next()? {
        let line = element.line;
        let read = element.bytes.map_err(str::to_owned).and_then(|bytes| {
            Node::parse(&bytes)?;
            let line: Result<Line, _> = serde_json::from_slice(&bytes);
            line.map_err(|_| "it is no line of this format".to_owned())
        });
        if end.is_some() {
            return Err(FileError::Malformed(line));
        }
        let item = match read {
            Ok(Line::Header(header)) => {
                if header.format != FORMAT || header.version > VERSION || begun {
                    return Err(FileError::Version);
                }
                begun = true;
                Ok(Item::Header(header))
            }
            _ if !begun => return Err(FileError::Version),
            Ok(Line::End(given)) => {
                end = Some(given);
                continue;
            }
            Ok(Line::Group(group)) => {
                counted.groups += 1;
                Ok(Item::Group(group))
            }
            Ok(Line::User(user)) => {
                counted.users += 1;
                Ok(Item::User(user))
            }
            Err(why) => {
                // It was one of either.
                counted.users += 1;
                Err(why)
            }
        };
        let notes = Vec::new();
        if !sink(Row { line, item, notes }) {
            return Ok(());
        }
    }
    let whole = end.is_some_and(|end| end.users + end.groups == counted.users + counted.groups);
    if whole { Ok(()) } else { Err(FileError::Cut) }
}
