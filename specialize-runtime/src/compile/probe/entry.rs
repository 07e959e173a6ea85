// The entry of the probe's template: the kernels, each with its specialized parameter filled and what stands in its place ignored.

#[unsafe(no_mangle)]
pub fn specialize_entry(_: u32) -> super::Kernels {
    super::Kernels {
        scalars: |a, b, c, d, e, f, g, h, _| super::scalars(a, b, c, d, e, f, g, h, HOLE_0),
        floats: |x, y, values, _| super::floats(x, y, values, HOLE_0),
        wide: |a, b, _| super::wide(a, b, HOLE_0),
        maths: if cfg!(_0) { Some(|x, a, _| super::maths(x, a, HOLE_0)) } else { None },
        find: |words, text, _| super::find(words, text, HOLE_0),
        describe: |text, numbers, _| super::describe(text, numbers, HOLE_0),
        grow: |list, _| super::grow(list, HOLE_0),
        consume: |list, text, _| super::consume(list, text, HOLE_0),
        allocate: |_| super::allocate(HOLE_0),
        add: |x, dropped, _| super::add(x, dropped, HOLE_0),
        index: |words, dropped, _| super::index(words, dropped, HOLE_0),
        fail: |text, dropped, _| super::fail(text, dropped, HOLE_0),
        call: |callee, dropped, _| super::call(callee, dropped, HOLE_0),
        identity: |_| super::identity(HOLE_0),
        any: |_| super::any(HOLE_0),
    }
}

#[unsafe(no_mangle)]
pub static SPECIALIZE_LAYOUT: [[usize; 2]; 2] = [
    [::core::mem::size_of::<u32>(), ::core::mem::align_of::<u32>()],
    [::core::mem::size_of::<super::Kernels>(), ::core::mem::align_of::<super::Kernels>()],
];
