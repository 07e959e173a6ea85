//! Every combination of the values of two parameters.

#[specialize(rows in [2, 4], exact in [true])]
pub fn area(rows: usize, columns: usize, exact: bool) -> usize {
    if exact { rows * columns } else { rows }
}
