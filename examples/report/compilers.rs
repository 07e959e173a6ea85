//! What a person without this crate would do: the function in C with the value in it, a C compiler, and `dlopen`.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use libloading::Library;

use crate::kernels::power;

/// Nanoseconds until `power` can be called for each of these exponents; nothing where the compiler is not installed.
pub(crate) fn times(compiler: &str, options: &[&str], exponents: &[u32]) -> Result<Option<Vec<f64>>, Box<dyn Error>> {
    match Command::new(compiler).arg("-v").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        answer => answer?,
    };
    let folder = tempfile::tempdir()?;
    let time = |exponent: &u32| {
        let started = Instant::now();
        let (_library, power_of) = compile(compiler, options, folder.path(), *exponent)?;
        let took = started.elapsed().as_nanos() as f64;
        // SAFETY: it is defined with this signature, and its library is still loaded.
        let result = unsafe { power_of(3) };
        if result == power::generic(3, *exponent) { Ok(took) } else { Err(format!("{compiler} made a wrong `power`").into()) }
    };
    exponents.iter().map(time).collect::<Result<_, _>>().map(Some)
}

type Power = unsafe extern "C" fn(u64) -> u64;

fn compile(compiler: &str, options: &[&str], folder: &Path, exponent: u32) -> Result<(Library, Power), Box<dyn Error>> {
    let (source, library) = (folder.join(format!("{exponent}.c")), folder.join(format!("{exponent}.so")));
    let function = format!("uint64_t power(uint64_t x) {{ uint64_t p = 1; for (uint32_t i = 0; i < {exponent}; i++) p *= x; return p; }}");
    fs::write(&source, format!("#include <stdint.h>\n{function}\n"))?;
    let status = Command::new(compiler).args(options).args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status()?;
    if !status.success() {
        return Err(format!("{compiler} failed").into());
    }
    // SAFETY: the library was made just now, and has no initializers.
    let library = unsafe { Library::new(&library)? };
    // SAFETY: the source above defines it with this signature; whoever calls it keeps the library.
    let power = unsafe { *library.get::<Power>(b"power\0")? };
    Ok((library, power))
}
