//! The symbol by which debuggers and profilers call a variant: its function's path, since that of the entry is the same in all.

/// The symbol for a variant of `function`, whose template stands in the module `module_path`: mangled by rustc's "legacy" scheme, which
/// every tool can demangle. It is longer than the entry's own symbol, since `perf` shows the longer of two at one address.
pub(super) fn of_variant(module_path: &str, function: &str) -> String {
    // What tools take for a hash is cut off.
    const HASH: &str = "17h0123456789abcdefE";
    // A function alone stands in a hidden module, in the one beside it.
    let module = module_path.strip_suffix("::template").and_then(|path| path.rsplit_once("::"));
    let path = module.map_or(module_path, |(module, _)| module).split("::").chain([function, "variant"]);
    let parts: String = path.map(identifier).map(|part| format!("{}{part}", part.len())).collect();
    format!("_ZN{parts}{HASH}")
}

/// A part of a path, without what no symbol may have, as in the name of a family.
fn identifier(part: &str) -> String {
    let letters = part.trim_start_matches("r#").chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    // A number in front would be taken for a length.
    let name: String = letters.collect();
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn shown(module_path: &str, function: &str) -> String {
        format!("{:#}", rustc_demangle::demangle(&of_variant(module_path, function)))
    }

    #[test]
    fn tools_show_the_function_s_path() {
        assert_eq!(shown("host::tools::power::template", "power"), "host::tools::power::variant");
        assert_eq!(shown("host::kernels", "power"), "host::kernels::power::variant");
        assert_eq!(shown("host::dot::of_0::template", "dot::<f32>"), "host::dot::dot___f32_::variant");
        assert_eq!(shown("host", "r#match"), "host::match::variant");
    }
}
