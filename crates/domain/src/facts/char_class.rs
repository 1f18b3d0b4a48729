//! Sets of characters, written as Unicode names them.

use regex_syntax::hir::{Class, ClassUnicode, HirKind};

/// Returns the characters of a class such as `[\p{L}\p{N}]`; None for a text that is no class, which tests rule out.
pub fn parse(class: &str) -> Option<ClassUnicode> {
    match regex_syntax::parse(class).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        _ => None,
    }
}

/// True if `c` is of the class.
pub fn holds(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let at = ranges.partition_point(|range| range.end() < c);
    ranges.get(at).is_some_and(|range| range.start() <= c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_characters() {
        let class = parse(r"[\p{L} ]").unwrap();
        assert!(['a', 'é', '文', ' '].into_iter().all(|c| holds(&class, c)));
        assert!(
            ['1', '\n', '\u{200d}']
                .into_iter()
                .all(|c| !holds(&class, c))
        );
        assert!(parse("a+").is_none() && parse("[").is_none());
    }
}
