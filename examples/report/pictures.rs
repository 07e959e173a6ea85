//! The three pictures: measured, drawn in memory, and written when all of them are done.

use std::error::Error;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::calls::Calls;
use crate::routes::Routes;
use crate::{draw_break_even, draw_calls, draw_routes};

/// Where the pictures go.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if it is not there, and tries to write into it.
    pub(crate) fn open(path: PathBuf) -> Result<Folder, String> {
        let tried = fs::create_dir_all(&path).and_then(|()| tempfile::tempfile_in(&path));
        match tried {
            Ok(_) => Ok(Folder(path)),
            Err(error) => Err(format!("no pictures can be written to {}: {error}", path.display())),
        }
    }

    /// Writes all pictures, and only then gives them their names: a picture is there whole or not at all.
    fn write(&self, pictures: &[(&str, String)]) -> io::Result<()> {
        let written: Vec<NamedTempFile> = pictures.iter().map(|(_, text)| self.unnamed(text)).collect::<Result<_, _>>()?;
        for ((name, _), file) in pictures.iter().zip(written) {
            let path = self.0.join(name);
            file.persist(&path)?;
            println!("wrote {}", path.display());
        }
        Ok(())
    }

    fn unnamed(&self, text: &str) -> io::Result<NamedTempFile> {
        // Readable as any other file is; the process's mask still takes away from it.
        let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(&self.0)?;
        file.write_all(text.as_bytes())?;
        Ok(file)
    }
}

/// Measures, and draws.
pub(crate) fn draw(folder: &Folder) -> Result<(), Box<dyn Error>> {
    println!("\nMeasuring for the pictures; this takes a few seconds.");
    let store = tempfile::tempdir()?;
    let routes = Routes::new(store.path())?;
    let calls = Calls::new(store.path())?;
    let pictures = [
        ("time-to-variant.svg", draw_routes::picture(&routes.all)?),
        ("cost-per-call.svg", draw_calls::picture(&calls)?),
        ("break-even.svg", draw_break_even::picture(&routes, &calls)?),
    ];
    println!();
    folder.write(&pictures).map_err(|error| format!("the pictures cannot be written to {}: {error}", folder.0.display()).into())
}
