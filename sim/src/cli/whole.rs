use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file completely or not at all. A special file such as `/dev/stdout` is written
/// directly.
pub(super) fn write<E: From<io::Error>>(
    out: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    if is_special(out) {
        return filled(File::options().write(true).open(out)?, fill);
    }
    let beside = beside(out);
    let file = File::create(&beside)?;
    let written = filled(file, fill).and_then(|()| Ok(fs::rename(&beside, out)?));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Checks that a file can be written, before the content exists.
pub(super) fn try_out(out: &Path) -> io::Result<()> {
    if is_special(out) {
        return File::options().write(true).open(out).map(drop);
    }
    if out.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let beside = beside(out);
    let written = File::create(&beside).and_then(|mut file| file.write_all(b"\n"));
    let removed = fs::remove_file(&beside);
    written.and(removed)
}

fn filled<E: From<io::Error>>(
    file: File,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    let mut to = BufWriter::new(file);
    fill(&mut to)?;
    Ok(to.flush()?)
}

/// Whether the path is a device or a pipe. A rename would replace it.
fn is_special(out: &Path) -> bool {
    fs::metadata(out).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// A file in the same folder, because only a rename within a folder is atomic.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    out.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_no_other() {
        let folder = tempfile::tempdir().expect("there is room");
        let out = folder.path().join("result.json");
        write(&out, |to| to.write_all(b"old")).expect("there is room");
        let failed = write(&out, |to| {
            to.write_all(b"new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(failed.expect_err("it fails").kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&out).expect("it is there"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn an_unwritable_path_is_found_before_the_write() {
        let folder = tempfile::tempdir().expect("there is room");
        try_out(&folder.path().join("new.json")).expect("it can be");
        try_out(folder.path()).expect_err("it is a folder");
        try_out(&folder.path().join("none/new.json")).expect_err("there is no such folder");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
    }

    #[test]
    fn a_device_is_written_directly_and_not_replaced() {
        let before = fs::metadata("/dev/null").expect("it is there").file_type();
        write(Path::new("/dev/null"), |to| to.write_all(b"x")).expect("it takes everything");
        assert_eq!(fs::metadata("/dev/null").expect("it is there").file_type(), before);
        write(Path::new("/dev/full"), |to| to.write_all(b"x")).expect_err("it takes nothing");
    }
}
