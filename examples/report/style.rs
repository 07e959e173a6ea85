//! What the pictures share: their size, ground, colours and letters. They are read on light pages and on dark ones.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// As wide as a page of documentation, in pixels.
pub(crate) const WIDTH: u32 = 860;

/// These are told apart also by people who see no red or green.
pub(crate) const GREY: RGBColor = RGBColor(0x8c, 0x95, 0x9f);
pub(crate) const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
pub(crate) const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
pub(crate) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub(crate) const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
pub(crate) const PURPLE: RGBColor = RGBColor(0xaa, 0x4a, 0x8c);
pub(crate) const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
pub(crate) const FAINT_INK: RGBColor = RGBColor(0x59, 0x63, 0x6e);
pub(crate) const LINES: RGBColor = RGBColor(0xe2, 0xe6, 0xea);

/// A picture, or a part of one.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A white ground with a heading and a line below it.
pub(crate) fn canvas<'a>(svg: &'a mut String, height: u32, heading: &str, below: &str) -> Result<Area<'a>, Box<dyn Error>> {
    let area = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    area.draw(&Text::new(heading.to_owned(), (20, 14), bold(17, &INK)))?;
    area.draw(&Text::new(below.to_owned(), (20, 38), letters(13, &FAINT_INK)))?;
    Ok(area)
}

/// Letters of a size in pixels, from their top left corner on.
pub(crate) fn letters(size: u32, colour: &RGBColor) -> TextStyle<'static> {
    // What the backend writes down is smaller than what it is asked for, by this.
    ("sans-serif", f64::from(size) * 1.24).into_font().color(colour)
}

pub(crate) fn bold(size: u32, colour: &RGBColor) -> TextStyle<'static> {
    ("sans-serif", f64::from(size) * 1.24).into_font().style(FontStyle::Bold).color(colour)
}

/// The same letters to the left of a place.
pub(crate) fn before(style: TextStyle<'static>) -> TextStyle<'static> {
    style.pos(Pos::new(HPos::Right, VPos::Center))
}

/// The same letters to the right of a place.
pub(crate) fn behind(style: TextStyle<'static>) -> TextStyle<'static> {
    style.pos(Pos::new(HPos::Left, VPos::Center))
}

/// The same letters centred above a place.
pub(crate) fn above(style: TextStyle<'static>) -> TextStyle<'static> {
    style.pos(Pos::new(HPos::Center, VPos::Bottom))
}

/// The same letters centred below a place.
pub(crate) fn below(style: TextStyle<'static>) -> TextStyle<'static> {
    style.pos(Pos::new(HPos::Center, VPos::Top))
}

/// What the colours mean, in columns of the picture, row by row from `top` on.
pub(crate) fn legend(area: &Area<'_>, entries: &[(&str, RGBColor)], columns: usize, top: i32) -> Result<(), Box<dyn Error>> {
    for (index, (name, colour)) in entries.iter().enumerate() {
        let width = (WIDTH as i32 - 40) / columns as i32;
        let (x, y) = (20 + (index % columns) as i32 * width, top + (index / columns) as i32 * 22);
        area.draw(&Rectangle::new([(x, y), (x + 12, y + 12)], colour.filled()))?;
        area.draw(&Text::new((*name).to_owned(), (x + 19, y + 6), behind(letters(13, &INK))))?;
    }
    Ok(())
}

/// A time in nanoseconds as a person says it, with at most three digits.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        ..1e3 => (nanoseconds, "ns"),
        ..1e6 => (nanoseconds / 1e3, "\u{b5}s"),
        ..1e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    format!("{} {unit}", digits(number))
}

/// A number with two digits that say something, and no more than it has.
pub(crate) fn digits(number: f64) -> String {
    let places = match number {
        ..0.995 => 2,
        ..9.95 => 1,
        _ => 0,
    };
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number of calls as a person says it: only its first two digits are worth anything.
pub(crate) fn count(calls: f64) -> String {
    let unit = 10f64.powf(calls.log10().floor() - 1.0);
    let calls = (calls / unit).round() * unit;
    match calls {
        ..1e3 => format!("{calls:.0}"),
        ..1e6 => format!("{:.0},{:03.0}", (calls / 1e3).floor(), calls % 1e3),
        ..1e9 => format!("{} million", digits(calls / 1e6)),
        _ => format!("{} billion", digits(calls / 1e9)),
    }
}
