//! Floating point: convolution, polynomials, dot products, small dense matrices.

use std::error::Error;

use specialize::specialize;

use super::constants::{KERNEL_SIZES, POLYNOMIAL_SIZES, ROWS, SMALLEST_MATRIX, coefficients};
use super::{ByHand, Table, Ways};

/// A convolution in one dimension.
#[specialize(kernel)]
fn convolve(input: &[f32], kernel: &[f32], output: &mut [f32]) {
    for (output, window) in output.iter_mut().zip(input.windows(kernel.len())) {
        *output = window.iter().zip(kernel).map(|(x, factor)| x * factor).sum();
    }
}

/// A polynomial at each element, by Horner's rule.
#[specialize(coefficients)]
fn polynomial(input: &[f32], coefficients: &[f32], output: &mut [f32]) {
    for (output, x) in output.iter_mut().zip(input) {
        *output = coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient);
    }
}

/// A dot product in sixteen lanes.
#[specialize(weights)]
fn dot(vector: &[f32], weights: &[f32]) -> f32 {
    assert!(vector.len() == weights.len());
    let mut lanes = [0.0f32; 16];
    for (vector, weights) in vector.as_chunks::<16>().0.iter().zip(weights.as_chunks::<16>().0) {
        for lane in 0..16 {
            lanes[lane] += vector[lane] * weights[lane];
        }
    }
    lanes.iter().sum()
}

/// The product of two matrices of `n` rows of `n`, at most 16.
///
/// `n` stands last: a variant has it among its arguments too, and in front it would push another one out of the registers.
#[specialize(n)]
fn multiply(left: &[f32], right: &[f32], product: &mut [f32], n: usize) {
    let (left, right, product) = (&left[..n * n], &right[..n * n], &mut product[..n * n]);
    for row in 0..n {
        let (left, product) = (&left[row * n..][..n], &mut product[row * n..][..n]);
        let mut sums = [0.0; 16];
        let sums = &mut sums[..n];
        for middle in 0..n {
            let right = &right[middle * n..][..n];
            for column in 0..n {
                sums[column] += left[middle] * right[column];
            }
        }
        product.copy_from_slice(sums);
    }
}

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|index| (index * 7919 % 1000) as f32 / 500.0 - 1.0).collect()
}

pub(crate) fn convolutions(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    for (size, by_hand) in KERNEL_SIZES.into_iter().zip(by_hand.convolve) {
        let kernel = &coefficients::<16>()[..size];
        let bound = convolve::prepare(kernel)?;
        let ways = Ways::of(
            |s: &mut (Vec<f32>, Vec<f32>)| convolve::generic(&s.0, kernel, &mut s.1),
            move |s| bound.call(&s.0, &mut s.1),
            move |s| by_hand(&s.0, &mut s.1),
        );
        table.row(&format!("convolution of {ROWS}, kernel of {size}"), (numbers(ROWS + size - 1), vec![f32::NAN; ROWS]), ways);
    }
    Ok(())
}

pub(crate) fn polynomials(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    for (size, by_hand) in POLYNOMIAL_SIZES.into_iter().zip(by_hand.polynomial) {
        let coefficients = &coefficients::<16>()[..size];
        let bound = polynomial::prepare(coefficients)?;
        let ways = Ways::of(
            |s: &mut (Vec<f32>, Vec<f32>)| polynomial::generic(&s.0, coefficients, &mut s.1),
            move |s| bound.call(&s.0, &mut s.1),
            move |s| by_hand(&s.0, &mut s.1),
        );
        table.row(&format!("polynomial of {size} at {ROWS} places"), (numbers(ROWS), vec![f32::NAN; ROWS]), ways);
    }
    Ok(())
}

pub(crate) fn dots(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let weights = coefficients::<768>();
    for (dimension, by_hand) in super::constants::DIMENSIONS.into_iter().zip(by_hand.dot) {
        let weights = &weights[..dimension];
        let bound = dot::prepare(weights)?;
        let ways = Ways::of(
            |s: &mut (Vec<f32>, f32)| s.1 = dot::generic(&s.0, weights),
            move |s| s.1 = bound.call(&s.0),
            move |s| s.1 = by_hand(&s.0),
        );
        table.row(&format!("dot product of {dimension}"), (numbers(dimension), 0.0), ways);
    }
    Ok(())
}

pub(crate) fn matrices(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    for (n, by_hand) in (SMALLEST_MATRIX..).zip(by_hand.multiply) {
        let bound = multiply::prepare(n)?;
        let ways = Ways::of(
            |s: &mut (Vec<f32>, Vec<f32>, Vec<f32>)| multiply::generic(&s.0, &s.1, &mut s.2, n),
            move |s| bound.call(&s.0, &s.1, &mut s.2),
            move |s| by_hand(&s.0, &s.1, &mut s.2),
        );
        let state = (numbers(n * n), numbers(2 * n * n).split_off(n * n), vec![0.0; n * n]);
        table.row(&format!("product of matrices {n} x {n}"), state, ways);
    }
    Ok(())
}
