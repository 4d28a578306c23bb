/// A hash of 8 hexadecimal digits of the engine's version, of the kind of build (with or without
/// `--cfg lastorders_sim`), and of the packages that can change a run.
///
/// `build/lock.rs` lists the packages, which count by name, version and checksum. Two builds with
/// equal hashes give equal runs of a case. Results of sweeps and reproduction lines contain the
/// hash.
pub const LOCK_HASH: &str =
    if cfg!(lastorders_sim) { PACKAGES_HASH } else { env!("LASTORDERS_SIM_LOCK_PLAIN") };

/// The hash of a build with `--cfg lastorders_sim`, for both kinds of build. A case without
/// injected bugs and rare paths gives the same run in both, so the golden file contains this hash.
pub const PACKAGES_HASH: &str = env!("LASTORDERS_SIM_LOCK_INJECTED");

#[cfg(test)]
#[path = "../../build/lock.rs"]
mod build;

#[cfg(test)]
mod tests {
    use super::build::{BUILDS, Build, hash, packages};
    use super::*;
    use crate::trace::ENGINE_VERSION;

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "root"
        version = "0.1.0"
        dependencies = ["clap", "middle", "tokio"]
        [[package]]
        name = "middle"
        version = "0.1.0"
        dependencies = ["tower 0.5.3"]
        [[package]]
        name = "clap"
        version = "4.6.0"
        checksum = "cc"
        [[package]]
        name = "tokio"
        version = "1.54.1"
        checksum = "aa"
        [[package]]
        name = "tower"
        version = "0.4.0"
        checksum = "44"
        [[package]]
        name = "tower"
        version = "0.5.3"
        checksum = "55"
        [[package]]
        name = "hyper"
        version = "1.12.0"
        checksum = "bb"
    "#;

    fn of(lock: &str) -> u32 {
        hash(&packages(lock, "root").expect("it is a lock file"), 1, Build::Plain)
    }

    #[test]
    fn packages_that_matter_are_found_through_the_dependency_graph() {
        let found: Vec<_> =
            packages(LOCK, "root").expect("it is a lock file").into_iter().collect();
        let expected = [("tokio", "1.54.1", "aa"), ("tower", "0.5.3", "55")];
        assert_eq!(found, expected.map(|(n, v, c)| (n.to_owned(), v.to_owned(), c.to_owned())));
    }

    #[test]
    fn the_hash_depends_on_packages_that_matter_and_on_nothing_else() {
        for (what, from, to, same) in [
            ("the tool that parses arguments", "4.6.0", "4.7.0", true),
            ("a version that is not used", "0.4.0", "0.4.1", true),
            ("a package that nobody asks for", "1.12.0", "1.13.0", true),
            ("a version", "1.54.1", "1.54.2", false),
            ("a checksum", "\"55\"", "\"56\"", false),
        ] {
            assert_eq!(of(&LOCK.replace(from, to)) == of(LOCK), same, "{what}");
        }
        let found = packages(LOCK, "root").expect("it is a lock file");
        let plain = hash(&found, 1, Build::Plain);
        assert_ne!(plain, hash(&found, 2, Build::Plain), "the engine's version");
        assert_ne!(plain, hash(&found, 1, Build::Injected), "the kind of build");
    }

    #[test]
    fn text_that_is_not_a_lock_file_is_refused() {
        for (lock, expected) in [
            ("nonsense", "expected"),
            ("version = 4", "it has no packages"),
            ("[[package]]\nversion = '1'", "a package has no name"),
            ("[[package]]\nname = 'root'\nversion = '1'", "root does not lead to tokio"),
            ("[[package]]\nname = 'root'\ndependencies = ['x']", "x is not in it"),
        ] {
            let error = packages(lock, "root").expect_err(expected);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_build_script_hashed_this_repositorys_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        let found = packages(lock, "lastorders-sim").expect("it is ours");
        let [injected, plain] =
            BUILDS.map(|(_, build)| format!("{:08x}", hash(&found, ENGINE_VERSION, build)));
        assert_eq!(PACKAGES_HASH, injected);
        assert_eq!(LOCK_HASH, if cfg!(lastorders_sim) { injected } else { plain });
        for name in ["tokio", "hyper", "h2", "axum", "turmoil-net", "indexmap"] {
            assert!(found.iter().any(|(found, ..)| found == name), "{name} is not among {found:?}");
        }
    }
}
