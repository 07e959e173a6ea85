//! Types of a captured module in a signature: their layout is compared.

#[specialize]
mod shapes {
    pub struct Point {
        x: f32,
        y: f32,
    }

    pub enum Shape {
        Dot(Point),
        Nothing,
    }

    #[specialize(n)]
    pub fn scaled(shape: &Shape, n: u32) -> Shape {
        match shape {
            Shape::Dot(Point { x, y }) => Shape::Dot(Point { x: x * n as f32, y: y * n as f32 }),
            Shape::Nothing => Shape::Nothing,
        }
    }
}
