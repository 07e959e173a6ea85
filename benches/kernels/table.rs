//! The table: the ways to compute one thing take turns, after their answers were compared, and each is a column.

use std::fmt::Debug;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::meter::{best_turns, pin};

/// How long a turn of the variant takes.
const TURN: Duration = Duration::from_micros(300);
/// Rounds of turns.
const ROUNDS: usize = 51;
/// What the ratio of a variant to the function by hand may reach.
const BOUND: f64 = 1.05;

/// So many calls with a state.
type Calls<'a, S> = Box<dyn Fn(&mut S, u64) + 'a>;

/// The ways to compute one thing: each takes a state, which holds the input, and leaves its answer there.
pub(crate) struct Ways<'a, S> {
    calls: Vec<Calls<'a, S>>,
    library: Option<&'static str>,
}

impl<'a, S> Ways<'a, S> {
    /// The generic function, the runtime variant by handle, and the function written by hand.
    pub(crate) fn of(generic: impl Fn(&mut S) + 'a, variant: impl Fn(&mut S) + 'a, by_hand: impl Fn(&mut S) + 'a) -> Ways<'a, S> {
        Ways { calls: vec![repeated(generic), repeated(variant), repeated(by_hand)], library: None }
    }

    /// With what others made for it.
    pub(crate) fn library(mut self, name: &'static str, call: impl Fn(&mut S) + 'a) -> Ways<'a, S> {
        self.calls.push(repeated(call));
        Ways { library: Some(name), ..self }
    }
}

/// A loop of its own for each way, so that none pays for an indirect call that it does not make.
fn repeated<'a, S>(call: impl Fn(&mut S) + 'a) -> Calls<'a, S> {
    Box::new(move |state, calls| (0..calls).for_each(|_| call(black_box(state))))
}

/// The rows so far.
pub(crate) struct Table {
    rows: usize,
    above: Vec<String>,
    only: Option<String>,
}

impl Table {
    /// Prints the head of a table of the rows whose name contains `only`.
    pub(crate) fn new(only: Option<String>) -> Table {
        println!("{:<44}{:>10}{:>10}{:>10}{:>9}{:>7}   library", "ns a call", "generic", "variant", "by hand", "variant", "gain");
        println!("{:<44}{:>10}{:>10}{:>10}{:>9}{:>7}", "", "", "", "", "/by hand", "");
        Table { rows: 0, above: Vec::new(), only }
    }

    /// Compares the answers, then the times, and prints them.
    pub(crate) fn row<S: Clone + Debug + PartialEq>(&mut self, name: &str, state: S, ways: Ways<'_, S>) {
        if self.only.as_ref().is_some_and(|only| !name.contains(only)) {
            return;
        }
        let answers: Vec<S> = ways.calls.iter().map(|calls| answer(&state, calls)).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{name}: the answers differ");
        // Not before a variant was made: the threads that the runtime starts for it would be kept on the same core.
        pin(0);
        // All ways work in the same place, since where it lies tells in the time.
        let mut state = state;
        let calls = calls_in_a_turn(&mut state, &ways.calls[1]);
        let best = best_turns(ROUNDS, ways.calls.len(), |way| ways.calls[way](&mut state, calls));
        let times: Vec<f64> = best.iter().map(|turn| turn.as_nanos() as f64 / calls as f64).collect();
        let (ratio, gain) = (times[1] / times[2], times[0] / times[1]);
        print!("{name:<44}{:>10.1}{:>10.1}{:>10.1}{ratio:>9.3}{gain:>7.1}", times[0], times[1], times[2]);
        match ways.library {
            Some(library) => println!("   {library} {:.1}, {:.2} of it", times[3], times[1] / times[3]),
            None => println!(),
        }
        self.rows += 1;
        if ratio > BOUND {
            self.above.push(format!("{name}: {ratio:.3}"));
        }
    }

    /// Prints which rows are above the bound.
    pub(crate) fn close(self) {
        println!("{} of {} rows are within {BOUND}", self.rows - self.above.len(), self.rows);
        self.above.iter().for_each(|row| println!("  not {row}"));
    }
}

fn answer<S: Clone>(state: &S, calls: &Calls<'_, S>) -> S {
    let mut state = state.clone();
    calls(&mut state, 1);
    state
}

fn calls_in_a_turn<S>(state: &mut S, calls: &Calls<'_, S>) -> u64 {
    let mut count = 1;
    loop {
        let started = Instant::now();
        calls(state, count);
        if started.elapsed() >= TURN {
            return count;
        }
        count *= 2;
    }
}
