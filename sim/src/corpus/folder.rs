use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Entry;

/// Why a corpus cannot be read.
#[derive(Debug, Error)]
pub enum CorpusError {
    /// The folder or a file cannot be read.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// A file is not an entry.
    #[error("{0} is not an entry of a corpus: {1}")]
    Form(PathBuf, serde_json::Error),
    /// A file that no test would read.
    #[error("{0} is not a *.json file, so no test would run it")]
    Other(PathBuf),
    /// The folder has no entry.
    #[error("{0} is empty")]
    Empty(PathBuf),
}

/// All entries of a folder, ordered by name.
///
/// # Errors
///
/// If a file in the folder is not an entry, or the folder is empty.
pub fn folder(path: &Path) -> Result<Vec<(PathBuf, Entry)>, CorpusError> {
    let failed = |error| CorpusError::Io(path.to_owned(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_none_or(|extension| extension != "json") {
            return Err(CorpusError::Other(file));
        }
        files.push(file);
    }
    files.sort();
    if files.is_empty() {
        return Err(CorpusError::Empty(path.to_owned()));
    }
    files.into_iter().map(|file| read(&file).map(|entry| (file, entry))).collect()
}

/// The entry in a file.
///
/// # Errors
///
/// If the file cannot be read or is not an entry.
pub fn read(file: &Path) -> Result<Entry, CorpusError> {
    let text = fs::read_to_string(file).map_err(|error| CorpusError::Io(file.to_owned(), error))?;
    serde_json::from_str(&text).map_err(|error| CorpusError::Form(file.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_an_entry_is_refused() {
        let place = tempfile::tempdir().expect("there is room");
        let said = || folder(place.path()).expect_err("it is no corpus").to_string();
        assert!(said().ends_with("is empty"), "{}", said());
        fs::write(place.path().join("one.json"), "{}").expect("there is room");
        assert!(said().contains("one.json is not an entry"), "{}", said());
        fs::write(place.path().join("note.txt"), "").expect("there is room");
        assert!(said().contains("note.txt is not a *.json"), "{}", said());
    }
}
