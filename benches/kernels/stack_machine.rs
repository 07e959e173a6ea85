//! The interpreter of a small stack machine, which is specialized on its program.

use specialize::specialize;

/// The interpreter of a small stack machine; an instruction is its code and its operand.
#[specialize(program)]
pub(crate) fn run(x: u64, program: &[(u8, i64)]) -> u64 {
    let mut stack = [0u64; 8];
    let mut top = 0;
    stack[0] = x;
    for &(code, operand) in program {
        match code {
            0 => {
                top = (top + 1) % 8;
                stack[top] = operand as u64;
            }
            1 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_add(stack[(top + 1) % 8]);
            }
            2 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_mul(stack[(top + 1) % 8]);
            }
            3 => stack[top] = stack[top].rotate_left(operand as u32 % 64),
            4 => {
                top = (top + 1) % 8;
                stack[top] = x;
            }
            _ => stack[top] ^= operand as u64,
        }
    }
    stack[top]
}
