//! Translates the model's Java patterns for the `regex` crate.
//!
//! In Java `\w \d \s \S` and their likes are ASCII and `.` stops at five line terminators; in the crate they are
//! Unicode and `.` stops at one. Inside a class every literal punctuation mark is escaped, because the crate reads `&&`,
//! `--`, `~~` and `[` there as operators. The result is anchored at both ends, since the service matches whole texts.

use anyhow::{Result, bail};

/// Translates one pattern.
///
/// # Errors
/// Fails on look-around, which the crate does not have (an override or a predicate written by hand must then decide), and
/// on escapes that no pattern of the model has used so far.
pub fn translate(java: &str) -> Result<String> {
    let mut out = String::from(r"\A(?:");
    let mut dot_all = false;
    let mut chars = java.chars().peekable();
    let mut class_depth = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(class @ ('w' | 'd' | 's' | 'W' | 'D' | 'S')) => {
                    out.push_str(ascii_class(class))
                }
                Some(kind @ ('p' | 'P')) => {
                    out.push('\\');
                    out.push(kind);
                    for d in chars.by_ref() {
                        out.push(d);
                        if d == '}' {
                            break;
                        }
                    }
                }
                Some(other @ ('x' | 't' | 'n' | 'r')) => out.extend(['\\', other]),
                // The edge of a word. Java has it by ASCII since version 19 and by Unicode before; they differ only
                // beside letters beyond ASCII, which no pattern of the model with an edge lets in.
                Some('b') if class_depth == 0 => out.push_str(r"(?-u:\b)"),
                Some(mark) if mark.is_ascii_punctuation() => out.extend(['\\', mark]),
                other => bail!("pattern {java}: unknown escape {other:?}"),
            },
            '[' if class_depth == 0 => {
                class_depth = 1;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' if class_depth > 0 => {
                class_depth -= 1;
                out.push(']');
            }
            '[' => bail!("pattern {java}: a class inside a class"),
            '-' if class_depth > 0 => {
                let literal = out.ends_with(['[', '^'])
                    || chars.peek() == Some(&']')
                    || ends_with_class_or_range(&out);
                out.push_str(if literal { r"\-" } else { "-" });
            }
            mark if class_depth > 0 && mark.is_ascii_punctuation() && mark != '_' => {
                out.extend(['\\', mark])
            }
            '.' if class_depth == 0 && !dot_all => out.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]"),
            '(' if chars.peek() == Some(&'?') => {
                let rest: String = chars.clone().take(3).collect();
                match rest.as_str() {
                    "?s)" => {
                        dot_all = true;
                        out.push_str("(?s)");
                        chars.nth(2);
                    }
                    flags if flags.starts_with("?:") => out.push('('),
                    _ => bail!("pattern {java}: look-around cannot be translated"),
                }
            }
            // With the whole text matched, these two can only stand at its ends.
            '^' | '$' if class_depth == 0 => {}
            other => out.push(other),
        }
    }
    out.push_str(r")\z");
    Ok(out)
}

/// True when a hyphen that follows this open class cannot start a range: after `\w` and its likes, and after a range.
fn ends_with_class_or_range(out: &str) -> bool {
    if out.ends_with([']', '}']) {
        return true;
    }
    let open = out
        .rfind('[')
        .map_or("", |i| out.get(i + 1..).unwrap_or(""));
    let tail: Vec<char> = open.chars().rev().take(3).collect();
    matches!(tail.as_slice(), [_, '-', before] if *before != '\\')
}

fn ascii_class(class: char) -> &'static str {
    match class {
        'w' => "[0-9A-Z_a-z]",
        'd' => "[0-9]",
        's' => r"[ \t\n\x0B\x0C\r]",
        'W' => "[^0-9A-Z_a-z]",
        'D' => "[^0-9]",
        _ => r"[^ \t\n\x0B\x0C\r]",
    }
}

/// The ASCII characters of a pattern that is one class repeated, `[…]+`, and whether it takes what is not ASCII.
pub struct Letters {
    /// Bit `n` says that the character `n` is in the class.
    pub ascii: u128,
    /// The class is `[\S]`, which takes everything beyond ASCII.
    pub beyond: bool,
}

/// Reads a pattern as [`Letters`]; none for any other pattern. Most texts of a sign-in have such a pattern, and a table
/// decides four times faster than an automaton.
pub fn letters(java: &str) -> Option<Letters> {
    let inner = java.strip_prefix('[')?.strip_suffix("]+")?;
    if inner == r"\S" {
        let blanks = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];
        return Some(Letters {
            ascii: !blanks.iter().fold(0, |bits, c| bits | bit(*c)),
            beyond: true,
        });
    }
    let mut ascii = 0;
    let mut rest: &str = inner;
    while let Some(c) = rest.chars().next() {
        let (members, tail) = match (
            rest.strip_prefix(r"\w"),
            rest.strip_prefix(r"\s"),
            range(rest),
        ) {
            (Some(tail), _, _) => (
                ('0'..='z')
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect(),
                tail,
            ),
            (_, Some(tail), _) => (vec![' ', '\t', '\n', '\u{b}', '\u{c}', '\r'], tail),
            (_, _, Some((from, to, tail))) => ((from..=to).collect::<Vec<char>>(), tail),
            _ if c.is_ascii_alphanumeric() || "+=,.@-_/".contains(c) => (vec![c], rest.get(1..)?),
            // An escape, a category or a negation: the general way is right for those.
            _ => return None,
        };
        ascii = members.into_iter().fold(ascii, |bits, c| bits | bit(c));
        rest = tail;
    }
    Some(Letters {
        ascii,
        beyond: false,
    })
}

/// A range `a-z` of ASCII letters or digits at the start of a text.
fn range(text: &str) -> Option<(char, char, &str)> {
    let mut chars = text.chars();
    match (chars.next()?, chars.next()?, chars.next()?) {
        (from, '-', to) if from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric() => {
            Some((from, to, chars.as_str()))
        }
        _ => None,
    }
}

fn bit(c: char) -> u128 {
    1 << (u32::from(c) % 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_become_ascii_and_the_whole_text_is_matched() {
        assert_eq!(translate(r"[\w+]+").unwrap(), r"\A(?:[[0-9A-Z_a-z]\+]+)\z");
        assert_eq!(
            translate(r"^[\S]+.*[\S]+$").unwrap(),
            r"\A(?:[[^ \t\n\x0B\x0C\r]]+[^\n\r\x{85}\x{2028}\x{2029}]*[[^ \t\n\x0B\x0C\r]]+)\z"
        );
    }

    #[test]
    fn a_hyphen_after_a_class_or_a_range_is_a_literal() {
        assert_eq!(translate(r"[\w-]+").unwrap(), r"\A(?:[[0-9A-Z_a-z]\-]+)\z");
        assert_eq!(
            translate("[A-Za-z0-9-_=.]+").unwrap(),
            r"\A(?:[A-Za-z0-9\-_\=\.]+)\z"
        );
        assert_eq!(
            translate(r"^[\w\- ]+$").unwrap(),
            r"\A(?:[[0-9A-Z_a-z]\- ]+)\z"
        );
    }

    #[test]
    fn the_edge_of_a_word_stays_one_outside_of_classes() {
        let id = translate(r"^[0-9a-f]{2}\b-\b[0-9a-f]{2}$").unwrap();
        assert_eq!(id, r"\A(?:[0-9a-f]{2}(?-u:\b)-(?-u:\b)[0-9a-f]{2})\z");
        assert!(translate(r"[\b]").is_err());
    }

    #[test]
    fn look_behind_is_refused() {
        assert!(translate(r"^[a-z]*(?<!\.)$").is_err());
    }

    #[test]
    fn one_repeated_class_is_a_table_of_letters() {
        let has = |pattern: &str, c: char| letters(pattern).unwrap().ascii & bit(c) != 0;
        for (c, expected) in [
            ('a', true),
            ('Z', true),
            ('_', true),
            ('+', true),
            ('-', false),
            ('=', false),
            (' ', false),
        ] {
            assert_eq!(has(r"[\w+]+", c), expected, "{c}");
        }
        for (c, expected) in [
            ('9', true),
            ('-', true),
            ('_', true),
            ('=', true),
            ('.', true),
            ('+', false),
            (':', false),
        ] {
            assert_eq!(has("[A-Za-z0-9-_=.]+", c), expected, "{c}");
        }
        assert!(has(r"[\S]+", '\0') && !has(r"[\S]+", '\t') && letters(r"[\S]+").unwrap().beyond);
        assert!(!letters("[0-9]+").unwrap().beyond);
    }

    #[test]
    fn anything_else_is_left_to_the_automaton() {
        for pattern in [
            r"[\p{L}]+",
            r"[\w-]+_[0-9a-f-]+",
            "[^a]+",
            "[a]*",
            r"[\x21\x23]+",
            "abc",
        ] {
            assert!(letters(pattern).is_none(), "{pattern}");
        }
    }
}
