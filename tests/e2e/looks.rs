//! That every screen can be used by everyone, as axe judges; and pictures of all of them, for people to judge.

use crate::harness::{Browser, Checkout, DESK, Shop, Trial};
use crate::scenes::{Place, visit};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The target folder.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp is in it").to_owned()
}

/// axe-core, where `tests/run` puts it. Without it these tests are skipped, and say so past the capture of output.
fn axe(test: &str) -> Option<String> {
    let file = target().join("axe/node_modules/axe-core/axe.min.js");
    let text = fs::read_to_string(&file).ok();
    if text.is_none() {
        let _told = writeln!(std::io::stderr(), "SKIPPED {test}: axe-core is not there; tests/run installs it");
    }
    text
}

/// What axe finds wrong on the page, each as rule, target and advice.
async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(&format!("if (!window.axe) {{ {axe} }}"), &[]).await;
    let run = "return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`)))";
    let found = browser.run(run, &[]).await;
    found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn scheme(browser: &Browser, dark: bool) {
    let value = if dark { "dark" } else { "light" };
    let features = json!([{ "name": "prefers-color-scheme", "value": value }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
    browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

async fn judged(test: &str, place: Place) {
    let Some(axe) = axe(test) else { return };
    let mut wrong = Vec::new();
    visit(
        place,
        |_| true,
        async |scene, checkout| {
            for dark in [false, true] {
                scheme(checkout.browser(), dark).await;
                for violation in violations(checkout.browser(), &axe).await {
                    wrong.push(format!("{} {}: {violation}", scene.name, if dark { "dark" } else { "light" }));
                }
            }
        },
    )
    .await;
    assert!(wrong.is_empty(), "{} violations\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_wrong_on_a_desk_in_chinese() {
    judged("axe_finds_nothing_wrong_on_a_desk_in_chinese", Place { phone: false, language: "zh-CN", large: false })
        .await;
}

#[tokio::test]
async fn axe_finds_nothing_wrong_on_a_phone_in_english() {
    judged("axe_finds_nothing_wrong_on_a_phone_in_english", Place { phone: true, language: "en", large: false }).await;
}

#[tokio::test]
async fn axe_finds_nothing_wrong_in_large_print() {
    judged("axe_finds_nothing_wrong_in_large_print", Place { phone: true, language: "zh-CN", large: true }).await;
}

#[tokio::test]
async fn axe_finds_what_is_wrong() {
    let Some(axe) = axe("axe_finds_what_is_wrong") else { return };
    let (shop, browser) = (Shop::open(), DESK.open().await);
    browser.goto(&shop.page(&Trial::of("T-1").strict().body("<button></button>{tag}"))).await;
    let found = violations(&browser, &axe).await;
    assert!(found.iter().any(|one| one.starts_with("button-name")), "{found:?}");
    Checkout::on(&browser).ready().await.see("root.querySelector('input').removeAttribute('aria-label'); root.querySelector('label').replaceWith(root.querySelector('input'))").await;
    let found = violations(&browser, &axe).await;
    assert!(found.iter().any(|one| one.starts_with("label")), "it sees into the shadow root: {found:?}");
}

/// A picture of this part of the page, as PNG.
async fn picture(browser: &Browser, rectangle: &Value, scale: f64) -> Vec<u8> {
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|side| rectangle[side].clone());
    let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": scale });
    let taken = browser
        .devtools("Page.captureScreenshot", json!({ "format": "png", "clip": clip, "captureBeyondViewport": true }))
        .await;
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, taken["data"].as_str().unwrap_or_default())
        .expect("a PNG")
}

async fn pictures(place: Place) {
    let folder = target().join("screenshots").join(place.name());
    let _gone = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for pictures");
    let mut taken = 0;
    visit(
        place,
        |_| true,
        async |scene, checkout| {
            for scheme_name in ["light", "dark"] {
                scheme(checkout.browser(), scheme_name == "dark").await;
                let area = "return document.querySelector('main').getBoundingClientRect().toJSON()";
                let area = checkout.browser().run(area, &[]).await;
                let png = picture(checkout.browser(), &area, 1.0).await;
                fs::write(folder.join(format!("{}-{scheme_name}.png", scene.name)), png)
                    .expect("the picture is written");
                taken += 1;
            }
            let wide = "return document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(checkout.browser().run(wide, &[]).await, json!(true), "{} is wider than the page", scene.name);
        },
    )
    .await;
    assert_eq!(taken, crate::scenes::all().len() * 2);
}

#[tokio::test]
async fn every_screen_is_pictured_on_a_desk() {
    for (language, large) in [("zh-CN", false), ("en", false), ("zh-CN", true)] {
        pictures(Place { phone: false, language, large }).await;
    }
}

#[tokio::test]
async fn every_screen_is_pictured_on_a_phone() {
    for (language, large) in [("zh-CN", false), ("en", false), ("zh-CN", true)] {
        pictures(Place { phone: true, language, large }).await;
    }
}

/// Side by side on one ground, their tops in line.
fn side_by_side(pictures: &[Vec<u8>]) -> image::RgbImage {
    const GAP: u32 = 16;
    let pictures: Vec<_> = pictures.iter().map(|png| image::load_from_memory(png).expect("a PNG").to_rgb8()).collect();
    let width = pictures.iter().map(|picture| picture.width() + GAP).sum::<u32>() + GAP;
    let height = pictures.iter().map(image::RgbImage::height).max().unwrap_or_default() + 2 * GAP;
    let mut ground = image::RgbImage::from_pixel(width, height, image::Rgb([240, 240, 240]));
    let mut x = GAP;
    for picture in &pictures {
        image::imageops::replace(&mut ground, picture, i64::from(x), i64::from(GAP));
        x += picture.width() + GAP;
    }
    // Fewer shades than the eye tells apart, for a third of the bytes.
    ground.pixels_mut().flat_map(|pixel| &mut pixel.0).for_each(|shade| *shade = (*shade / 15).saturating_mul(15));
    ground
}

fn png(picture: &image::RgbImage) -> Vec<u8> {
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter);
    picture.write_with_encoder(encoder).expect("a PNG is written");
    bytes
}

/// Makes `picture.png` among the screenshots; who changes the look copies it to `www/`.
#[tokio::test]
async fn the_picture_of_the_readme_is_made_of_the_widget_and_small() {
    let mut taken = Vec::new();
    let place = Place { phone: false, language: "zh-CN", large: false };
    visit(
        place,
        |scene| ["choosing", "code", "paid"].contains(&scene.name),
        async |_, checkout| {
            let browser = checkout.browser();
            scheme(browser, false).await;
            browser.run("document.querySelector('main').style = 'width: 360px; padding: 0'", &[]).await;
            let area = browser.run("return document.querySelector('main').getBoundingClientRect().toJSON()", &[]).await;
            taken.push(picture(browser, &area, 1.0).await);
        },
    )
    .await;
    assert_eq!(taken.len(), 3);
    let made = png(&side_by_side(&taken));
    let folder = target().join("screenshots");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    fs::write(folder.join("picture.png"), &made).expect("the picture is written");
    let kept = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/picture.png")).expect("www/picture.png");
    for picture in [&made, &kept] {
        assert!(picture.len() <= 60 * 1024, "{} bytes", picture.len());
    }
}
