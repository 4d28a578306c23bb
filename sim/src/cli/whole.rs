use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file whole, or not at all. What is no file, such as `/dev/stdout`, is written as it is.
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
        // It is the first error that counts.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Whether a file can be written there, before there is anything to write.
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

/// Renaming something over a device would take the device away.
fn is_special(out: &Path) -> bool {
    fs::metadata(out).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// A file in the same folder, for renaming is only there at once or not at all.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    out.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one_and_nothing_else() {
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
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("there is room");
        try_out(&folder.path().join("new.json")).expect("it can be");
        try_out(folder.path()).expect_err("it is a folder");
        try_out(&folder.path().join("none/new.json")).expect_err("there is no such folder");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
    }

    #[test]
    fn a_device_is_written_and_not_replaced() {
        let before = fs::metadata("/dev/null").expect("it is there").file_type();
        write(Path::new("/dev/null"), |to| to.write_all(b"x")).expect("it takes everything");
        assert_eq!(fs::metadata("/dev/null").expect("it is there").file_type(), before);
        write(Path::new("/dev/full"), |to| to.write_all(b"x")).expect_err("it takes nothing");
    }
}
