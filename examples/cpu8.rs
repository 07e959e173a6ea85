//! The 8-bit processor of the article "Interface Dispatch" (Borislav Nikolov, REKKI), interpreted and specialized on the program.
//!
//! `cargo run --release --example cpu8 -- FILE` assembles a file and runs it; without one, it runs the article's counting program and
//! a longer one without a loop. A line of a program is an instruction, a byte for data (`.byte 5`) or empty; it may begin with its
//! number (`0003:`) and end with a comment (`// ...`):
//!
//!     MOV 10, r0     copies what is at address 10 to r0 (or r1)
//!     MOV r0, 10     copies r0 (or r1) to address 10
//!     MOV r0, $5     sets r0 (or r1) to 5
//!     ADD            adds r1 to r0
//!     JMP 1          goes on at address 1
//!     HAL            stops
//!
//! What specialization gives: straight code with nothing left of fetching and decoding. Where a program loops, that depends on how its
//! interpreter is written. As most are, with a loop around a `match` on what stands at a program counter, nothing is gained, since LLVM
//! does not know where the processor stands when it comes round again. This one is written so that it does (see [`execute`]), and then
//! the counting program, which loops for ever, gains most of all.

mod shared;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as Arguments;
use processor::{End, Instruction, MEMORY, execute};
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, INTERFACE, Meter, Way, compare};
use specialize::specialize;
use winnow::ascii::{dec_uint, digit1, space0, space1};
use winnow::combinator::{alt, cut_err, fail, opt, preceded};
use winnow::error::{StrContext, StrContextValue};
use winnow::token::rest;
use winnow::{ModalResult, Parser};

/// What is specialized: the processor, on its program.
#[specialize]
mod processor {
    /// How many bytes the processor can address.
    pub(crate) const MEMORY: usize = 256;

    /// What there is at an address of a program, if the processor comes to it.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Instruction {
        /// A byte wide: the article's `JMP 1` lands on one.
        Nothing,
        /// From an address to a register.
        Load(Register, u8),
        /// From a register to an address.
        Store(Register, u8),
        Set(Register, u8),
        Add,
        Jump(u8),
        Halt,
        Unknown,
    }

    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Register {
        R0,
        R1,
    }

    /// How a run ended.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum End {
        Halted,
        /// There were no steps left.
        Stopped,
        /// Before a store into the program itself.
        OwnCode,
        /// At a byte that is no instruction.
        Unknown,
    }

    /// Runs a program, given by what is at each of its addresses, from address 0 on, on a memory that begins with it, until the first
    /// jump after `steps` steps. Gives how the run ended, the address, and the steps made.
    ///
    /// It is written so that LLVM can unroll it: instructions come from the program, which is constant in a variant, and not from the
    /// memory, which is not; each pass goes through the addresses in their order, and executes where the processor stands; and there is
    /// one way only to the next address (a `for` with `continue` becomes two loops, neither of which is counted).
    #[specialize(program)]
    pub(crate) fn execute(memory: &mut [u8; MEMORY], steps: u32, program: &[Instruction]) -> (End, u8, u32) {
        let (mut r0, mut r1, mut at, mut done) = (0u8, 0u8, 0usize, 0u32);
        while done < steps {
            let mut address = 0;
            while address < program.len() {
                if address == at {
                    done += 1;
                    at = address + 2;
                    match program[address] {
                        Instruction::Nothing => at = address + 1,
                        Instruction::Load(Register::R0, from) => r0 = memory[from as usize],
                        Instruction::Load(Register::R1, from) => r1 = memory[from as usize],
                        Instruction::Store(_, to) if (to as usize) < program.len() => return (End::OwnCode, address as u8, done),
                        Instruction::Store(Register::R0, to) => memory[to as usize] = r0,
                        Instruction::Store(Register::R1, to) => memory[to as usize] = r1,
                        Instruction::Set(Register::R0, value) => r0 = value,
                        Instruction::Set(Register::R1, value) => r1 = value,
                        Instruction::Add => (r0, at) = (r0.wrapping_add(r1), address + 1),
                        Instruction::Jump(to) => at = to as usize,
                        Instruction::Halt => return (End::Halted, address as u8, done),
                        Instruction::Unknown => return (End::Unknown, address as u8, done),
                    }
                }
                address += 1;
            }
            // Behind the program there is nothing, up to the end of the memory; then comes address 0 again.
            if at >= program.len() {
                done += MEMORY.saturating_sub(at) as u32;
                at = 0;
            }
        }
        (End::Stopped, at as u8, done)
    }
}

/// What is at each address of an image.
fn decode(image: &[u8]) -> Vec<Instruction> {
    use processor::Register::{R0, R1};
    let instruction = |at: usize| {
        let operand = image.get(at + 1).copied().unwrap_or(0);
        match image[at] {
            0 => Instruction::Nothing,
            1 => Instruction::Load(R0, operand),
            2 => Instruction::Load(R1, operand),
            3 => Instruction::Store(R0, operand),
            4 => Instruction::Store(R1, operand),
            5 => Instruction::Set(R0, operand),
            6 => Instruction::Set(R1, operand),
            7 => Instruction::Add,
            8 => Instruction::Jump(operand),
            9 => Instruction::Halt,
            _ => Instruction::Unknown,
        }
    };
    (0..image.len()).map(instruction).collect()
}

/// An instruction as the article has its interfaces: one object each.
trait Execute {
    /// Does what it does to the registers and the memory; whether to stop.
    fn execute(&self, memory: &mut [u8; MEMORY], registers: &mut Registers) -> bool;
}

#[derive(Default)]
struct Registers {
    r: [u8; 2],
    at: u8,
}

struct Nothing;
struct Load(usize, u8);
struct Store(usize, u8);
struct Set(usize, u8);
struct Add;
struct Jump(u8);
struct Halt;

macro_rules! instructions {
    ($($instruction:ident, |$this:pat_param, $memory:pat_param, $registers:ident| $body:expr;)*) => {
        $(impl Execute for $instruction {
            fn execute(&self, $memory: &mut [u8; MEMORY], $registers: &mut Registers) -> bool {
                let $this = self;
                $body;
                false
            }
        })*
    };
}

instructions! {
    Nothing, |_, _, registers| registers.at = registers.at.wrapping_add(1);
    Load, |Load(register, address), memory, registers| {
        registers.r[*register] = memory[usize::from(*address)];
        registers.at = registers.at.wrapping_add(2)
    };
    Store, |Store(register, address), memory, registers| {
        memory[usize::from(*address)] = registers.r[*register];
        registers.at = registers.at.wrapping_add(2)
    };
    Set, |Set(register, value), _, registers| { registers.r[*register] = *value; registers.at = registers.at.wrapping_add(2) };
    Add, |_, _, registers| { registers.r[0] = registers.r[0].wrapping_add(registers.r[1]); registers.at = registers.at.wrapping_add(1) };
    Jump, |Jump(address), _, registers| registers.at = *address;
}

impl Execute for Halt {
    fn execute(&self, _: &mut [u8; MEMORY], _: &mut Registers) -> bool {
        true
    }
}

/// The object at each address, for a program that ran well before.
fn objects(program: &[Instruction]) -> Vec<Box<dyn Execute>> {
    let object = |at: usize| -> Box<dyn Execute> {
        match program.get(at).copied().unwrap_or(Instruction::Nothing) {
            Instruction::Nothing => Box::new(Nothing),
            Instruction::Load(register, address) => Box::new(Load(register as usize, address)),
            Instruction::Store(register, address) => Box::new(Store(register as usize, address)),
            Instruction::Set(register, value) => Box::new(Set(register as usize, value)),
            Instruction::Add => Box::new(Add),
            Instruction::Jump(address) => Box::new(Jump(address)),
            Instruction::Halt | Instruction::Unknown => Box::new(Halt),
        }
    };
    (0..MEMORY).map(object).collect()
}

fn execute_objects(memory: &mut [u8; MEMORY], steps: u32, objects: &[Box<dyn Execute>]) -> (End, u8, u32) {
    let mut registers = Registers::default();
    let mut done = 0;
    loop {
        let before = registers.at;
        done += 1;
        if objects[usize::from(before)].execute(memory, &mut registers) {
            return (End::Halted, before, done);
        }
        if registers.at <= before && done >= steps {
            return (End::Stopped, registers.at, done);
        }
    }
}

/// What a line stands for, in bytes.
fn line(input: &mut &str) -> ModalResult<Vec<u8>> {
    let expects = |what| StrContext::Expected(StrContextValue::Description(what));
    let _ = (space0, opt((digit1, ':', space0))).parse_next(input)?;
    let nothing = alt((winnow::combinator::eof, "//")).value(Vec::new());
    let jump = preceded(("JMP", cut_err(space1)), cut_err(number)).map(|address| vec![8, address]);
    let data = preceded((".byte", cut_err(space1)), cut_err(number)).map(|byte| vec![byte]);
    let moves = preceded(("MOV", cut_err(space1)), cut_err(moved));
    let code = alt((nothing, moves, "ADD".value(vec![7]), jump, "HAL".value(vec![9]), data, fail))
        .context(expects("`MOV`, `ADD`, `JMP`, `HAL` or `.byte`"))
        .parse_next(input)?;
    space0.parse_next(input)?;
    if code.is_empty() || input.starts_with("//") {
        rest.parse_next(input)?;
    }
    Ok(code)
}

/// What a `MOV` moves, from or to where.
fn moved(input: &mut &str) -> ModalResult<Vec<u8>> {
    let comma = (space0, cut_err(','.context(StrContext::Expected(StrContextValue::CharLiteral(',')))), space0);
    if let Some(register) = opt(register).parse_next(input)? {
        comma.void().parse_next(input)?;
        let immediate = opt('$').parse_next(input)?.is_some();
        let operand = number(input)?;
        return Ok(vec![if immediate { 5 } else { 3 } + register, operand]);
    }
    let address = number(input)?;
    comma.void().parse_next(input)?;
    let expected = StrContextValue::Description("`r0` or `r1`");
    let register = register.context(StrContext::Expected(expected)).parse_next(input)?;
    Ok(vec![1 + register, address])
}

fn register(input: &mut &str) -> ModalResult<u8> {
    alt(("r0".value(0), "r1".value(1))).parse_next(input)
}

fn number(input: &mut &str) -> ModalResult<u8> {
    let expected = StrContextValue::Description("a number from 0 to 255");
    dec_uint.context(StrContext::Expected(expected)).parse_next(input)
}

/// The bytes of a program.
fn assemble(name: &str, text: &str) -> Result<Vec<u8>, String> {
    let mut image = Vec::new();
    for (index, text) in text.lines().enumerate() {
        image.extend(shared::parse(&format!("line {} of {name}", index + 1), text, line)?);
        if image.len() > MEMORY {
            return Err(format!("{name} is longer than the processor's memory of {MEMORY} bytes: line {} does not fit", index + 1));
        }
    }
    if image.is_empty() {
        return Err(format!("there is no instruction in {name}"));
    }
    Ok(image)
}

const COUNTING: &str = "0000: MOV r0, $0
0001: MOV r1, $1
0002: ADD
0003: MOV r0, 10
0004: JMP 1      // forever; address 1 is the operand 0 of the first instruction, which does nothing
      .byte 0
";

/// What a person would write for [`COUNTING`]: rounds of five steps.
fn count(memory: &mut [u8; MEMORY], steps: u32) -> (End, u8, u32) {
    let (mut r0, mut done) = (0u8, 0);
    while done < steps {
        r0 = r0.wrapping_add(1);
        memory[10] = r0;
        done += 5;
    }
    (End::Stopped, 1, done)
}

/// Multiplies what is at address 200 by 201, by doubling: 201 is 11001001 in binary.
fn multiplying() -> String {
    let mut text = String::from("MOV 200, r0 // the number\nMOV r0, 201 // its first multiple\n");
    for bit in [1, 0, 0, 1, 0, 0, 1] {
        text += "MOV 201, r0\nMOV 201, r1\nADD // doubled\nMOV r0, 201\n";
        if bit == 1 {
            text += "MOV 200, r1\nADD // and once more\nMOV r0, 201\n";
        }
    }
    text + "HAL\n"
}

/// What a person would write for [`multiplying`].
fn multiply(memory: &mut [u8; MEMORY], _: u32) -> (End, u8, u32) {
    memory[201] = memory[200].wrapping_mul(201);
    (End::Halted, 68, 40)
}

/// The article's 8-bit processor, interpreted and specialized on the program.
#[derive(Arguments)]
pub(crate) struct Settings {
    /// A program to assemble and run, instead of the two that are built in.
    file: Option<PathBuf>,
    /// After how many steps a program that does not halt is stopped.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    steps: u32,
    /// What is at address 200 at first.
    #[arg(long, default_value_t = 7)]
    input: u8,
}

/// Does what a program does, to a memory and for some steps.
type ByHand = fn(&mut [u8; MEMORY], u32) -> (End, u8, u32);

/// A program: its name, its text, and the same in Rust, where there is that.
struct Program<'a> {
    name: &'a str,
    text: &'a str,
    by_hand: Option<ByHand>,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    if let Some(file) = &settings.file {
        let program = Program { name: &file.display().to_string(), text: &read(file)?, by_hand: None };
        return show(&program, &settings, meter);
    }
    show(&Program { name: "cpu8: counting, for ever", text: COUNTING, by_hand: Some(count) }, &settings, meter)?;
    println!();
    let multiplying = multiplying();
    show(&Program { name: "cpu8: a multiplication without a loop", text: &multiplying, by_hand: Some(multiply) }, &settings, meter)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

/// A way to run a program on a memory; it gives how the run ended, the address, and the steps made.
type Run<'a> = Box<dyn Fn(&mut [u8; MEMORY]) -> (End, u8, u32) + 'a>;

fn show(program: &Program<'_>, settings: &Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let (name, image) = (program.name, assemble(program.name, program.text)?);
    let mut fresh = [0; MEMORY];
    fresh[200] = settings.input;
    fresh[..image.len()].copy_from_slice(&image);
    let (steps, code, mut memory) = (settings.steps, &decode(&image)[..], fresh);
    let outcome = execute::generic(&mut memory, steps, code);
    let (end, at, done) = outcome;
    match end {
        End::Halted => println!("{name}: halts at address {at} after {done} steps"),
        End::Stopped => println!("{name}: stopped at address {at} after {done} steps"),
        End::OwnCode => return Err(format!("{name} stores into its own code at address {at}, which this processor keeps as it is")),
        End::Unknown => return Err(format!("{name}: at address {at} there is a {}, which is no instruction", image[usize::from(at)])),
    }
    let changed = (0..MEMORY).filter(|at| memory[*at] != fresh[*at]).map(|at| format!("{} at {at}", memory[at]));
    println!("memory then: {}", changed.collect::<Vec<_>>().join(", "));

    let (bound, took) = shared::ready(|| execute::prepare(code), || execute::bind(code));
    shared::arrived(execute::table(), bound.tier(), took);
    let objects = black_box(objects(code));
    let mut ways: Vec<(&'static str, &'static str, Run<'_>)> = vec![
        (INTERFACE, "an object for each instruction", Box::new(|memory| execute_objects(memory, steps, &objects))),
        (GENERIC, "the program interpreted", Box::new(|memory| execute::generic(memory, steps, black_box(code)))),
        (DISPATCHER, "specialized on the program", Box::new(|memory| execute(memory, steps, black_box(code)))),
        (HANDLE, "specialized on the program", Box::new(|memory| bound.call(memory, steps))),
    ];
    if let Some(by_hand) = program.by_hand {
        ways.push((BY_HAND, "what the program does, in Rust", Box::new(move |memory| by_hand(memory, steps))));
    }
    for (way, _, run) in &ways {
        let mut other = fresh;
        if run(&mut other) != outcome || other != memory {
            return Err(format!("`{way}` ends with another memory: this is a bug"));
        }
    }
    let ways = ways.into_iter().map(|way| on_its_own_memory(way, fresh)).collect();
    compare(meter, name, "step", f64::from(done), ways)
}

/// All ways begin with the same memory and change it in the same way; it is not made anew for each run, which would take as long.
fn on_its_own_memory<'a>((name, words, run): (&'static str, &'static str, Run<'a>), mut memory: [u8; MEMORY]) -> Way<'a, (End, u8, u32)> {
    (name, words, Box::new(move || run(black_box(&mut memory))))
}
