use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::RunId;

/// The administrator of one server: an account that can make databases and roles, and a session
/// that shows other runs that this run is alive.
#[derive(Debug)]
pub(super) struct Admin {
    options: PgConnectOptions,
    pool: PgPool,
    /// Open and unused. `clean` takes a run's databases for left over when no session has the run's
    /// name.
    _presence: PgConnection,
    template: String,
    superuser: bool,
    version: u32,
}

/// Why a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdminError {
    #[error("{0}")]
    Sql(#[from] sqlx::Error),
    #[error("postgres {0} is too old: lastorders needs 13 or newer")]
    TooOld(u32),
    #[error("user `{user}` lacks {lacks}")]
    Rights { user: String, lacks: &'static str },
}

impl Admin {
    /// Connects, checks rights and version, and makes the template database of this run.
    pub(super) async fn open(options: PgConnectOptions, run: &RunId) -> Result<Self, AdminError> {
        let options = options.disable_statement_logging();
        let mut presence =
            options.clone().application_name(run.prefix().trim_end_matches('_')).connect().await?;
        let (version, superuser) = check_rights(&mut presence, options.get_username()).await?;
        let pool = PgPoolOptions::new()
            .max_connections(6)
            .acquire_timeout(Duration::from_secs(20))
            .connect_lazy_with(options.clone().application_name("lastorders"));
        let template = format!("{}template", run.prefix());
        let admin = Self { options, pool, _presence: presence, template, superuser, version };
        admin.run(format!("CREATE DATABASE {} TEMPLATE template0", admin.template)).await?;
        admin.run(format!("REVOKE ALL ON DATABASE {} FROM PUBLIC", admin.template)).await?;
        Ok(admin)
    }

    /// Denies every other role the databases that every server has. Only for a server that is ours
    /// alone.
    pub(super) async fn revoke_common_databases(&self) -> sqlx::Result<()> {
        self.run("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC".to_owned()).await
    }

    /// Runs SQL that this crate wrote. Postgres runs several statements in one transaction where it
    /// can.
    pub(super) async fn run(&self, sql: String) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.pool).await.map(drop)
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn template(&self) -> &str {
        &self.template
    }

    /// The SQL that lets the administrator act as `role`. Empty for a superuser, who can act as any
    /// role.
    pub(super) fn grant(&self, role: &str) -> String {
        match (self.superuser, self.version) {
            (true, _) => String::new(),
            (false, ..160_000) => format!("GRANT {role} TO CURRENT_USER;"),
            // Since version 16 the creator of a role may administer the role, but neither inherits
            // its rights nor becomes the role.
            (false, _) => format!("GRANT {role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;"),
        }
    }

    /// Ends the administrator's own sessions.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// The server's version as a number (170002 is 17.2), and whether the user is a superuser.
async fn check_rights(
    connection: &mut PgConnection,
    user: &str,
) -> Result<(u32, bool), AdminError> {
    let (version, superuser, create_db, create_role): (i32, bool, bool, bool) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int4, rolsuper, rolcreatedb, rolcreaterole
         FROM pg_catalog.pg_roles WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await?;
    let version = u32::try_from(version).unwrap_or_default();
    if version < 130_000 {
        return Err(AdminError::TooOld(version / 10_000));
    }
    let lacks = match (superuser || create_db, superuser || create_role) {
        (true, true) => return Ok((version, superuser)),
        (false, true) => "CREATEDB",
        (true, false) => "CREATEROLE",
        (false, false) => "CREATEDB and CREATEROLE",
    };
    Err(AdminError::Rights { user: user.to_owned(), lacks })
}
