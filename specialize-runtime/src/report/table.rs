//! A report printed as a table.

use std::fmt;

use crate::report::{Report, ValueReport, Verdict};
use crate::stats::path;

/// The longest value that is shown in full.
const LONGEST_VALUE: usize = 24;

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for function in self.functions.iter().filter(|function| !function.values.is_empty()) {
            writeln!(formatter, "{}", path(function.module_path, function.name))?;
            writeln!(
                formatter,
                "  {:<LONGEST_VALUE$} {:<10} {:>14} {:>12} {:>12} {:>12}  verdict",
                "value", "tier", "calls, about", "cost", "generic ns", "variant ns"
            )?;
            function.values.iter().try_for_each(|value| write!(formatter, "{value}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for ValueReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value: String = self.value.chars().take(LONGEST_VALUE).collect();
        if value.len() < self.value.len() {
            value.pop();
            value.push('…');
        }
        let cost = self.cost.map_or_else(|| "-".to_owned(), |cost| format!("{:.2} ms", cost.as_secs_f64() * 1e3));
        let nanoseconds = |time: Option<f64>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1}"));
        writeln!(
            formatter,
            "  {value:<LONGEST_VALUE$} {:<10} {:>14} {cost:>12} {:>12} {:>12}  {}",
            self.tier,
            grouped(self.calls),
            nanoseconds(self.generic),
            nanoseconds(self.bound),
            self.verdict
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Verdict::NotMeasured => formatter.write_str("not measured"),
            Verdict::TooCloseToTell { speedup } => write!(formatter, "too close to tell: {speedup:.2}x"),
            Verdict::NotWorthIt { speedup } => write!(formatter, "not worth it: {speedup:.2}x"),
            Verdict::Pays { speedup, after: 0, .. } => write!(formatter, "pays: {speedup:.1}x"),
            Verdict::Pays { speedup, after, paid: true } => {
                write!(formatter, "pays: {speedup:.1}x, has paid for itself after {} calls", grouped(after))
            }
            Verdict::Pays { speedup, after, paid: false } => {
                write!(formatter, "pays: {speedup:.1}x, will have paid for itself after {} calls", grouped(after))
            }
        }
    }
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_words() {
        let words = |verdict: Verdict| verdict.to_string();
        assert_eq!(words(Verdict::NotMeasured), "not measured");
        assert_eq!(words(Verdict::NotWorthIt { speedup: 1.02 }), "not worth it: 1.02x");
        let pays = |after, paid| words(Verdict::Pays { speedup: 3.1, after, paid });
        assert_eq!(pays(1_200, true), "pays: 3.1x, has paid for itself after 1,200 calls");
        assert_eq!(pays(1_234_567, false), "pays: 3.1x, will have paid for itself after 1,234,567 calls");
        assert_eq!(pays(0, true), "pays: 3.1x");
    }
}
