//! Which ARNs of settings lead to which target.

/// The ARNs that a target serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// One ARN.
    Exact(String),
    /// All that begin with this text; all if it is empty.
    Prefix(String),
}

impl Pattern {
    /// Parses an ARN, the beginning of one and `*`, or `*`.
    ///
    /// # Errors
    /// Why the text is none, for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (stem, pattern) = match text.strip_suffix('*') {
            Some(prefix) => (prefix, Self::Prefix(prefix.to_owned())),
            None => (text, Self::Exact(text.to_owned())),
        };
        if stem.contains('*') {
            return Err(format!("`{text}`: `*` may only end a pattern"));
        }
        let begins = stem.starts_with("arn:")
            || (pattern != Self::Exact(String::new()) && "arn:".starts_with(stem));
        if !begins || text.contains(char::is_whitespace) {
            return Err(format!(
                "`{text}` is no pattern: give an ARN, the beginning of one and `*`, or `*`"
            ));
        }
        Ok(pattern)
    }

    /// True if the target serves an ARN.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        match self {
            Self::Exact(text) => text == arn,
            Self::Prefix(prefix) => arn.starts_with(prefix.as_str()),
        }
    }

    /// Returns the order of patterns that match the same ARN: the largest wins.
    #[must_use]
    pub fn rank(&self) -> (bool, usize) {
        match self {
            Self::Exact(text) => (true, text.len()),
            Self::Prefix(prefix) => (false, prefix.len()),
        }
    }
}
