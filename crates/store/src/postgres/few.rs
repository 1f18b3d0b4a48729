//! Pages, whose planner must know that they are short.
//!
//! `LIMIT $n` tells PostgreSQL nothing when it makes a plan for every value: it reckons with a tenth of the rows that are found,
//! which costs more the larger a table is. From some size on, such a plan seems dearer than one for the values of the call, and each
//! call is planned anew, which takes as long as its rows. A bound that stands in the text keeps the plan, whatever the size.

use crate::Value;

/// The bound in the text: no page of the API has more rows than 60, and one to see whether others follow.
const FEW: i64 = 100;

/// True if a statement asks for so few rows, by its last words.
pub(super) fn asks(sql: &str, params: &[Value]) -> bool {
    let limit = sql.rsplit_once(" LIMIT ?");
    let number = limit.and_then(|(_, number)| number.parse::<usize>().ok());
    let value = number.and_then(|number| params.get(number.checked_sub(1)?));
    matches!(value, Some(Value::Int(rows)) if (0..=FEW).contains(rows))
}

/// Returns the text with the bound inside it, in the same order. None for a text of another shape: anything but columns of
/// tables in a row, in an order of some of these.
pub(super) fn bounded(sql: &str) -> Option<String> {
    let (rest, number) = sql.rsplit_once(" LIMIT $")?;
    let (body, order) = rest.rsplit_once(" ORDER BY ")?;
    let (list, from) = body.strip_prefix("SELECT ")?.split_once(" FROM ")?;
    let is_plain = |text: &str| !text.contains(['(', ')', '\'', '*']);
    if !is_plain(list) || !is_plain(order) || from.contains(" UNION ") {
        return None;
    }
    number.parse::<usize>().ok()?;
    let columns: Vec<_> = list.split(',').map(name).collect();
    let mut outer = Vec::new();
    for term in order.split(',') {
        let (column, direction) = match term.trim().split_once(' ') {
            None => (name(term), ""),
            Some((column, "DESC")) => (name(column), " DESC"),
            Some(_) => return None,
        };
        if columns.iter().filter(|other| **other == column).count() != 1 {
            return None;
        }
        outer.push(format!("{column}{direction}"));
    }
    let outer = outer.join(", ");
    Some(format!(
        "SELECT * FROM ({rest} LIMIT {FEW}) AS page ORDER BY {outer} LIMIT ${number}"
    ))
}

/// Returns the name under which a column comes out.
fn name(column: &str) -> &str {
    let column = column.trim();
    let column = column.rsplit_once(" AS ").map_or(column, |(_, name)| name);
    column.rsplit_once('.').map_or(column, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn a_page_is_bounded_in_its_own_order() {
        let page = "SELECT u.id, a.value FROM a CROSS JOIN u WHERE a.p = $1 AND u.id = a.id ORDER BY a.value, a.id LIMIT $2";
        assert_eq!(
            bounded(page).unwrap(),
            "SELECT * FROM (SELECT u.id, a.value FROM a CROSS JOIN u WHERE a.p = $1 AND u.id = a.id \
             ORDER BY a.value, a.id LIMIT 100) AS page ORDER BY value, id LIMIT $2"
        );
        let newest = "SELECT at, doc FROM e WHERE p = $1 ORDER BY at DESC LIMIT $2";
        assert_eq!(
            bounded(newest).unwrap(),
            "SELECT * FROM (SELECT at, doc FROM e WHERE p = $1 ORDER BY at DESC LIMIT 100) AS page ORDER BY at DESC LIMIT $2"
        );
    }

    #[test]
    fn a_text_of_another_shape_stays() {
        for sql in [
            "SELECT a FROM t WHERE p = $1",
            "SELECT a FROM t ORDER BY a LIMIT 1",
            "SELECT a FROM t ORDER BY b LIMIT $1",
            "SELECT t.a, u.a FROM t CROSS JOIN u ORDER BY t.a LIMIT $1",
            "SELECT COUNT(*) FROM t ORDER BY a LIMIT $1",
            "SELECT a FROM t ORDER BY MAX(a) LIMIT $1",
            "SELECT a FROM t ORDER BY a ASC LIMIT $1",
            "SELECT a FROM t UNION SELECT a FROM u ORDER BY a LIMIT $1",
            "DELETE FROM t WHERE a IN (SELECT a FROM t ORDER BY a LIMIT $1)",
        ] {
            assert_eq!(bounded(sql), None, "{sql}");
        }
    }

    #[test]
    fn few_rows_are_a_hundred_at_most() {
        let page = "SELECT a FROM t WHERE p = ?1 ORDER BY a LIMIT ?2";
        for (rows, expected) in [
            (0, true),
            (61, true),
            (100, true),
            (101, false),
            (-1, false),
        ] {
            assert_eq!(asks(page, &params!["p", rows]), expected, "{rows}");
        }
        assert!(!asks(page, &params!["p", "61"]));
        assert!(!asks(page, &params!["p"]));
        assert!(!asks("SELECT a FROM t LIMIT 5", &params![5]));
    }
}
