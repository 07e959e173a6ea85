//! The values that the kernels are specialized for, known to the bench at run time and to the functions written by hand as constants.

/// Sizes of a convolution's kernel.
pub(crate) const KERNEL_SIZES: [usize; 3] = [3, 9, 16];
/// Numbers of coefficients of a polynomial.
pub(crate) const POLYNOMIAL_SIZES: [usize; 3] = [4, 8, 16];
/// Dimensions of a dot product.
pub(crate) const DIMENSIONS: [usize; 3] = [16, 96, 768];
/// The smallest matrix has this many rows.
pub(crate) const SMALLEST_MATRIX: usize = 4;
/// Rows of a table, and elements of a column.
pub(crate) const ROWS: usize = 4096;
/// Divisors of a column.
pub(crate) const DIVISORS: [u32; 3] = [7, 10, 641];
/// Sets of delimiters.
pub(crate) const DELIMITERS: [&[u8]; 3] = [b",", b" ,\n", b" \t\n,;:()"];
/// Patterns of file names.
pub(crate) const PATTERNS: [&str; 3] = ["*.rs", "src/*.rs", "src/*/compile/*_??.rs"];

/// As many coefficients.
pub(crate) const fn coefficients<const N: usize>() -> [f32; N] {
    let mut coefficients = [0.0; N];
    let mut index = 0;
    while index < N {
        coefficients[index] = ((index * 37 + 11) % 64) as f32 / 64.0 - 0.4;
        index += 1;
    }
    coefficients
}

/// Comparisons of a row: the column, how (0 less, 1 greater, 2 not equal), and with what.
pub(crate) const COMPARISONS: [(u8, u8, i32); 12] = [
    (0, 0, 900),
    (1, 1, 100),
    (2, 2, 500),
    (3, 0, 800),
    (0, 1, 50),
    (1, 2, 333),
    (2, 0, 950),
    (3, 1, 20),
    (0, 2, 77),
    (1, 0, 990),
    (2, 1, 5),
    (3, 2, 42),
];

/// A program for a small stack machine: a sum of eight terms in its input.
pub(crate) const fn program() -> [(u8, i64); 50] {
    let mut program = [(0, 0); 50];
    let mut index = 0;
    while index < 8 {
        let factor = 3 * (index as i64 + 1);
        let term = [(4, 0), (0, factor), (2, 0), (3, factor % 7), (5, 0x5bd1 * factor), (1, 0)];
        let mut step = 0;
        while step < 6 {
            program[6 * index + step] = term[step];
            step += 1;
        }
        index += 1;
    }
    program[48] = (5, 1);
    program[49] = (3, 3);
    program
}
