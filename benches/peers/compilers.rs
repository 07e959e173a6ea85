//! A compiler run as a program for each value: the source with the value in it, a shared library, `dlopen`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libloading::Library;

const POWER_IN_C: &str = "#include <stdint.h>
uint64_t power(uint64_t x) {
    uint64_t product = 1;
    for (uint32_t i = 0; i < VALUE; i++) product *= x;
    return product;
}
";

const POWER_IN_RUST: &str = "#[unsafe(no_mangle)]
pub extern \"C\" fn power(x: u64) -> u64 {
    let mut product = 1u64;
    for _ in 0..VALUE {
        product = product.wrapping_mul(x);
    }
    product
}
";

const DOT_IN_C: &str = "float dot(const float *a, const float *b) {
    float lanes[16] = {0};
    for (int start = 0; start < VALUE; start += 16)
        for (int lane = 0; lane < 16; lane++) lanes[lane] += a[start + lane] * b[start + lane];
    float sum = -0.0f;
    for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
    return sum;
}
";

const DOT_IN_RUST: &str = "#[unsafe(no_mangle)]
pub unsafe extern \"C\" fn dot(a: *const f32, b: *const f32) -> f32 {
    let (a, b) = unsafe { (&*a.cast::<[f32; VALUE]>(), &*b.cast::<[f32; VALUE]>()) };
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum()
}
";

type Power = unsafe extern "C" fn(u64) -> u64;
type Dot<const N: usize> = unsafe extern "C" fn(&[f32; N], &[f32; N]) -> f32;

/// A compiler, with what makes a shared library of a file.
pub(crate) struct Compiler {
    /// How its rows are called.
    pub(crate) name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
    language: Language,
    folder: PathBuf,
}

/// A function, as long as its library stays loaded.
pub(crate) struct Compiled<F> {
    function: F,
    _library: Library,
}

#[derive(Clone, Copy)]
enum Language {
    C,
    Rust,
}

impl Compiler {
    /// Those that make a function on this machine; a line for each that does not.
    pub(crate) fn installed(folder: &Path) -> Vec<Compiler> {
        // The bits of a sum are part of the answer, and gcc would fuse a product with it.
        let gcc = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"].as_slice();
        let rustc = ["--crate-type=cdylib", "--edition=2024", "-Copt-level=3", "-Ccodegen-units=1", "-Ctarget-cpu=native"].as_slice();
        let all = [
            ("gcc -O3, dlopen", "gcc".into(), gcc, Language::C),
            ("tcc, dlopen", "tcc".into(), ["-shared"].as_slice(), Language::C),
            ("rustc -O, cdylib, dlopen", rustc_of_toolchain(), rustc, Language::Rust),
        ];
        let compilers =
            all.map(|(name, program, arguments, language)| Compiler { name, program, arguments, language, folder: folder.into() });
        compilers.into_iter().filter(Compiler::works).collect()
    }

    fn works(&self) -> bool {
        let trial = self.power(1);
        if let Err(error) = &trial {
            println!("{}: skipped: {error}", self.name);
        }
        trial.is_ok()
    }

    /// `power` for one exponent.
    pub(crate) fn power(&self, n: u32) -> Result<Compiled<Power>, Box<dyn Error>> {
        let library = self.library("power", n, self.language.of(POWER_IN_C, POWER_IN_RUST))?;
        // SAFETY: both sources define it with this signature.
        let function = unsafe { *library.get::<Power>(b"power")? };
        Ok(Compiled { function, _library: library })
    }

    /// `dot` for one dimension.
    pub(crate) fn dot<const N: usize>(&self) -> Result<Compiled<Dot<N>>, Box<dyn Error>> {
        const { assert!(N.is_multiple_of(16), "a dimension in whole lanes") };
        let library = self.library("dot", N, self.language.of(DOT_IN_C, DOT_IN_RUST))?;
        // SAFETY: both sources define it with two pointers, behind which they read as many elements.
        let function = unsafe { *library.get::<Dot<N>>(b"dot")? };
        Ok(Compiled { function, _library: library })
    }

    fn library(&self, function: &str, value: impl ToString, source: &str) -> Result<Library, Box<dyn Error>> {
        let value = value.to_string();
        let stem = self.folder.join(format!("{}_{function}_{value}", self.name.split(' ').next().unwrap_or_default()));
        let (file, library) = (stem.with_extension(self.language.of("c", "rs")), stem.with_extension("so"));
        fs::write(&file, source.replace("VALUE", &value))?;
        let output = Command::new(&self.program).args(self.arguments).arg("-o").args([&library, &file]).output();
        let output = output.map_err(|error| format!("`{}` cannot be started: {error}", self.program.display()))?;
        if !output.status.success() {
            return Err(format!("`{}` failed: {}", self.program.display(), String::from_utf8_lossy(&output.stderr).trim_end()).into());
        }
        // SAFETY: the library was made just now of a source that stands above, and has no initializers of its own.
        Ok(unsafe { Library::new(library)? })
    }
}

impl Compiled<Power> {
    pub(crate) fn call(&self, x: u64) -> u64 {
        // SAFETY: the function asks nothing of its argument, and its library is loaded.
        unsafe { (self.function)(x) }
    }
}

impl<const N: usize> Compiled<Dot<N>> {
    pub(crate) fn call(&self, a: &[f32; N], b: &[f32; N]) -> f32 {
        // SAFETY: the function reads as many elements as there are, and its library is loaded.
        unsafe { (self.function)(a, b) }
    }
}

impl Language {
    fn of(self, c: &'static str, rust: &'static str) -> &'static str {
        match self {
            Language::C => c,
            Language::Rust => rust,
        }
    }
}

/// The compiler itself: rustup's proxy in front of it takes milliseconds.
fn rustc_of_toolchain() -> PathBuf {
    let sysroot = Command::new("rustc").arg("--print=sysroot").output().ok().filter(|output| output.status.success());
    let path = sysroot.and_then(|output| String::from_utf8(output.stdout).ok());
    path.map_or_else(|| "rustc".into(), |path| Path::new(path.trim()).join("bin/rustc"))
}
