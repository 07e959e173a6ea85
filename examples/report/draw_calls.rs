//! The picture of tiers: what a call of `power` costs, as groups of bars.

use std::error::Error;

use plotters::prelude::*;

use crate::calls::{Calls, TIERS};
use crate::kernels::EXPONENTS;
use crate::style::{
    Area, BLUE, FAINT_INK, GREEN, GREY, INK, LINES, ORANGE, PURPLE, SKY, above, below, bold, canvas, digits, legend, letters,
};

const HEIGHT: u32 = 430;
const COLOURS: [RGBColor; TIERS.len()] = [GREY, ORANGE, SKY, BLUE, PURPLE, GREEN];
/// How much of a group its bars take.
const FILLED: f64 = 0.88;

/// The text of the picture.
pub(crate) fn picture(calls: &Calls) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let below = "`power(x, n)`, nanoseconds; each call takes the result of the one before, but for `map`, whose elements are independent";
    draw(&canvas(&mut svg, HEIGHT, "What a call costs in each tier", below)?, calls)?;
    Ok(svg)
}

fn draw(area: &Area<'_>, calls: &Calls) -> Result<(), Box<dyn Error>> {
    let entries: Vec<_> = TIERS.into_iter().zip(COLOURS).collect();
    legend(area, &entries, 3, 66)?;
    let highest = calls.power.iter().flatten().fold(0.0, |highest: f64, figure| highest.max(*figure));
    let mut chart = ChartBuilder::on(area)
        .margin_top(118)
        .margin_right(20)
        .x_label_area_size(34)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..EXPONENTS.len() as f64, 0.0..highest * 1.08)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(6)
        .axis_style(LINES)
        .bold_line_style(LINES)
        .light_line_style(TRANSPARENT)
        .y_label_style(letters(12, &FAINT_INK))
        .y_label_formatter(&|nanoseconds| format!("{} ns", digits(*nanoseconds)))
        .draw()?;
    for (group, (exponent, tiers)) in EXPONENTS.iter().zip(&calls.power).enumerate() {
        let (middle, ground) = chart.backend_coord(&(group as f64 + 0.5, 0.0));
        area.draw(&Text::new(format!("n = {exponent}"), (middle, ground + 9), below(bold(13, &INK))))?;
        for (tier, (figure, colour)) in tiers.iter().zip(COLOURS).enumerate() {
            let width = FILLED / TIERS.len() as f64;
            let start = group as f64 + (1.0 - FILLED) / 2.0 + tier as f64 * width;
            let ((left, top), (right, _)) = (chart.backend_coord(&(start, *figure)), chart.backend_coord(&(start + width, 0.0)));
            area.draw(&Rectangle::new([(left + 1, top), (right - 1, ground)], colour.filled()))?;
            let said = if *figure < 1.0 { format!("{figure:.2}") } else { format!("{figure:.1}") };
            area.draw(&Text::new(said, ((left + right) / 2, top - 3), above(letters(10, &INK))))?;
        }
    }
    area.present()?;
    Ok(())
}
