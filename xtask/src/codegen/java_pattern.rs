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
    fn look_behind_is_refused() {
        assert!(translate(r"^[a-z]*(?<!\.)$").is_err());
    }
}
