//! How long it takes from a value to a variant that can be called, by each route.

use std::error::Error;
use std::path::Path;

use crate::children::{Kernel, times_to_variants};
use crate::compilers;

/// Values that are asked for one after the other in a process.
const FIRST: u32 = 3;
const VALUES: u32 = 20;
/// How many processes a figure of a process's first value is the median of.
const PROCESSES: u32 = 5;
/// The Go plugin of the article "Calling a dynamically compiled function from Go" (Daniel Lemire, 2021) takes "about half a second" for a
/// value.
const GO_PLUGIN: f64 = 0.5e9;

const LLVM: (&str, &str) = ("SPECIALIZE_ENGINE", "llvm");
const RUSTC: (&str, &str) = ("SPECIALIZE_ENGINE", "rustc");
const LOAD: (&str, &str) = ("SPECIALIZE_MODE", "load");

/// Whose route it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// This crate's.
    Ours,
    /// Of something that is installed here.
    Other,
    /// Somebody else's figure, which is cited.
    Cited,
}

/// A route to a variant.
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) whose: Whose,
    /// Nanoseconds.
    pub(crate) time: f64,
}

/// What was measured.
pub(crate) struct Routes {
    /// All routes there are here.
    pub(crate) all: Vec<Route>,
    /// What a variant of `power` and one of `remainders` cost when the template is ready, where LLVM can be had alone.
    pub(crate) template_ready: Option<[f64; 2]>,
    /// The same by a run of rustc.
    pub(crate) rustc: [f64; 2],
}

impl Routes {
    /// Measures all routes, one after the other, and prints them.
    pub(crate) fn new(store: &Path) -> Result<Routes, Box<dyn Error>> {
        let values: Vec<u32> = (FIRST..FIRST + VALUES).collect();
        let mut all = vec![Route { name: "listed in the attribute", whose: Whose::Ours, time: 0.0 }];
        let mut add = |name, whose, time| all.push(Route { name, whose, time });

        let template_ready = match by_llvm(&values, store, &mut add) {
            Ok(ready) => Some(ready),
            Err(error) => {
                println!("the routes by LLVM alone are skipped: {error}");
                None
            }
        };
        let other = tempfile::tempdir()?;
        let by_rustc = |kernel| times_to_variants(kernel, &values, other.path(), &[RUSTC]).map(|times| median(&times[1..]));
        let rustc = [by_rustc(Kernel::Power)?, by_rustc(Kernel::Remainders)?];
        add("a run of rustc for each value", Whose::Ours, rustc[0]);
        for (name, compiler, options) in [("tcc and dlopen", "tcc", &[][..]), ("gcc -O3 and dlopen", "gcc", &["-O3", "-march=native"])] {
            match compilers::times(compiler, options, &values)? {
                Some(times) => add(name, Whose::Other, median(&times[1..])),
                None => println!("{name}: skipped, {compiler} is not installed"),
            }
        }
        add("the article's Go plugin (cited)", Whose::Cited, GO_PLUGIN);
        all.sort_by(|one, other| one.time.total_cmp(&other.time));
        let routes = Routes { all, template_ready, rustc };
        routes.print();
        Ok(routes)
    }

    fn print(&self) {
        println!("\n{:<52}{:>14}", "`power`, from a value to its variant", "ms");
        self.all.iter().for_each(|route| println!("{:<52}{:>14.3}", route.name, route.time / 1e6));
    }
}

/// The routes over the compile server and the store, which the first of them fills. Gives what `template_ready` has.
fn by_llvm(values: &[u32], store: &Path, add: &mut impl FnMut(&'static str, Whose, f64)) -> Result<[f64; 2], Box<dyn Error>> {
    let power = times_to_variants(Kernel::Power, values, store, &[LLVM])?;
    let remainders = times_to_variants(Kernel::Remainders, values, store, &[LLVM])?;
    let (mut on_disk, mut further, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for process in 0..PROCESSES {
        let loaded = times_to_variants(Kernel::Power, values, store, &[LOAD])?;
        on_disk.push(loaded[0]);
        further.extend(&loaded[1..]);
        let unseen = FIRST + VALUES + process;
        new.extend(times_to_variants(Kernel::Power, &[unseen], store, &[LLVM])?);
    }
    let ready = [median(&power[1..]), median(&remainders[1..])];
    add("on disk: further values of a process", Whose::Ours, median(&further));
    add("on disk: the first value of a process", Whose::Ours, median(&on_disk));
    add("new value: template ready", Whose::Ours, ready[0]);
    add("new value: the first of a process", Whose::Ours, median(&new));
    add("the very first value on a machine", Whose::Ours, power[0]);
    Ok(ready)
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
