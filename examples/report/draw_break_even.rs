//! The picture of break-even points: the time that all calls take together, with the making of the variant, over their number.

use std::error::Error;
use std::ops::Range;

use plotters::prelude::*;

use crate::calls::{Calls, DIVISOR, NUMBERS};
use crate::routes::Routes;
use crate::style::{Area, BLUE, FAINT_INK, GREY, INK, LINES, ORANGE, above, before, behind, bold, canvas, count, legend, letters, time};

const HEIGHT: u32 = 425;
/// The exponent in the picture.
const EXPONENT: u32 = 13;
/// Pieces of a curve: few, since their ends fall on whole pixels.
const PIECES: u32 = 24;

/// A way to serve the calls: what it costs ahead of the first, and then for each, in nanoseconds.
#[derive(Clone, Copy)]
struct Line {
    colour: RGBColor,
    making: f64,
    call: f64,
}

impl Line {
    fn total(self, calls: f64) -> f64 {
        self.making + self.call * calls
    }

    /// After how many calls this is as fast as the generic function, if it ever is.
    fn break_even(self, generic: f64) -> Option<f64> {
        (self.call < generic).then(|| self.making / (generic - self.call))
    }
}

/// The text of the picture.
pub(crate) fn picture(routes: &Routes, calls: &Calls) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let below = "Total time over the number of calls, by a handle, with the making of the variant; both axes are logarithmic";
    let area = canvas(&mut svg, HEIGHT, "When a variant has paid for itself", below)?;
    legend(&area, &[("generic", GREY), ("variant, template ready", BLUE), ("variant, by a run of rustc", ORANGE)], 3, 66)?;
    let power = calls.of(EXPONENT).ok_or("the exponent is none of the measured")?;
    let functions =
        [(format!("`power`, n = {EXPONENT}"), power), (format!("`remainders` of {NUMBERS} numbers, n = {DIVISOR}"), calls.remainders)];
    let panels = area.margin(92, 0, 0, 0).split_evenly((1, 2));
    for (place, ((name, figures), panel)) in functions.iter().zip(&panels).enumerate() {
        draw(&area, panel, name, *figures, routes.template_ready.map(|making| making[place]), routes.rustc[place])?;
    }
    area.present()?;
    drop((panels, area));
    Ok(svg)
}

/// Draws one function into its panel; what stands beside the curves goes to the whole area, whose pixels the chart knows.
fn draw(
    area: &Area<'_>,
    panel: &Area<'_>,
    name: &str,
    [generic, call]: [f64; 2],
    ready: Option<f64>,
    rustc: f64,
) -> Result<(), Box<dyn Error>> {
    let by_rustc = Line { colour: ORANGE, making: rustc, call };
    let variants: Vec<Line> = ready.map(|making| Line { colour: BLUE, making, call }).into_iter().chain([by_rustc]).collect();
    let generic = Line { colour: GREY, making: 0.0, call: generic };
    let points: Vec<f64> = variants.iter().filter_map(|line| line.break_even(generic.call)).collect();
    let calls = decades(&points, rustc / generic.call);
    let times = generic.total(calls.start)..generic.total(calls.end).max(by_rustc.total(calls.end));
    let mut chart = ChartBuilder::on(panel)
        .margin_right(26)
        .margin_top(34)
        .x_label_area_size(38)
        .y_label_area_size(64)
        .build_cartesian_2d(calls.clone().log_scale(), times.clone().log_scale())?;
    chart
        .configure_mesh()
        .axis_style(LINES)
        .bold_line_style(LINES)
        .light_line_style(TRANSPARENT)
        .x_labels(7)
        .y_labels(7)
        .label_style(letters(12, &FAINT_INK))
        .x_label_formatter(&|calls| count(*calls))
        .y_label_formatter(&|nanoseconds| time(*nanoseconds))
        .draw()?;
    let gain = format!("{name}: {:.1}x", generic.call / call);
    let (middle, top) = chart.backend_coord(&((calls.start * calls.end).sqrt(), times.end));
    area.draw(&Text::new(gain, (middle, top - 10), above(bold(13, &INK))))?;
    for line in [&generic].into_iter().chain(&variants) {
        let curve = (0..=PIECES).map(|piece| calls.start * (calls.end / calls.start).powf(f64::from(piece) / f64::from(PIECES)));
        chart.draw_series(LineSeries::new(curve.map(|calls| (calls, line.total(calls))), line.colour.stroke_width(2)))?;
    }
    for line in &variants {
        let Some(calls) = line.break_even(generic.call) else { continue };
        let total = generic.total(calls);
        chart.draw_series([Circle::new((calls, total), 5, line.colour.filled())])?;
        let (x, y) = chart.backend_coord(&(calls, total));
        // Nothing is drawn above the dearer variant, and nothing below the cheaper one.
        let (place, style) =
            if line.colour == ORANGE { ((x - 6, y - 16), before(letters(13, &INK))) } else { ((x + 8, y + 14), behind(letters(13, &INK))) };
        area.draw(&Text::new(format!("{} calls", count(calls)), place, style))?;
    }
    Ok(())
}

/// From a decade before the first point to one behind the last; around another number of calls where there is none.
fn decades(points: &[f64], otherwise: f64) -> Range<f64> {
    let points = if points.is_empty() { &[otherwise] } else { points };
    let (first, last) = points.iter().fold((f64::INFINITY, 0.0), |(first, last), point| (point.min(first), point.max(last)));
    10f64.powf((first.log10() - 1.0).floor())..10f64.powf((last.log10() + 0.6).ceil())
}
