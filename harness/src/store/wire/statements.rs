use std::collections::HashMap;

/// The maximum number of names that are remembered. The judge need not know the statements of a
/// server that prepares more.
const MOST: usize = 4096;

/// Which of a session's prepared statements and portals insert rows.
///
/// Mostly the tag in Postgres's answer shows an insert. Two inserts lack this tag. A client may ask
/// for one row of `INSERT … RETURNING`, as asyncpg's `fetchrow` does: the portal is then suspended,
/// not completed, although the row is inserted. And an insert may be inside a `WITH`.
#[derive(Debug, Default)]
pub(super) struct Statements {
    prepared: HashMap<Vec<u8>, bool>,
    portals: HashMap<Vec<u8>, bool>,
}

impl Statements {
    /// `Parse`: a statement's name and text.
    pub(super) fn parse(&mut self, body: &[u8]) {
        let (name, rest) = word(body);
        remember(&mut self.prepared, name, inserts(word(rest).0));
    }

    /// `Bind`: a portal and the name of its statement.
    pub(super) fn bind(&mut self, body: &[u8]) {
        let (portal, rest) = word(body);
        let inserts = self.prepared.get(word(rest).0).copied().unwrap_or_default();
        remember(&mut self.portals, portal, inserts);
    }

    /// `Execute`: a portal. Returns whether it inserts.
    pub(super) fn execute(&self, body: &[u8]) -> bool {
        self.portals.get(word(body).0).copied().unwrap_or_default()
    }

    /// `Query`: one or more statements. Returns whether the first one inserts.
    pub(super) fn query(body: &[u8]) -> bool {
        inserts(word(body).0)
    }
}

fn remember(names: &mut HashMap<Vec<u8>, bool>, name: &[u8], inserts: bool) {
    if names.len() >= MOST {
        names.clear();
    }
    names.insert(name.to_owned(), inserts);
}

/// The bytes up to the first NUL, and those after it. Without a NUL, the message was cut short, and
/// all bytes are the word.
fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

/// Whether a statement that begins with `sql` is an insert.
fn inserts(sql: &[u8]) -> bool {
    let sql = String::from_utf8_lossy(sql).to_ascii_lowercase();
    let sql = after_comments(&sql);
    let begins = |word: &str| {
        sql.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    begins("insert")
        || begins("merge")
        || (begins("with") && (sql.contains("insert into") || sql.contains("merge into")))
}

/// The text after leading comments, space and parentheses.
fn after_comments(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let rest = match (sql.strip_prefix("/*"), sql.strip_prefix("--")) {
            (Some(comment), _) => comment.split_once("*/"),
            (None, Some(comment)) => comment.split_once('\n'),
            (None, None) => return sql,
        };
        match rest {
            Some((_, rest)) => sql = rest,
            None => return "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_is_recognised_by_its_first_word_or_inside_a_with() {
        for (sql, expected) in [
            ("INSERT INTO jobs VALUES ($1) RETURNING id", true),
            ("\n  insert\tinto jobs default values", true),
            ("/* trace 1 */ -- why\n INSERT INTO jobs", true),
            ("WITH x AS (INSERT INTO jobs DEFAULT VALUES RETURNING id) SELECT * FROM x", true),
            ("MERGE INTO jobs USING x", true),
            ("SELECT 'insert into jobs'", false),
            ("inserted", false),
            ("WITH x AS (SELECT 1) SELECT * FROM x", false),
            ("/* never closed INSERT", false),
            ("", false),
        ] {
            assert_eq!(inserts(sql.as_bytes()), expected, "{sql}");
        }
    }

    #[test]
    fn portal_inserts_if_its_statement_does() {
        let mut statements = Statements::default();
        statements.parse(b"a\0INSERT INTO jobs\0\0\0");
        statements.parse(b"\0SELECT 1\0\0\0");
        statements.bind(b"p\0a\0\0\0");
        statements.bind(b"\0\0\0\0");
        assert!(statements.execute(b"p\0\0\0\0\x01"));
        assert!(!statements.execute(b"\0\0\0\0\x01"));
        assert!(!statements.execute(b"unknown"));
        statements.bind(b"\0a\0");
        assert!(statements.execute(b"\0"));
    }

    #[test]
    fn number_of_remembered_statement_names_is_bounded() {
        let mut statements = Statements::default();
        for n in 0..3 * MOST {
            statements.parse(format!("{n}\0INSERT\0").as_bytes());
        }
        assert!(statements.prepared.len() <= MOST);
    }
}
