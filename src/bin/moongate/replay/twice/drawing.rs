//! Decides how a story looks: four columns, an arrow for each message, a box for each place that the page comes to.
//!
//! It draws what it is given; what happens the machine decides.

use std::fmt::Write;

/// Who says something to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Shopper,
    Page,
    Server,
    Wallet,
}

/// One line of a story.
#[derive(Debug)]
pub(super) enum Line {
    /// A message.
    Says(Lane, Lane, String),
    /// A message that never arrives.
    Loses(Lane, Lane, String),
    /// Where it is now.
    Is(Lane, String),
}

const LANES: [(Lane, &str); 4] = [
    (Lane::Shopper, "顾客 shopper"),
    (Lane::Page, "页面 page"),
    (Lane::Server, "商家 server"),
    (Lane::Wallet, "钱包 wallet"),
];

/// Pixels from line to line, and of the head with the columns' names.
const STEP: usize = 34;
const HEAD: usize = 40;

/// The drawing, and the same in words.
pub(super) fn draw(page: &mut String, name: &str, lines: &[Line]) {
    let height = HEAD + STEP * lines.len() + 8;
    let _ = writeln!(
        page,
        "      <figure class=\"scroll\">\n        <svg class=\"sequence\" viewBox=\"0 0 760 {height}\" width=\"760\" height=\"{height}\" role=\"img\" aria-label=\"{name}\">"
    );
    for (lane, word) in LANES {
        let x = place(lane);
        let _ = writeln!(page, "          <text x=\"{x}\" y=\"18\" class=\"lane\">{word}</text>");
        let _ = writeln!(page, "          <path class=\"life\" d=\"M{x} 28V{height}\"/>");
    }
    for (at, line) in lines.iter().enumerate() {
        draw_line(page, HEAD + STEP * at + 20, line);
    }
    let _ = writeln!(page, "        </svg>\n        <figcaption>{name}</figcaption>\n      </figure>");
    page.push_str("      <details><summary>用文字 · in words</summary><ol>\n");
    for line in lines {
        let _ = writeln!(page, "        <li>{}</li>", words(line));
    }
    page.push_str("      </ol></details>\n");
}

fn place(lane: Lane) -> usize {
    match lane {
        Lane::Shopper => 70,
        Lane::Page => 260,
        Lane::Server => 500,
        Lane::Wallet => 690,
    }
}

fn draw_line(page: &mut String, y: usize, line: &Line) {
    let (from, to, text, class) = match line {
        Line::Is(lane, text) => {
            let (x, width) =
                (place(*lane), 20 + text.chars().map(|letter| if letter.is_ascii() { 7 } else { 13 }).sum::<usize>());
            let left = x.saturating_sub(width / 2);
            let _ = writeln!(
                page,
                "          <rect class=\"place\" x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"22\" rx=\"11\"/><text x=\"{x}\" y=\"{}\">{text}</text>",
                y - 14,
                y + 1
            );
            return;
        }
        Line::Says(from, to, text) => (*from, *to, text, "says"),
        Line::Loses(from, to, text) => (*from, *to, text, "loses"),
    };
    let (from, to) = (place(from), place(to));
    let middle = usize::midpoint(from, to);
    let to = if class == "loses" { middle } else { to };
    let back = if to > from { to - 8 } else { to + 8 };
    let tip = match class {
        "loses" => format!("M{} {}l10 10m0 -10l-10 10", to - 5, y - 5),
        _ => format!("M{back} {}L{to} {y}L{back} {}", y - 4, y + 4),
    };
    let _ = writeln!(
        page,
        "          <path class=\"{class}\" d=\"M{from} {y}H{to}\"/><path class=\"tip\" d=\"{tip}\"/><text x=\"{middle}\" y=\"{}\">{text}</text>",
        y - 6
    );
}

fn words(line: &Line) -> String {
    let word = |lane: &Lane| LANES.iter().find(|(known, _)| known == lane).map_or("", |(_, word)| *word);
    match line {
        Line::Says(from, to, text) => format!("{} → {}: {text}", word(from), word(to)),
        Line::Loses(from, to, text) => format!("{} ⇢ {}: {text} (丢了 lost)", word(from), word(to)),
        Line::Is(lane, text) => format!("{}: <code>{text}</code>", word(lane)),
    }
}
