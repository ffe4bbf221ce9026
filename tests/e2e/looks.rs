//! Pictures of every screen, for people to judge; and what of their looks a test can judge.

use crate::harness::{Browser, Checkout, Engine};
use crate::scenes::{Place, Scene, visit};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The target folder.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("tmp is in it").to_owned()
}

/// Where this engine's pictures are kept for people to look at.
pub fn screenshots() -> PathBuf {
    let folder = target().join("screenshots");
    match Engine::of_this_run() {
        Engine::Chromium => folder,
        other => folder.join(format!("{other:?}").to_lowercase()),
    }
}

/// Visits every screen and looks at it light and dark: each at once, or all first in the one and then in the other.
async fn in_both(place: Place, mut look: impl AsyncFnMut(&Scene, &Checkout<'_>, &str)) {
    let changes = Engine::of_this_run() != Engine::WebKit;
    for dark in [false, true].into_iter().take(if changes { 1 } else { 2 }) {
        visit(
            Place { dark, ..place },
            |_| true,
            async |scene, checkout| {
                if !changes {
                    return look(scene, checkout, if dark { "dark" } else { "light" }).await;
                }
                for name in ["light", "dark"] {
                    checkout.browser().colours(name == "dark").await;
                    look(scene, checkout, name).await;
                }
            },
        )
        .await;
    }
}

/// A picture of the column that the widget is in, as PNG, however long it is.
async fn picture(browser: &Browser) -> Vec<u8> {
    let height = "const high = document.documentElement.scrollHeight; return high > innerHeight && high";
    let height = browser.run(height, &[]).await.as_u64().and_then(|height| u32::try_from(height).ok());
    if let Some(height) = height {
        browser.resize(|(width, _)| (width, height)).await;
    }
    browser.picture(&browser.element("main").await).await.expect("a picture")
}

async fn pictures(place: Place) {
    let folder = screenshots().join(place.name());
    let _gone = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for pictures");
    let mut taken = 0;
    in_both(place, async |scene, checkout, colours| {
        let png = picture(checkout.browser()).await;
        fs::write(folder.join(format!("{}-{colours}.png", scene.name)), png).expect("the picture is written");
        taken += 1;
        let wide = "return document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(checkout.browser().run(wide, &[]).await, json!(true), "{} is wider than the page", scene.name);
    })
    .await;
    assert_eq!(taken, crate::scenes::all().len() * 2);
}

#[tokio::test]
async fn every_screen_is_pictured_on_a_desk() {
    for (language, large) in [("zh-CN", false), ("en", false), ("zh-CN", true)] {
        pictures(Place { phone: false, language, large, dark: false }).await;
    }
}

#[tokio::test]
async fn every_screen_is_pictured_on_a_phone() {
    for (language, large) in [("zh-CN", false), ("en", false), ("zh-CN", true)] {
        pictures(Place { phone: true, language, large, dark: false }).await;
    }
}

/// The lines of each heading and lead, as they are broken.
const LINES: &str = "const broken = (text) => {
  const [range, lines] = [document.createRange(), []]
  let height
  for (const [at, letter] of [...text.data].entries()) {
    range.setStart(text, at)
    range.setEnd(text, at + 1)
    const { bottom } = [...range.getClientRects()].at(-1) ?? { bottom: height }
    if (Math.abs(bottom - height) < 4) lines[lines.length - 1] += letter
    else lines.push(letter)
    height = bottom
  }
  return lines
}
return [...root.querySelectorAll('.heading, .lead')].flatMap(({ childNodes }) => [...childNodes].filter((node) => node.data).map(broken))";

#[tokio::test]
async fn no_heading_leaves_a_letter_alone_on_its_last_line() {
    let place = Place { phone: true, language: "zh-CN", large: false, dark: false };
    let mut texts = Vec::new();
    let long = |scene: &Scene| scene.name.starts_with("unknown") || scene.name == "not-paid";
    visit(place, long, async |_, checkout| {
        texts.extend(checkout.see(LINES).await.as_array().cloned().unwrap_or_default());
    })
    .await;
    let lines = |text: &Value| text.as_array().map(Vec::len).unwrap_or_default();
    assert!(texts.iter().any(|text| lines(text) > 1), "none was long enough to be broken: {texts:?}");
    let last = |text: &Value| text[lines(text) - 1].as_str().map(|line| line.chars().count());
    let alone: Vec<&Value> = texts.iter().filter(|text| lines(text) > 1 && last(text) < Some(3)).collect();
    assert!(alone.is_empty(), "{alone:?}");
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

/// As many as a picture of text on a few grounds needs.
const COLOURS: usize = 96;

/// As a PNG of a few colours: those that are seen most, and for each other the nearest of them.
fn png(picture: &image::RgbImage) -> Vec<u8> {
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    picture.pixels().for_each(|pixel| *counts.entry(pixel.0).or_default() += 1);
    let mut colours: Vec<[u8; 3]> = counts.keys().copied().collect();
    colours.sort_by_key(|colour| std::cmp::Reverse(counts[colour]));
    let palette: Vec<[u8; 3]> = colours.iter().copied().take(COLOURS).collect();
    let apart = |one: &[u8; 3], other: &[u8; 3]| -> u32 {
        one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum()
    };
    let nearest =
        |colour: &[u8; 3]| (0..palette.len()).min_by_key(|at| apart(&palette[*at], colour)).expect("a colour");
    let places: BTreeMap<[u8; 3], u8> =
        colours.iter().map(|colour| (*colour, u8::try_from(nearest(colour)).expect("a byte"))).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect("a PNG begins");
    let places: Vec<u8> = picture.pixels().map(|pixel| places[&pixel.0]).collect();
    writer.write_image_data(&places).expect("a PNG is written");
    writer.finish().expect("a PNG ends");
    bytes
}

/// Makes `picture.png` among the screenshots; who changes the look copies it to `www/`.
#[tokio::test]
async fn the_picture_of_the_readme_is_made_of_the_widget_and_small() {
    let mut taken = Vec::new();
    let place = Place { phone: false, language: "zh-CN", large: false, dark: false };
    visit(
        place,
        |scene| ["choosing", "code", "paid"].contains(&scene.name),
        async |_, checkout| {
            let browser = checkout.browser();
            browser.run("document.querySelector('main').style = 'width: 360px; padding: 0'", &[]).await;
            taken.push(picture(browser).await);
        },
    )
    .await;
    assert_eq!(taken.len(), 3);
    let made = png(&side_by_side(&taken));
    let folder = screenshots();
    fs::create_dir_all(&folder).expect("a folder for pictures");
    fs::write(folder.join("picture.png"), &made).expect("the picture is written");
    let kept = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/picture.png")).expect("www/picture.png");
    for picture in [&made, &kept] {
        assert!(picture.len() <= 60 * 1024, "{} bytes", picture.len());
    }
}

/// The strips of the guide's gallery: their names, and where their four screens are taken.
const STRIPS: [(&str, Place); 6] = [
    ("phone-light", Place { phone: true, language: "zh-CN", large: false, dark: false }),
    ("phone-dark", Place { phone: true, language: "zh-CN", large: false, dark: true }),
    ("phone-large", Place { phone: true, language: "zh-CN", large: true, dark: false }),
    ("desk-light", Place { phone: false, language: "en", large: false, dark: false }),
    ("desk-dark", Place { phone: false, language: "zh-CN", large: false, dark: true }),
    ("desk-large", Place { phone: false, language: "zh-CN", large: true, dark: false }),
];

/// Smaller by half, since a strip is looked at as a whole.
fn halved(picture: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(picture).expect("a PNG");
    let half = picture.resize(picture.width() / 2, picture.height() / 2, image::imageops::FilterType::Lanczos3);
    let mut bytes = Vec::new();
    half.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a PNG");
    bytes
}

/// Makes the strips among the screenshots; who changes the look copies them to `www/guide/pictures`.
#[tokio::test]
async fn the_gallery_of_the_guide_is_made_of_the_widget_and_small() {
    let folder = screenshots().join("gallery");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    let mut bytes = 0;
    for (name, place) in STRIPS {
        let shown = ["choosing", "code", "unknown", "paid"];
        let mut taken = Vec::new();
        visit(
            place,
            |scene| shown.contains(&scene.name),
            async |_, checkout| {
                let width = if place.phone { "390px; padding: 0" } else { "600px; max-width: none; padding: 0" };
                checkout.browser().run(&format!("document.querySelector('main').style = 'width: {width}'"), &[]).await;
                let whole = picture(checkout.browser()).await;
                taken.push(if place.phone { halved(&whole) } else { whole });
            },
        )
        .await;
        assert_eq!(taken.len(), shown.len());
        let made = png(&side_by_side(&taken));
        bytes += made.len();
        fs::write(folder.join(format!("{name}.png")), made).expect("the picture is written");
    }
    assert!(bytes < 400 * 1024, "{bytes} bytes");
}
