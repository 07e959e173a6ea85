//! The picture of routes: how long it takes from a value to its variant, as bars over a logarithmic axis.

use std::error::Error;

use plotters::prelude::*;

use crate::routes::{Route, Whose};
use crate::style::{Area, BLUE, FAINT_INK, GREY, INK, LINES, ORANGE, before, behind, canvas, legend, letters, time};

/// Pixels from one bar to the next.
const STEP: u32 = 30;
/// Where the axis begins, in nanoseconds.
const SHORTEST: f64 = 1e4;
const LONGEST: f64 = 1e9;

/// The text of the picture.
pub(crate) fn picture(routes: &[Route]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let height = 150 + STEP * routes.len() as u32;
    let below = "`power(x, n)` for an exponent that is known only now; medians, on a logarithmic scale";
    draw(&canvas(&mut svg, height, "From a value to a variant that can be called", below)?, routes)?;
    Ok(svg)
}

fn draw(area: &Area<'_>, routes: &[Route]) -> Result<(), Box<dyn Error>> {
    legend(area, &[("specialize", BLUE), ("other tools on this machine", ORANGE), ("cited, not measured here", GREY)], 3, 68)?;
    let longest = routes.iter().fold(LONGEST, |longest, route| longest.max(route.time));
    let mut chart = ChartBuilder::on(area)
        .margin_top(96)
        .margin_right(72)
        .x_label_area_size(40)
        .y_label_area_size(270)
        .build_cartesian_2d((SHORTEST..longest).log_scale(), 0.0..routes.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .axis_style(LINES)
        .bold_line_style(LINES)
        .light_line_style(TRANSPARENT)
        .x_labels(7)
        .x_label_style(letters(12, &FAINT_INK))
        .x_label_formatter(&|nanoseconds| time(*nanoseconds))
        .draw()?;
    for (index, route) in routes.iter().enumerate() {
        let middle = (routes.len() - index) as f64 - 0.5;
        let colour = [(Whose::Ours, BLUE), (Whose::Other, ORANGE), (Whose::Cited, GREY)];
        let colour = colour.iter().find(|(whose, _)| *whose == route.whose).map_or(BLUE, |(_, colour)| *colour);
        let (left, y) = chart.backend_coord(&(SHORTEST, middle));
        let (right, _) = chart.backend_coord(&(route.time.max(SHORTEST), middle));
        area.draw(&Text::new(route.name, (left - 12, y), before(letters(13, &INK))))?;
        area.draw(&Rectangle::new([(left, y - 9), (right, y + 9)], colour.filled()))?;
        let said = if route.time == 0.0 { "0: it is in the program".to_owned() } else { time(route.time) };
        area.draw(&Text::new(said, (right + 8, y), behind(letters(13, &INK))))?;
    }
    area.present()?;
    Ok(())
}
