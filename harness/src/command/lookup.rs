use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Finds a program: by its path, from `cwd` if it is relative, or by its name, in `PATH`.
pub(crate) fn program(name: &OsStr, cwd: &Path) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.is_absolute() {
        let place = std::path::absolute(cwd.join(path)).ok()?;
        return is_executable(&place).then_some(place);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|place| is_executable(place))
}

/// Finds a program in `PATH`.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    program(OsStr::new(name), Path::new("/"))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_is_found_by_name_and_by_path() {
        let here = Path::new("/");
        assert!(program(OsStr::new("sh"), here).is_some());
        assert!(program(OsStr::new("bin/sh"), here).is_some());
        assert_eq!(program(OsStr::new("no-such-program-anywhere"), here), None);
        assert_eq!(program(OsStr::new("/etc/passwd"), here), None);
    }
}
