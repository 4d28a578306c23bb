use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sqlx::{AssertSqlSafe, PgPool};

/// Prefix of the name of each database and role that any run makes.
pub(super) const PREFIX: &str = "lastorders_";

/// The id of one run of the harness. It is part of the name of everything that the run makes
/// outside itself: containers, databases, roles, directories.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunId(String);

impl RunId {
    /// A random id.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// All 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 8 digits, for short names.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }

    /// A text in the `DATABASE_URL` of every server of this run, and in no variable of a process
    /// that is not ours.
    #[must_use]
    pub fn mark(&self) -> String {
        self.prefix()
    }

    /// Prefix of the names of this run's databases and roles.
    pub(super) fn prefix(&self) -> String {
        format!("{PREFIX}{}_", self.short())
    }
}

impl AsRef<str> for RunId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The databases and roles of one run. The server may have others of the same kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) databases: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
}

/// Removes the databases and roles of a run. Returns a line for each failure.
pub(super) async fn remove_run(pool: &PgPool, run: &RunId) -> Vec<String> {
    let names = match by_run(pool).await {
        Ok(mut runs) => runs.remove(run.short()).unwrap_or_default(),
        Err(error) => return vec![format!("failed to list the databases of this run: {error}")],
    };
    let mut problems = Vec::new();
    for database in &names.databases {
        if let Err(error) = remove_database(pool, database).await {
            problems.push(format!("failed to remove database {database}: {error}"));
        }
    }
    for role in &names.roles {
        if let Err(error) = remove_role(pool, role).await {
            problems.push(format!("failed to remove role {role}: {error}"));
        }
    }
    problems
}

/// The databases and roles of every run, by the short form of the run's id.
pub(super) async fn by_run(pool: &PgPool) -> sqlx::Result<BTreeMap<String, Names>> {
    let mut runs: BTreeMap<String, Names> = BTreeMap::new();
    let databases: Vec<String> =
        sqlx::query_scalar("SELECT datname::text FROM pg_database").fetch_all(pool).await?;
    for name in databases {
        if let Some(run) = run_of(&name) {
            runs.entry(run.to_owned()).or_default().databases.insert(name);
        }
    }
    let roles: Vec<String> =
        sqlx::query_scalar("SELECT rolname::text FROM pg_roles").fetch_all(pool).await?;
    for name in roles {
        if let Some(run) = run_of(&name) {
            runs.entry(run.to_owned()).or_default().roles.insert(name);
        }
    }
    Ok(runs)
}

/// The runs that have a session, and so are alive, by the short form of the run's id.
pub(super) async fn live_runs(pool: &PgPool) -> sqlx::Result<BTreeSet<String>> {
    let names: Vec<Option<String>> =
        sqlx::query_scalar("SELECT application_name FROM pg_stat_activity").fetch_all(pool).await?;
    Ok(names
        .into_iter()
        .flatten()
        .filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned))
        .collect())
}

pub(super) async fn remove_database(pool: &PgPool, name: &str) -> sqlx::Result<()> {
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
}

/// Removes a role, and what the role owns outside our databases. On some servers every role may
/// connect to `postgres`.
pub(super) async fn remove_role(pool: &PgPool, role: &str) -> sqlx::Result<()> {
    let drop = format!("DROP ROLE IF EXISTS {role}");
    match sqlx::raw_sql(AssertSqlSafe(drop.clone())).execute(pool).await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("2BP01") => {
            let both = format!("DROP OWNED BY {role}; {drop}");
            sqlx::raw_sql(AssertSqlSafe(both)).execute(pool).await.map(std::mem::drop)
        }
        other => other.map(std::mem::drop),
    }
}

/// The short id of the run that made a database or role of this name: `lastorders_`, 8 hexadecimal
/// digits, and `template`, a number, or a number and `judge`. A user's `lastorders_production` is
/// not ours.
fn run_of(name: &str) -> Option<&str> {
    let (run, what) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let number = what.strip_suffix("_judge").unwrap_or(what);
    let ours =
        what == "template" || (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit()));
    (run.len() == 8 && run.chars().all(hexadecimal) && ours).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_databases_and_roles_with_names_of_a_run_are_ours() {
        for name in [
            "lastorders_0123abcd_template",
            "lastorders_0123abcd_1",
            "lastorders_0123abcd_12_judge",
        ] {
            assert_eq!(run_of(name), Some("0123abcd"), "{name}");
        }
        for name in [
            "lastorders",
            "lastorders_production",
            "lastorders_0123abcd",
            "lastorders_0123abcd_",
            "lastorders_0123abcd__judge",
            "lastorders_0123abcd_orders",
            "lastorders_0123ABCD_1",
            "lastorders_0123abcde_1",
            "lastorders_0123abcd_1; DROP",
            "x_lastorders_0123abcd_1",
        ] {
            assert_eq!(run_of(name), None, "{name}");
        }
    }
}
