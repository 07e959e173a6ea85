//! What the crate of functions written by hand lends: addresses, by family, in the order of the values.

/// From one column to another of the same length.
pub(crate) type Map<T> = fn(&[T], &mut [T]);
/// From two matrices to their product.
pub(crate) type Multiply = fn(&[f32], &[f32], &mut [f32]);
/// From a text to where its tokens start, and how many they are.
pub(crate) type Tokenize = fn(&[u8], &mut [u32]) -> usize;
/// Four columns.
pub(crate) type Columns = [[i32; super::constants::ROWS]; 4];

/// The functions written by hand.
#[repr(C)]
pub(crate) struct ByHand {
    pub(crate) convolve: [Map<f32>; 3],
    pub(crate) polynomial: [Map<f32>; 3],
    pub(crate) dot: [fn(&[f32]) -> f32; 3],
    pub(crate) multiply: [Multiply; 13],
    pub(crate) unpack: [Map<u32>; 32],
    pub(crate) divide: [Map<u32>; 3],
    pub(crate) remain: [Map<u32>; 3],
    pub(crate) divide_long: [Map<u64>; 3],
    pub(crate) remain_long: [Map<u64>; 3],
    pub(crate) filter: [fn(&Columns, &mut [u8]); 12],
    pub(crate) tokenize: [Tokenize; 3],
    pub(crate) matches: [fn(&str) -> bool; 3],
    pub(crate) run: fn(u64) -> u64,
}
