use std::fs;

/// Whom the cluster runs as. Postgres refuses to run as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct Account {
    pub(in crate::postgres) name: String,
    pub(in crate::postgres) uid: u32,
    pub(in crate::postgres) gid: u32,
}

impl Account {
    /// `None` when we are not root, and the cluster runs as whoever we are.
    ///
    /// As root: `postgres` if this machine has it, else `nobody`. Not the other way round, because
    /// a server under test may be run as `nobody`, and must not be able to signal the cluster.
    ///
    /// # Errors
    ///
    /// When we are root and the machine has neither.
    pub(in crate::postgres) fn unprivileged() -> Result<Option<Self>, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd")
            .map_err(|error| format!("/etc/passwd cannot be read: {error}"))?;
        ["postgres", "nobody"].iter().find_map(|name| entry(&passwd, name)).map(Some).ok_or_else(
            || {
                "we are root, postgres refuses to run as root, and /etc/passwd has neither \
                 `postgres` nor `nobody`"
                    .to_owned()
            },
        )
    }
}

fn entry(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        // A machine that gives the name to root would put us back where we started.
        (uid != 0).then(|| Account { name: name.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody2:x:7:8::/:/x\nnobody:x:65534:65533::/:/x\n";
        let found = entry(passwd, "nobody").expect("there");
        assert_eq!((found.uid, found.gid), (65534, 65533));
        assert_eq!(entry(passwd, "postgres"), None);
        assert_eq!(entry(passwd, "root"), None);
        assert_eq!(entry("nobody:x", "nobody"), None);
    }
}
