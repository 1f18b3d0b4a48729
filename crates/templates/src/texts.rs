//! Texts of a pool in files that people and other programs read.

/// False for what no editor shows, for what turns the direction of a line, and for what YAML 1.1 takes in no file or takes for the
/// end of a line (its 4.1.1 and 4.2).
pub fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fffe}'..='\u{ffff}'
        )
}
