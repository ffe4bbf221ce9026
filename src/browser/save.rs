//! Saves the code on screen as a picture, with the sum and the order printed under it.
//!
//! It draws what is shown and nothing else; whether saving helps is decided by the view.

use super::intl::BrowserIntl;
use super::page;
use super::setup::Setup;
use crate::checkout::machine::{Attempt, State};
use crate::view::Intl;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlAnchorElement, HtmlCanvasElement, Path2d};

/// Side of the picture in pixels; the text stands below the code.
const SIDE: u32 = 720;
const FOOT: u32 = 140;

/// Saves the code of this attempt, if one is shown.
#[inline(never)]
pub(super) fn code(setup: &Setup, state: &State, attempt: &Attempt) -> Option<()> {
    let intl = BrowserIntl { locale: setup.options.as_ref()?.locale.clone() };
    let page = page::window()?.document()?;
    let code = setup.host.shadow_root()?.query_selector("svg[data-qr]").ok()??;
    let modules: u32 = code.get_attribute("viewBox")?.rsplit(' ').next()?.parse().ok()?;
    let path = code.query_selector(".ink").ok()??.get_attribute("d")?;
    let canvas: HtmlCanvasElement = page.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(SIDE);
    canvas.set_height(SIDE + FOOT);
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    draw(&pen, &path, f64::from(SIDE) / f64::from(modules.max(1)))?;
    write(&pen, &[&intl.sum(&attempt.total), &state.order.id]);
    download(&page, &canvas.to_data_url().ok()?, &[&state.order.id, ".png"].concat())
}

fn draw(pen: &CanvasRenderingContext2d, path: &str, scale: f64) -> Option<()> {
    pen.set_fill_style_str("#fff");
    pen.fill_rect(0.0, 0.0, f64::from(SIDE), f64::from(SIDE + FOOT));
    pen.set_fill_style_str("#000");
    pen.save();
    pen.scale(scale, scale).ok()?;
    pen.fill_with_path_2d(&Path2d::new_with_path_string(path).ok()?);
    pen.restore();
    Some(())
}

fn write(pen: &CanvasRenderingContext2d, lines: &[&str]) {
    pen.set_text_align("center");
    for ((line, font), y) in lines.iter().zip(["600 44px sans-serif", "28px sans-serif"]).zip([SIDE + 30, SIDE + 84]) {
        pen.set_font(font);
        let _written = pen.fill_text(line, f64::from(SIDE) / 2.0, f64::from(y));
    }
}

fn download(page: &Document, url: &str, name: &str) -> Option<()> {
    let link: HtmlAnchorElement = page.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(url);
    link.set_download(name);
    link.click();
    Some(())
}
