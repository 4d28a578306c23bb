use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Entry;

/// A corpus that cannot be read.
#[derive(Debug, Error)]
pub enum CorpusError {
    /// The folder or a file.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// A file that is no entry.
    #[error("{0} is no entry of a corpus: {1}")]
    Form(PathBuf, serde_json::Error),
    /// A file that would be passed over.
    #[error("{0} is no *.json, and would be carried out by nobody")]
    Other(PathBuf),
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(PathBuf),
}

/// Every entry of a folder, in the order of their names. Nothing in it is passed over.
///
/// # Errors
///
/// If something in it is no entry, or there is none.
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
/// If it cannot be read, or is none.
pub fn read(file: &Path) -> Result<Entry, CorpusError> {
    let text = fs::read_to_string(file).map_err(|error| CorpusError::Io(file.to_owned(), error))?;
    serde_json::from_str(&text).map_err(|error| CorpusError::Form(file.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_passed_over() {
        let place = tempfile::tempdir().expect("there is room");
        let said = || folder(place.path()).expect_err("it is no corpus").to_string();
        assert!(said().ends_with("is empty"), "{}", said());
        fs::write(place.path().join("one.json"), "{}").expect("there is room");
        assert!(said().contains("one.json is no entry"), "{}", said());
        fs::write(place.path().join("note.txt"), "").expect("there is room");
        assert!(said().contains("note.txt is no *.json"), "{}", said());
    }
}
