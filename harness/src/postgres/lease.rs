use std::sync::Arc;

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::admin::Admin;
use super::error::LeaseError;
use super::names::{remove_database, remove_role};

/// How many sessions a server under test may have at once.
const SERVER_SESSIONS: u32 = 150;

/// How many sessions the judge may have in one database: one for each gate, one to read, and spare
/// ones.
const JUDGE_SESSIONS: u32 = 10;

/// A database for one scenario, with two roles that exist for this database alone.
///
/// The *role* is the server's: it owns the database, and can reach no other. The *judge* may do in
/// this database what the role may, and the harness connects as the judge. A hostile server can put
/// anything into its tables, so no superuser ever reads them.
///
/// A dropped lease leaves the database to [`Postgres::stop`](super::Postgres::stop).
#[derive(Debug)]
#[must_use = "a lease that is not released keeps its database until the whole Postgres stops"]
pub struct Lease {
    admin: Arc<Admin>,
    name: String,
    password: String,
    judge: String,
    judge_password: String,
}

impl Lease {
    pub(super) async fn make(admin: Arc<Admin>, name: String) -> Result<Self, LeaseError> {
        let lease = Self {
            judge: format!("{name}_judge"),
            password: secret(),
            judge_password: secret(),
            name,
            admin,
        };
        match lease.create().await {
            Ok(()) => Ok(lease),
            Err(source) => {
                let name = lease.name.clone();
                // Half of the lease may exist. `stop` removes the rest if this fails.
                let _ = lease.release().await;
                Err(LeaseError { doing: "make", name, source })
            }
        }
    }

    /// The server's host name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.admin.options().get_host()
    }

    /// The server's TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.admin.options().get_port()
    }

    /// The database. The role that owns it has the same name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.name
    }

    /// The role that the server under test connects as.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.name
    }

    /// The role's password: 32 hexadecimal digits.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// How the harness connects to this database: as the judge, with settings that the database's
    /// owner cannot change.
    #[must_use]
    pub fn judge(&self) -> PgConnectOptions {
        self.admin
            .options()
            .clone()
            .username(&self.judge)
            .password(&self.judge_password)
            .database(&self.name)
            .application_name("lastorders judge")
            // Each session runs few statements, and a cached plan fails after a change of `jobs`.
            .statement_cache_capacity(0)
            .options([
                ("search_path", "pg_catalog"),
                ("statement_timeout", "15000"),
                ("lock_timeout", "5000"),
                ("default_transaction_read_only", "off"),
                ("row_security", "off"),
                ("jit", "off"),
            ])
    }

    /// Ends every session of the two roles, and drops the database and the roles.
    ///
    /// Cancel safe: [`Postgres::stop`](super::Postgres::stop) removes what this leaves.
    ///
    /// # Errors
    ///
    /// If the server refuses or cannot be reached.
    pub async fn release(self) -> Result<(), LeaseError> {
        remove(self.admin.pool(), &self.name, &[&self.judge, &self.name])
            .await
            .map_err(|source| LeaseError { doing: "remove", name: self.name, source })
    }

    async fn create(&self) -> sqlx::Result<()> {
        let Self { name, judge, password, judge_password, admin } = self;
        // The administrator creates the database for the role, and ends the sessions of both roles.
        let (as_role, as_judge) = (admin.grant(name), admin.grant(judge));
        admin
            .run(format!(
                "CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE
                   CONNECTION LIMIT {SERVER_SESSIONS} PASSWORD '{password}';
                 CREATE ROLE {judge} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE
                   CONNECTION LIMIT {JUDGE_SESSIONS} PASSWORD '{judge_password}';
                 {as_role} {as_judge}
                 GRANT {name} TO {judge}"
            ))
            .await?;
        let template = admin.template();
        admin.run(format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {name}")).await?;
        // Postgres does not copy a database's privileges from its template.
        admin.run(format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC")).await
    }
}

/// Removes a database and roles, if they exist. All names are ours and need no quotes.
async fn remove(pool: &PgPool, database: &str, roles: &[&str]) -> sqlx::Result<()> {
    remove_database(pool, database).await?;
    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = ANY($1)",
    )
    .bind(roles.iter().map(|&role| role.to_owned()).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    for role in roles {
        remove_role(pool, role).await?;
    }
    Ok(())
}

fn secret() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
