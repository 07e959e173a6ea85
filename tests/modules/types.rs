//! Types of a captured module in signatures: by value and by reference, returned, boxed, behind `dyn`, and what unloading is told of them.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use specialize::{Tier, specialize};

use crate::support;

#[specialize]
#[allow(unreachable_pub, clippy::boxed_local, clippy::needless_arbitrary_self_type, reason = "forms that are tested")]
mod shapes {
    use std::any::Any;
    use std::cell::Cell;
    use std::rc::Rc;

    #[derive(Clone, Debug, PartialEq)]
    pub enum Shape {
        Dot,
        Line { from: Point, to: Point },
        Path(Vec<Point>),
        Group(Vec<Shape>),
    }

    /// Fields that the compiler puts into another order.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Point {
        mark: u8,
        pub x: f64,
        side: bool,
        y: f32,
    }

    #[repr(C, packed)]
    #[derive(Clone, Copy)]
    pub struct Packed(pub u8, pub u64);

    impl Point {
        pub fn new(x: f64, y: f32) -> Point {
            Point { mark: 1, x, side: true, y }
        }
    }

    impl Shape {
        fn times(&self, n: u32) -> Shape {
            let scale = |point: &Point| Point { x: point.x * f64::from(n), y: point.y * n as f32, ..*point };
            match self {
                Shape::Dot => Shape::Dot,
                Shape::Line { from, to } => Shape::Line { from: scale(from), to: scale(to) },
                Shape::Path(points) => Shape::Path(points.iter().map(scale).collect()),
                Shape::Group(shapes) => Shape::Group(shapes.iter().map(|shape| shape.times(n)).collect()),
            }
        }
    }

    #[specialize(n)]
    pub fn scaled(shape: &Shape, extra: Shape, n: u32) -> Vec<Shape> {
        vec![shape.times(n), extra.times(n + 1)]
    }

    #[specialize(n)]
    pub fn boxed(shape: Box<Shape>, packed: Packed, n: u32) -> Box<Shape> {
        Box::new(shape.times(n + u32::from(packed.0) + packed.1 as u32))
    }

    /// Counts where it is dropped.
    pub struct Counted(pub Rc<Cell<u32>>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[specialize(n)]
    pub fn kept(mut all: Vec<Counted>, n: usize) -> Vec<Counted> {
        all.truncate(n);
        all
    }

    pub trait Area {
        fn area(&self) -> u32;
    }

    pub struct Square(u32);

    impl Area for Square {
        fn area(&self) -> u32 {
            self.0 * self.0
        }
    }

    impl Area for Point {
        fn area(&self) -> u32 {
            self.x as u32
        }
    }

    #[specialize(n)]
    pub fn largest(areas: &[&dyn Area], n: u32) -> Box<dyn Area> {
        Box::new(Square(areas.iter().map(|area| area.area()).max().unwrap_or(0) + n))
    }

    pub mod inner {
        #[derive(Debug, PartialEq)]
        pub struct Named(pub u32);
    }

    fn name<T>() -> &'static str {
        std::any::type_name::<T>()
    }

    #[specialize(n)]
    pub fn identity(any: &dyn Any, n: u32) -> (Box<dyn Any>, String) {
        let inner = any.downcast_ref::<inner::Named>().map_or(0, |named| named.0);
        (Box::new(inner::Named(inner + n)), format!("{} {}", name::<inner::Named>(), name::<Shape>()))
    }
}

use shapes::{Point, Shape};

#[test]
fn types_of_the_module_cross_in_every_form() {
    support::private_store();
    let line = Shape::Line { from: Point::default(), to: Point::new(1.5, 2.5) };
    let group = Shape::Group(vec![line.clone(), Shape::Dot, Shape::Path(vec![Point::new(3.0, 4.0)])]);
    let scaled = shapes::scaled::prepare(3).expect("a variant");
    assert_eq!(scaled.tier(), Tier::Runtime);
    assert_eq!(scaled.call(&group, line.clone()), shapes::scaled::generic(&group, line, 3));
    let boxed = shapes::boxed::prepare(3).expect("a variant");
    let packed = shapes::Packed(1, 2);
    assert_eq!(boxed.call(Box::new(group.clone()), packed), shapes::boxed::generic(Box::new(group), packed, 3));
}

#[test]
fn values_are_dropped_once_wherever_they_end() {
    support::private_store();
    let drops = Rc::new(Cell::new(0));
    let all = || (0..5).map(|_| shapes::Counted(Rc::clone(&drops))).collect::<Vec<_>>();
    let kept = shapes::kept::prepare(2).expect("a variant").call(all());
    assert_eq!((kept.len(), drops.get()), (2, 3));
    drop(kept);
    assert_eq!(drops.get(), 5);
}

#[test]
fn traits_of_the_module_may_be_objects() {
    support::private_store();
    let bound = shapes::largest::prepare(7).expect("a variant");
    assert_eq!(bound.call(&[&Point::new(9.0, 0.0)]).area(), 256);
    let again = bound.call(&[&*bound.call(&[])]);
    assert_eq!(again.area(), shapes::largest::generic(&[&*shapes::largest::generic(&[], 7)], 7).area());
}

#[test]
fn types_of_the_module_are_the_same_type_in_a_variant() {
    support::private_store();
    let any: &dyn Any = &shapes::inner::Named(4);
    let bound = shapes::identity::prepare(5).expect("a variant");
    let (variant, generic) = (bound.call(any), shapes::identity::generic(any, 5));
    assert_eq!(variant.0.downcast_ref::<shapes::inner::Named>(), Some(&shapes::inner::Named(9)));
    assert_eq!(variant.1, generic.1);
}
