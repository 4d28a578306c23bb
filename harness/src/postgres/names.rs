use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgPool};

use super::RunId;
use super::lease::remove_role;
use super::run_id::PREFIX;

/// The databases and roles of one run, on a server that may have others of the same kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) databases: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
}

/// Removes the databases and roles of a run; returns what could not be.
pub(super) async fn sweep(pool: &PgPool, run: &RunId) -> Vec<String> {
    let names = match all(pool).await {
        Ok(mut runs) => runs.remove(run.short()).unwrap_or_default(),
        Err(error) => return vec![format!("the databases of this run: {error}")],
    };
    let mut problems = Vec::new();
    for database in &names.databases {
        if let Err(error) = remove_database(pool, database).await {
            problems.push(format!("database {database}: {error}"));
        }
    }
    for role in &names.roles {
        if let Err(error) = remove_role(pool, role).await {
            problems.push(format!("role {role}: {error}"));
        }
    }
    problems
}

/// The names of every run, by the short form of its id.
pub(super) async fn all(pool: &PgPool) -> sqlx::Result<BTreeMap<String, Names>> {
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

/// The runs that have a session, and so are alive.
pub(super) async fn present(pool: &PgPool) -> sqlx::Result<BTreeSet<String>> {
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

/// The run that made a database or a role of this name, if one did: `lastorders_`, eight
/// hexadecimal digits, and `template`, or a number, or a number and `judge`. Whoever calls a
/// database `lastorders_production` keeps it.
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
    fn only_names_that_a_run_makes_are_taken_for_ours() {
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
