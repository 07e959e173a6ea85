//! The article's 8-bit processor, interpreted and specialized on the program.
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
use shared::compare;
use specialize::specialize;
use winnow::ascii::{dec_uint, digit1, space0, space1};
use winnow::combinator::{alt, cut_err, fail, opt, preceded};
use winnow::error::{StrContext, StrContextValue};
use winnow::token::rest;
use winnow::{ModalResult, Parser};

/// How many bytes the processor can address.
const MEMORY: usize = 256;

/// Runs the program `image` from address 0 on, on a memory that begins with it, until the first jump after `steps` steps. Gives how
/// the run ended (0 at its `HAL`, 1 for want of steps, 2 before a store into the program itself, 3 at a byte that is no instruction),
/// the address, and the steps made.
///
/// It is written so that LLVM can unroll it: instructions are fetched from the image, which is constant in a variant, and not from the
/// memory, which is not; each pass goes through the addresses in their order, and executes where the processor stands; and there is one
/// way only to the next address (a `for` with `continue` becomes two loops, neither of which is counted).
#[specialize(image)]
fn execute(memory: &mut [u8; 256], steps: u32, image: &[u8]) -> (u8, u8, u32) {
    let (mut r0, mut r1, mut at, mut done) = (0u8, 0u8, 0usize, 0u32);
    while done < steps {
        let mut address = 0;
        while address < image.len() {
            if address == at {
                done += 1;
                at = address + 2;
                let operand = if address + 1 < image.len() { image[address + 1] } else { 0 };
                match image[address] {
                    // Nothing, a byte wide: the article's `JMP 1` lands on one.
                    0 => at = address + 1,
                    1 => r0 = memory[operand as usize],
                    2 => r1 = memory[operand as usize],
                    3 | 4 if (operand as usize) < image.len() => return (2, address as u8, done),
                    3 => memory[operand as usize] = r0,
                    4 => memory[operand as usize] = r1,
                    5 => r0 = operand,
                    6 => r1 = operand,
                    7 => (r0, at) = (r0.wrapping_add(r1), address + 1),
                    8 => at = operand as usize,
                    9 => return (0, address as u8, done),
                    _ => return (3, address as u8, done),
                }
            }
            address += 1;
        }
        // Behind the program there is nothing, up to the end of the memory; then comes address 0 again.
        if at >= image.len() {
            done += 256usize.saturating_sub(at) as u32;
            at = 0;
        }
    }
    (1, at as u8, done)
}

/// An instruction of the processor as the article has its interfaces: one object each.
trait Instruction {
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
    ($($instruction:ident, |$this:pat_param, $memory:pat_param, $registers:pat_param| $body:expr;)*) => {
        $(impl Instruction for $instruction {
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
    Load, |Load(register, address), memory, registers| { registers.r[*register] = memory[usize::from(*address)]; registers.at = registers.at.wrapping_add(2) };
    Store, |Store(register, address), memory, registers| { memory[usize::from(*address)] = registers.r[*register]; registers.at = registers.at.wrapping_add(2) };
    Set, |Set(register, value), _, registers| { registers.r[*register] = *value; registers.at = registers.at.wrapping_add(2) };
    Add, |_, _, registers| { registers.r[0] = registers.r[0].wrapping_add(registers.r[1]); registers.at = registers.at.wrapping_add(1) };
    Jump, |Jump(address), _, registers| registers.at = *address;
}

impl Instruction for Halt {
    fn execute(&self, _: &mut [u8; MEMORY], _: &mut Registers) -> bool {
        true
    }
}

/// The instruction at each address, for a program that ran well before.
fn objects(image: &[u8]) -> Vec<Box<dyn Instruction>> {
    let byte = |at: usize| image.get(at % MEMORY).copied().unwrap_or(0);
    let object = |at: usize| -> Box<dyn Instruction> {
        let operand = byte(at + 1);
        match byte(at) {
            0 => Box::new(Nothing),
            code @ (1 | 2) => Box::new(Load(usize::from(code - 1), operand)),
            code @ (3 | 4) => Box::new(Store(usize::from(code - 3), operand)),
            code @ (5 | 6) => Box::new(Set(usize::from(code - 5), operand)),
            7 => Box::new(Add),
            8 => Box::new(Jump(operand)),
            _ => Box::new(Halt),
        }
    };
    (0..MEMORY).map(object).collect()
}

fn execute_objects(memory: &mut [u8; MEMORY], steps: u32, objects: &[Box<dyn Instruction>]) -> (u8, u8, u32) {
    let mut registers = Registers::default();
    let mut done = 0;
    loop {
        let before = registers.at;
        done += 1;
        if objects[usize::from(before)].execute(memory, &mut registers) {
            return (0, before, done);
        }
        if registers.at <= before && done >= steps {
            return (1, registers.at, done);
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

/// The article's 8-bit processor, interpreted and specialized on the program.
#[derive(Arguments)]
struct Settings {
    /// A program to assemble and run, instead of the two that are built in.
    file: Option<PathBuf>,
    /// After how many steps a program that does not halt is stopped.
    #[arg(long, default_value_t = 10_000)]
    steps: u32,
    /// What is at address 200 at first.
    #[arg(long, default_value_t = 7)]
    input: u8,
}

fn main() -> ExitCode {
    shared::main(run)
}

fn run(settings: Settings) -> Result<(), String> {
    match &settings.file {
        Some(file) => show(&file.display().to_string(), &read(file)?, &settings),
        None => {
            show("the article's counting program", COUNTING, &settings)?;
            println!();
            show("a multiplication by 201, without a loop", &multiplying(), &settings)
        }
    }
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

fn show(name: &str, text: &str, settings: &Settings) -> Result<(), String> {
    let image = assemble(name, text)?;
    let mut fresh = [0; MEMORY];
    fresh[200] = settings.input;
    fresh[..image.len()].copy_from_slice(&image);
    let mut memory = fresh;
    let (end, at, done) = execute::generic(&mut memory, settings.steps, &image);
    match end {
        0 => println!("{name}: halts at address {at} after {done} steps"),
        1 => println!("{name}: stopped at address {at} after {done} steps"),
        2 => return Err(format!("{name} stores into its own code at address {at}, which this processor keeps as it is")),
        _ => return Err(format!("{name}: at address {at} there is a {}, which is no instruction", image[usize::from(at)])),
    }
    let changed = (0..MEMORY).filter(|at| memory[*at] != fresh[*at]).map(|at| format!("{} at {at}", memory[at]));
    println!("memory then: {}", changed.collect::<Vec<_>>().join(", "));

    let (bound, took) = shared::ready(|| execute::prepare(&image), || execute::bind(&image));
    shared::arrived(execute::table(), bound.tier(), took);
    let (steps, image, objects) = (settings.steps, &image, black_box(objects(&image)));
    let ways: [(&str, Execute<'_>); 4] = [
        ("generic, interpreted", Box::new(|memory| execute::generic(memory, black_box(steps), black_box(image)))),
        ("an object for each instruction (dyn)", Box::new(|memory| execute_objects(memory, black_box(steps), &objects))),
        ("specialized on the program, by the dispatcher", Box::new(|memory| execute(memory, black_box(steps), black_box(image)))),
        ("specialized on the program, by handle", Box::new(|memory| bound.call(memory, black_box(steps)))),
    ];
    for (way, execute) in &ways {
        let mut other = fresh;
        if execute(&mut other) != (end, at, done) || other != memory {
            return Err(format!("`{way}` ends with another memory: this is a bug"));
        }
    }
    // All begin with this memory and change it in the same way; it is not made anew for each run, which would take as long.
    let mut ways = ways.map(|(way, execute)| {
        let mut memory = fresh;
        (way, Box::new(move || execute(black_box(&mut memory))) as Box<dyn FnMut() -> _ + '_>)
    });
    compare("step", f64::from(done), &mut ways)
}

/// A way to run a program on a memory.
type Execute<'a> = Box<dyn Fn(&mut [u8; MEMORY]) -> (u8, u8, u32) + 'a>;
