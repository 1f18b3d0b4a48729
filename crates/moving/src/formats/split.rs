//! Cutting a file of JSON into its records without keeping more than one of them: one value after the other, the values of
//! a list, or those of one member of an object around them. Only the structure is looked at; each record is parsed alone.

use std::io::{self, BufRead};

use super::FileError;
use super::input::Input;

/// The longest name of a member of the object around the records.
const LONGEST_NAME: usize = 1_024;
/// The bytes of the longest record.
pub(super) const LONGEST: usize = 256 << 10;
/// What is said of a record that is longer.
pub(super) const TOO_LONG: &str = "the record is longer than 256 KiB";
const MALFORMED: &str = "it is not well-formed JSON";

/// A record.
pub(super) struct Element {
    /// The line on which it begins.
    pub(super) line: u64,
    /// Its text, or why it is none.
    pub(super) bytes: Result<Vec<u8>, &'static str>,
}

/// Where the next value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Beside the others.
    Top,
    /// In a list that holds the records.
    List,
    /// In the member of an object that holds the records.
    Member,
    /// Behind that member.
    Behind,
}

/// Cuts `input`. `member`: the name of the member that may hold the records.
pub(super) struct Splitter<'a> {
    input: Input<'a>,
    member: &'static str,
    place: Place,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, member: &'static str) -> Self {
        Self {
            input: Input::new(input),
            member,
            place: Place::Top,
        }
    }

    /// Returns the next record; None at the end.
    pub(super) fn next(&mut self) -> Result<Option<Element>, FileError> {
        loop {
            if self.place == Place::Behind {
                // The rest of the object holds no records.
                let found = self.object(true)?;
                if found.is_some() {
                    return Ok(found);
                }
                continue;
            }
            self.blanks()?;
            let line = self.input.line();
            let Some(byte) = self.input.peek()? else {
                return match self.place {
                    Place::Top => Ok(None),
                    _ => Err(FileError::Cut),
                };
            };
            match (self.place, byte) {
                (Place::Top, b'[') => {
                    self.input.next()?;
                    self.place = Place::List;
                }
                (Place::Top, b'{') => {
                    self.input.next()?;
                    let found = self.object(false)?;
                    if found.is_some() {
                        return Ok(found.map(|element| Element { line, ..element }));
                    }
                }
                (Place::List, b']') => {
                    self.input.next()?;
                    self.place = Place::Top;
                }
                (Place::Member, b']') => {
                    self.input.next()?;
                    self.place = Place::Behind;
                }
                (Place::Top, _) => {
                    self.input.skip_line()?;
                    let bytes = Err(MALFORMED);
                    return Ok(Some(Element { line, bytes }));
                }
                (_, b'}') => return Err(FileError::Malformed(line)),
                _ => {
                    let mut kept = Kept::default();
                    if !self.value(&mut kept)? {
                        return Err(FileError::Malformed(line));
                    }
                    let bytes = kept.finish();
                    return Ok(Some(Element { line, bytes }));
                }
            }
        }
    }

    /// Reads an object after its brace. None if it held the records, or begins to.
    fn object(&mut self, behind: bool) -> Result<Option<Element>, FileError> {
        let line = self.input.line();
        let mut kept = Kept::default();
        kept.push(b'{');
        let mut first = true;
        loop {
            self.blanks()?;
            match self.input.peek()? {
                Some(b'}') => {
                    self.input.next()?;
                    self.place = Place::Top;
                    if behind {
                        return Ok(None);
                    }
                    kept.push(b'}');
                    let bytes = kept.finish();
                    return Ok(Some(Element { line, bytes }));
                }
                Some(b'"') => {}
                None if behind => return Err(FileError::Cut),
                _ => return self.broken(line, behind),
            }
            let mut name = Kept::default();
            if !self.text(&mut name)? {
                return self.broken(line, behind);
            }
            let name = name.finish().unwrap_or_default();
            self.blanks()?;
            if name.len() > LONGEST_NAME || self.input.peek()? != Some(b':') {
                return self.broken(line, behind);
            }
            self.input.next()?;
            self.blanks()?;
            let is_member = name
                .strip_prefix(b"\"")
                .and_then(|name| name.strip_suffix(b"\""))
                .is_some_and(|name| name == self.member.as_bytes());
            if is_member && self.input.peek()? == Some(b'[') {
                self.input.next()?;
                self.place = Place::Member;
                return Ok(None);
            }
            if behind {
                if !self.value(&mut Kept::nothing())? {
                    return Err(FileError::Malformed(line));
                }
                continue;
            }
            if !first {
                kept.push(b',');
            }
            first = false;
            name.iter().for_each(|byte| kept.push(*byte));
            kept.push(b':');
            if !self.value(&mut kept)? {
                return self.broken(line, behind);
            }
        }
    }

    /// Goes on after an object that is none: with the next line of a file of lines.
    fn broken(&mut self, line: u64, behind: bool) -> Result<Option<Element>, FileError> {
        if behind {
            return Err(FileError::Malformed(line));
        }
        self.place = Place::Top;
        let bytes = Err(MALFORMED);
        if self.input.line() == line {
            self.input.skip_line()?;
        }
        Ok(Some(Element { line, bytes }))
    }

    /// Skips what stands between values.
    fn blanks(&mut self) -> io::Result<()> {
        while let Some(byte) = self.input.peek()? {
            // The separator of JSON text sequences (RFC 7464) and the byte order mark count as blanks.
            if !matches!(
                byte,
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e | 0xef | 0xbb | 0xbf
            ) {
                break;
            }
            self.input.next()?;
        }
        Ok(())
    }

    /// Takes a value. False if it ends too early.
    fn value(&mut self, kept: &mut Kept) -> io::Result<bool> {
        let mut depth = 0_u64;
        loop {
            match self.input.peek()? {
                None => return Ok(false),
                Some(b'"') => {
                    if !self.text(kept)? {
                        return Ok(false);
                    }
                    if depth == 0 {
                        return Ok(true);
                    }
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => {
                    let Some(outer) = depth.checked_sub(1) else {
                        return Ok(!kept.is_empty());
                    };
                    depth = outer;
                    if let Some(byte) = self.input.next()? {
                        kept.push(byte);
                    }
                    if depth == 0 {
                        return Ok(true);
                    }
                    continue;
                }
                Some(b',' | b' ' | b'\n' | b'\r' | b'\t') if depth == 0 => return Ok(true),
                Some(_) => {}
            }
            if let Some(byte) = self.input.next()? {
                kept.push(byte);
            }
        }
    }

    /// Takes a text with its quotes. False if it does not end on its line.
    fn text(&mut self, kept: &mut Kept) -> io::Result<bool> {
        let mut escaped = true;
        loop {
            let Some(byte) = self.input.peek()? else {
                return Ok(false);
            };
            if byte == b'\n' {
                return Ok(false);
            }
            self.input.next()?;
            kept.push(byte);
            match byte {
                b'"' if !escaped => return Ok(true),
                b'\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
    }
}

/// The bytes of a record, as long as there are not too many.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    too_long: bool,
}

impl Kept {
    /// Keeps nothing.
    fn nothing() -> Self {
        Self {
            bytes: Vec::new(),
            too_long: true,
        }
    }

    fn push(&mut self, byte: u8) {
        if self.bytes.len() >= LONGEST {
            self.too_long = true;
            self.bytes = Vec::new();
        }
        if !self.too_long {
            self.bytes.push(byte);
        }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.too_long
    }

    fn finish(self) -> Result<Vec<u8>, &'static str> {
        if self.too_long {
            Err(TOO_LONG)
        } else {
            Ok(self.bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Cut = Vec<(u64, Result<String, &'static str>)>;

    fn cut(text: &str) -> Result<Cut, FileError> {
        let mut bytes = text.as_bytes();
        let mut splitter = Splitter::new(&mut bytes, "users");
        let mut out = Vec::new();
        while let Some(element) = splitter.next()? {
            let bytes = element.bytes;
            out.push((
                element.line,
                bytes.map(|bytes| String::from_utf8(bytes).unwrap()),
            ));
        }
        Ok(out)
    }

    fn good(text: &str) -> Vec<(u64, String)> {
        let cut = cut(text).unwrap().into_iter();
        cut.map(|(line, bytes)| (line, bytes.unwrap())).collect()
    }

    #[test]
    fn lines_lists_and_members_of_objects_give_the_same_records() {
        let records = |lines: [u64; 2]| {
            vec![
                (lines[0], r#"{"a":"]}\"","b":[{}]}"#.to_owned()),
                (lines[1], r#"{"c":1}"#.to_owned()),
            ]
        };
        let (one, two) = (r#"{"a": "]}\"", "b":[{}]}"#, r#"{"c":1}"#);
        assert_eq!(good(&format!("\u{feff}{one}\n{two}\n")), records([1, 2]));
        let spaced = |lines| {
            let mut list = records(lines);
            list[0].1 = one.to_owned();
            list
        };
        assert_eq!(good(&format!("[\n{one},\n{two}\n]")), spaced([2, 3]));
        assert_eq!(
            good(&format!(
                r#"{{"x":[1,{{"users":[]}}],"users":[{one},{two}],"y":"z"}}"#
            )),
            spaced([1, 1])
        );
        assert_eq!(good(&format!("[{one}]\n[{two}]")), spaced([1, 2]));
        assert_eq!(good("[]\n{\"users\":[]}"), []);
        assert_eq!(good("{}"), [(1, "{}".to_owned())]);
    }

    #[test]
    fn a_broken_line_spoils_no_other() {
        let cut = cut("{\"a\":1\n{\"b\":2}\nnonsense\n{\"c\":\"x\n{\"d\":4}\n").unwrap();
        let good: Vec<_> = cut
            .iter()
            .filter_map(|(line, bytes)| Some((*line, bytes.as_ref().ok()?)))
            .collect();
        assert_eq!(
            good,
            [(2, &"{\"b\":2}".to_owned()), (5, &"{\"d\":4}".to_owned())]
        );
        assert_eq!(cut.len(), 5);
    }

    #[test]
    fn a_file_that_was_cut_is_noticed() {
        for text in [
            "[",
            "[{}",
            r#"{"users":["#,
            r#"{"users":[{}],"#,
            r#"{"users":[{}]"#,
        ] {
            assert!(cut(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_huge_record_is_refused_alone() {
        let huge = "x".repeat(10 << 20);
        let cut = cut(&format!("[{{\"a\":\"{huge}\"}},{{\"b\":2}}]")).unwrap();
        assert_eq!(cut[0].1, Err(TOO_LONG));
        assert_eq!(cut[1].1.as_deref(), Ok("{\"b\":2}"));
        let deep = "[".repeat(1 << 20);
        assert!(super::tests::cut(&deep).is_err());
    }
}
