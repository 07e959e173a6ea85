//! An inverted index over a folder of text.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::shared;

/// Which documents have a word, and how well it describes each of them.
#[derive(Default)]
pub(crate) struct Postings {
    pub(crate) documents: Vec<u32>,
    pub(crate) scores: Vec<f32>,
}

/// An inverted index: word -> postings.
pub(crate) struct Index {
    pub(crate) names: Vec<String>,
    pub(crate) words: HashMap<String, Postings>,
}

/// The folder of the Rust documentation on this machine.
pub(crate) fn rust_documentation() -> Result<PathBuf, String> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let output = output.map_err(|error| format!("no Rust documentation was found, name a --folder: {error}"))?;
    let folder = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("share/doc/rust/html");
    if folder.is_dir() { Ok(folder) } else { Err("the Rust documentation is not installed: name a --folder".to_owned()) }
}

impl Index {
    /// Reads up to `limit` documents below `folder`.
    pub(crate) fn of(folder: &Path, limit: usize) -> Result<Index, String> {
        let files = files(folder, limit)?;
        if files.is_empty() {
            return Err(format!("there is no text in {}", folder.display()));
        }
        let progress = shared::progress(files.len() as u64, "indexing");
        let mut index = Index { names: Vec::new(), words: HashMap::new() };
        for file in &files {
            let text = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
            let text = String::from_utf8_lossy(&text);
            let is_html = file.extension().is_some_and(|extension| extension == "html");
            index.add(file.strip_prefix(folder).unwrap_or(file).display().to_string(), &text, is_html);
            progress.inc(1);
        }
        progress.finish_and_clear();
        index.weigh();
        Ok(index)
    }

    fn add(&mut self, name: String, text: &str, is_html: bool) {
        let document = self.names.len() as u32;
        let mut counts: HashMap<String, u32> = HashMap::new();
        // Of a page, what is between the tags.
        let pieces = text.split('<').enumerate();
        let pieces =
            pieces.map(|(index, piece)| if is_html && index > 0 { piece.split_once('>').map_or("", |(_, text)| text) } else { piece });
        let words = pieces.flat_map(|piece| piece.split(|letter: char| !letter.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).for_each(|word| *counts.entry(word.to_lowercase()).or_default() += 1);
        let length = counts.values().sum::<u32>() as f32;
        for (word, count) in counts {
            let postings = self.words.entry(word).or_default();
            postings.documents.push(document);
            // The frequency, damped, and less in long texts: what `weigh` makes a score of.
            let count = count as f32;
            postings.scores.push(count / (count + 0.5 + length / 500.0));
        }
        self.names.push(name);
    }

    /// Rare words say more.
    fn weigh(&mut self) {
        let all = self.names.len() as f32;
        for postings in self.words.values_mut() {
            let rarity = (1.0 + all / postings.documents.len() as f32).ln();
            postings.scores.iter_mut().for_each(|score| *score *= rarity);
        }
    }
}

/// The text files below a folder, in the order of their names, up to a limit.
fn files(folder: &Path, limit: usize) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        if all.len() >= limit {
            break;
        }
        if path.is_dir() && !path.is_symlink() {
            all.extend(files(&path, limit - all.len())?);
        } else if path.extension().is_some_and(|extension| ["txt", "md", "rs", "html"].iter().any(|known| extension == *known)) {
            all.push(path);
        }
    }
    Ok(all)
}
