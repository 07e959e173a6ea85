//! Rendering: from a template and one tuple of values to the source text of a crate.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use crate::Error;
use crate::template::{BuildFlags, Flags, Piece, Template};
use crate::value::Part;

/// The name of the root file of a rendered template.
pub(crate) const ROOT_FILE: &str = "t.rs";

/// A template rendered for one tuple of values: two files of one crate.
#[derive(Debug)]
pub(crate) struct Source {
    /// The text of [`ROOT_FILE`].
    pub(crate) root: String,
    /// The text of the file that holds the function, at the user's own positions.
    pub(crate) body: String,
    /// Where that file goes.
    pub(crate) place: Place,
}

/// What stands in the holes of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holes<'a> {
    /// Declarations, for another to fill.
    Open,
    /// The bytes of each value as they stand in memory.
    Filled(&'a [Part<'a>]),
}

/// Where the function's file goes, and how the compiler is told the user's name for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file, relative to the working directory.
    pub(crate) path: PathBuf,
    /// The value of `--remap-path-prefix`, unless the path is already the name.
    pub(crate) remap: Option<String>,
}

impl Template {
    /// The flags to compile with, if this function may have variants at run time at all.
    ///
    /// # Errors
    ///
    /// [`Error::BuildTimeOnly`] where the flags are unknown, or where a type would be another one in a variant.
    pub(crate) fn build_flags(&self) -> Result<&BuildFlags, Error> {
        let refuse = |reason: String| Error::BuildTimeOnly { function: self.function, reason };
        if let Some(identity) = self.identity {
            // A path keeps the mark of a raw identifier, the name of a type does not.
            let (here, there) = (identity().rsplit_once("::").unwrap_or_default().0, self.module_path.replace("r#", ""));
            if here != there {
                return Err(refuse(format!(
                    "it asks for the identity of types, which a variant cannot keep for a function nested in another \
                     (`{here}` would be `{there}`); move it to a module"
                )));
            }
        }
        match &self.flags {
            Flags::Read(flags) => Ok(flags),
            Flags::Unreadable(reason) => Err(refuse((*reason).to_owned())),
        }
    }

    /// Renders the template.
    ///
    /// # Errors
    ///
    /// [`Error::BuildTimeOnly`] for the reasons of [`Template::build_flags`], and if the compiler cannot be told the name of the file.
    pub(crate) fn render(&self, holes: Holes<'_>) -> Result<Source, Error> {
        let flags = self.build_flags()?;
        let place = place(self.file).map_err(|reason| Error::BuildTimeOnly { function: self.function, reason })?;
        Ok(Source { root: self.root(flags, holes, &place), body: lay_out(self.body), place })
    }

    /// The root file: the modules of the host down to the function's, and beside the function its entry.
    fn root(&self, flags: &BuildFlags, holes: Holes<'_>, place: &Place) -> String {
        let modules: Vec<&str> = self.module_path.split("::").skip(1).collect();
        let mut text = String::new();
        if flags.executable {
            text.push_str("#![no_main]\n");
        }
        if flags.edition == "2015" {
            // There, a path from the root finds `std` only.
            text.push_str("extern crate core;\n");
        }
        text.push_str(self.definitions);
        text.push('\n');
        self.push_entry_macro(&mut text, holes);
        for module in &modules {
            text.push_str("pub mod ");
            text.push_str(module);
            text.push_str(" {\n");
        }
        text.push_str("#![no_implicit_prelude]\n");
        text.push_str(self.preamble);
        text.push('\n');
        // The path is text of our own or the user's file name, and `{:?}` of it is a string literal.
        let _ = writeln!(text, "include!({:?});", place.path.display().to_string());
        if self.captured.is_none() {
            text.push_str("pub enum Marker {}\nentry_at!{0}\n");
        }
        for _ in &modules {
            text.push('}');
        }
        text.push('\n');
        text
    }

    /// The macro that puts the entry where the function can be seen, and nothing where other functions of the text ask for theirs.
    fn push_entry_macro(&self, text: &mut String, holes: Holes<'_>) {
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "macro_rules! entry_at {{ ({}) => {{ pub mod __entry {{\nuse super::*;", self.captured.unwrap_or_default());
        for (index, of) in self.holes.iter().enumerate() {
            match holes {
                Holes::Open => push_open_hole(text, index, of),
                Holes::Filled(parts) => parts.get(index).into_iter().for_each(|part| push_hole(text, index, of, *part)),
            }
        }
        text.push_str(self.entry);
        text.push_str("\n} }; ($other:tt) => {} }\n");
    }
}

/// A hole as a constant of type `of`. The value is written as bytes only.
fn push_hole(text: &mut String, index: usize, of: &str, part: Part<'_>) {
    let size = part.bytes.len();
    let mut bytes = String::with_capacity(4 * size);
    for byte in part.bytes {
        // Writing to a `String` does not fail.
        let _ = write!(bytes, "\\x{byte:02x}");
    }
    let _ = match part.length {
        None => writeln!(text, "const HOLE_{index}: {of} = unsafe {{ ::core::mem::transmute::<[u8; {size}], {of}>(*b\"{bytes}\") }};"),
        // The bytes of any elements, and a pointer to them that fits any slice.
        Some(length) => writeln!(
            text,
            "#[repr(align(16))] struct Row{index}([u8; {size}]);\n\
             const ROW_{index}: &Row{index} = &Row{index}(*b\"{bytes}\");\n\
             const HOLE_{index}: {of} = unsafe {{ ::core::mem::transmute::<*const [()], {of}>(\
             ::core::ptr::slice_from_raw_parts(ROW_{index} as *const Row{index} as *const (), {length})) }};"
        ),
    };
}

/// A hole as a declaration of type `of`, which whoever optimises the template gives a value.
fn push_open_hole(text: &mut String, index: usize, of: &str) {
    // Writing to a `String` does not fail.
    let _ = writeln!(text, "unsafe extern \"C\" {{ safe static HOLE_{index}: {of}; }}");
}

/// Lays the pieces out so that each starts where it stands in the user's file, if that is ahead of where the last one ended.
fn lay_out(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let (mut line, mut column) = (1, 1);
    for piece in pieces {
        if (piece.line, piece.column) >= (line, column) {
            while line < piece.line {
                text.push('\n');
                (line, column) = (line + 1, 1);
            }
            while column < piece.column {
                text.push(' ');
                column += 1;
            }
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(piece.text);
        for character in piece.text.chars() {
            (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
    }
    text.push('\n');
    text
}

/// Where the function's file goes so that the compiler calls it `file`, or why there is no such place.
///
/// It is one fixed file, called `file` by remapping. Since the compiler splits a remapping at its last `=`, a name with that
/// character is rebuilt below a folder instead, from the component that has it.
fn place(file: &str) -> Result<Place, String> {
    if !file.contains('=') {
        return Ok(Place { path: PathBuf::from("body.rs"), remap: Some(format!("body.rs={file}")) });
    }
    let has_sign = |component: &Component<'_>| component.as_os_str().to_string_lossy().contains('=');
    let (mut lead, mut rest) = (PathBuf::new(), PathBuf::new());
    for component in Path::new(file).components() {
        if rest.as_os_str().is_empty() && !has_sign(&component) {
            lead.push(component);
        } else if matches!(component, Component::Normal(_)) {
            rest.push(component);
        } else {
            return Err(format!("the compiler cannot be told the name of its file, {file}, which has both `=` and `..`"));
        }
    }
    if lead.as_os_str().is_empty() {
        return Ok(Place { path: rest, remap: None });
    }
    Ok(Place { path: Path::new("body").join(rest), remap: Some(format!("body={}", lead.display())) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::example::{self, FLAGS};

    const TEMPLATE: Template = Template {
        module_path: "host::m::power::template",
        function: "power",
        preamble: "use ::core;",
        body: &[Piece { line: 2, column: 3, text: "pub fn power(n: u32) -> u32 { n }" }],
        entry: "pub fn specialize_entry(_: u32) -> u32 { super::power(HOLE_0) }",
        ..example::TEMPLATE
    };

    const fn whole(bytes: &[u8]) -> Part<'_> {
        Part { bytes, length: None }
    }

    const fn piece(line: u32, column: u32, text: &'static str) -> Piece {
        Piece { line, column, text }
    }

    #[test]
    fn pieces_stand_at_their_positions() {
        let text = lay_out(&[piece(3, 5, "fn f("), piece(3, 12, ")"), piece(4, 2, "{}")]);
        assert_eq!(text, "\n\n    fn f(  )\n {}\n");
    }

    #[test]
    fn pieces_that_cannot_stand_there_follow_with_a_space() {
        let text = lay_out(&[piece(2, 1, "long"), piece(2, 3, "b"), piece(1, 9, "c"), piece(0, 0, "d"), piece(2, 12, "e")]);
        assert_eq!(text, "\nlong b c d e\n");
    }

    #[test]
    fn columns_are_counted_in_characters_and_lines_inside_text_count() {
        let text =
            lay_out(&[piece(1, 1, "\"\u{e9}\u{1f600}\""), piece(1, 5, "x"), piece(1, 7, "\"a\nb\""), piece(2, 3, "y"), piece(3, 1, "z")]);
        assert_eq!(text, "\"\u{e9}\u{1f600}\"x \"a\nb\"y\nz\n");
    }

    #[test]
    fn a_rendered_root_nests_the_modules_and_writes_values_as_bytes() {
        let source = TEMPLATE.render(Holes::Filled(&[whole(&[9, 0, 0, 255])])).expect("renders");
        assert_eq!(source.body, "\n  pub fn power(n: u32) -> u32 { n }\n");
        assert!(source.root.contains("\npub mod m {\npub mod power {\npub mod template {\n#![no_implicit_prelude]\n"));
        assert!(
            source.root.contains("const HOLE_0: u32 = unsafe { ::core::mem::transmute::<[u8; 4], u32>(*b\"\\x09\\x00\\x00\\xff\") };\n")
        );
        assert!(source.root.ends_with("entry_at!{0}\n}}}\n"));
    }

    #[test]
    fn an_executable_has_no_main() {
        let flags = Flags::Read(BuildFlags { executable: true, ..FLAGS });
        let source = Template { flags, ..TEMPLATE }.render(Holes::Filled(&[whole(&[1, 0, 0, 0])])).expect("renders");
        assert!(source.root.starts_with("#![no_main]\n"));
    }

    #[test]
    fn unknown_flags_and_another_identity_are_refused() {
        let unreadable = Template { flags: Flags::Unreadable("built with -Z flags"), ..TEMPLATE };
        let nested = Template { identity: Some(|| "host::m::outer::power::template::Marker"), ..TEMPLATE };
        for (template, reason) in [(unreadable, "built with -Z flags"), (nested, "nested in another")] {
            let error = template.render(Holes::Filled(&[whole(&[0; 4])])).expect_err("refused");
            assert!(matches!(error, Error::BuildTimeOnly { function: "power", .. }), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
        let same =
            Template { module_path: "host::r#m::power::template", identity: Some(|| "host::m::power::template::Marker"), ..TEMPLATE };
        assert!(same.render(Holes::Filled(&[whole(&[0; 4])])).is_ok());
    }

    #[test]
    fn a_file_name_with_an_equals_sign_finds_a_place() {
        let placed = |file, path: &str, remap: Option<&str>| {
            assert_eq!(place(file), Ok(Place { path: path.into(), remap: remap.map(str::to_owned) }));
        };
        placed("src/lib.rs", "body.rs", Some("body.rs=src/lib.rs"));
        placed("a=b/lib.rs", "a=b/lib.rs", None);
        placed("/home/me/a=b/lib.rs", "body/a=b/lib.rs", Some("body=/home/me"));
        placed("../x/a=b.rs", "body/a=b.rs", Some("body=../x"));
        assert!(place("a=b/../lib.rs").is_err());
    }
}
