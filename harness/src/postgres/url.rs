use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::advice::{Attempt, Effort, Fix};

/// How to connect to a server that the user named, and its printable name.
pub(super) fn options(url: &str) -> Result<(PgConnectOptions, String), Attempt> {
    let origin = format!("url: {}", without_secrets(url));
    let fix = |text: &str| Fix::new(Effort::Repair, text);
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        let text = "write it like postgres://user:password@127.0.0.1:5432/db";
        Attempt::new(&*origin, error, fix(text))
    })?;
    if options.get_socket().is_some() || options.get_host().starts_with('/') {
        return Err(Attempt::new(
            &*origin,
            "the address is a Unix socket, and the judge's proxy speaks only TCP",
            fix("give a host and a port"),
        ));
    }
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => {}
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => {
            return Err(Attempt::new(
                &*origin,
                "the address demands TLS, which the judge's proxy cannot read",
                fix("name a server that allows connections without TLS, with ?sslmode=disable"),
            ));
        }
    }
    Ok((options.ssl_mode(PgSslMode::Disable), origin))
}

/// The address without user, password and parameters, safe to print.
pub(super) fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_with_tls_or_a_unix_socket_is_refused() {
        for (url, reason) in [
            ("postgres://u@h/d?sslmode=require", "TLS"),
            ("postgres://u@h/d?host=/run/postgresql", "Unix socket"),
            ("postgres://u@h:notaport/d", "port"),
        ] {
            let attempt = options(url).expect_err(url);
            assert!(attempt.happened.contains(reason), "{url}: {attempt}");
        }
    }

    #[test]
    fn printed_address_leaves_the_password_out() {
        let (options, origin) = options("postgres://u:secret@h:5433/d").expect("an address");
        assert_eq!(origin, "url: postgres://h:5433/d");
        assert_eq!((options.get_host(), options.get_port()), ("h", 5433));
    }
}
