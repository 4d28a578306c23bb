use std::fs;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::bench::error::{Context, Error};

/// Describes this machine: processors, memory, kernel, compiler. Without a host name.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| gib(&text));
    let memory = memory.map_or_else(|| "unknown memory".to_owned(), |it| format!("{it} GiB"));
    let kernel = rustix::system::uname();
    let system = kernel.sysname().to_string_lossy();
    // The version, without a distributor's suffix.
    let release = kernel.release().to_string_lossy();
    let release = release.split(['-', '+']).next().unwrap_or_default();
    let arch = kernel.machine().to_string_lossy();
    let rustc = rustc().unwrap_or_else(|| "unknown rustc".to_owned());
    format!("{cores} cores ({arch}), {memory}, {system} {release}, {rustc}")
}

/// Raises the limit on open files to `needed`, for this process and for servers started from now
/// on.
pub(crate) fn allow_open_files(needed: u64) -> Result<(), Error> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(maximum) = limit.maximum.filter(|maximum| *maximum < needed) {
        let fix = format!("raise the hard limit, as by `ulimit -Hn {needed}`");
        return Err(Error::Missing(format!(
            "{needed} open files are needed, and {maximum} are allowed; {fix}"
        )));
    }
    let wanted = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, wanted).to("raise the limit on open files")
}

fn gib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kib + (1 << 19)) >> 20)
}

/// For example `rustc 1.95.0`. Cargo has just built this program with the same compiler.
fn rustc() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_rounded_to_whole_gib() {
        assert_eq!(gib("MemTotal:       24611068 kB\nMemFree: 1 kB\n"), Some(23));
        assert_eq!(gib("MemFree: 1 kB\n"), None);
    }
}
