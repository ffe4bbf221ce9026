//! Decides how the guide lists the requests of the contract: by `www/openapi.yaml`, which the sandbox is tested against.
//!
//! It reads our own file by its indentation and is no reader of YAML.

use super::Say;
use super::markup::head;
use crate::escape::escaped;
use anyhow::{Result, ensure};
use std::fmt::Write;

/// One request: what is asked, where, in a sentence, and the statuses it may be answered with.
#[derive(Debug, Default)]
struct Request {
    method: String,
    path: String,
    summary: String,
    statuses: Vec<String>,
}

/// Every request as a row.
///
/// # Errors
/// If the file holds none.
pub(super) fn requests(yaml: &str, say: Say<'_>) -> Result<String> {
    let found = read(yaml);
    ensure!(!found.is_empty(), "the description of the server has no request");
    let mut table = head(&["Request", "What it does", "Answers"].map(say));
    for Request { method, path, summary, statuses } in found {
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\"><code>{} {path}</code></th><td>{}</td><td><code>{}</code></td></tr>",
            method.to_uppercase(),
            escaped(&say(&summary)),
            statuses.join(" ")
        );
    }
    Ok(table + "</tbody>\n</table>")
}

fn read(yaml: &str) -> Vec<Request> {
    let mut found: Vec<Request> = Vec::new();
    let mut path = String::new();
    let paths = yaml.split("\npaths:\n").nth(1).unwrap_or_default();
    for line in paths.lines().take_while(|line| line.is_empty() || line.starts_with(' ')) {
        let depth = line.len() - line.trim_start().len();
        let (key, rest) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
        match (depth, key) {
            (2, key) if key.starts_with('/') => key.clone_into(&mut path),
            (4, "get" | "post" | "put" | "delete") => {
                found.push(Request { method: key.to_owned(), path: path.clone(), ..Request::default() });
            }
            (6, "summary") => {
                if let Some(last) = found.last_mut() {
                    rest.trim().trim_matches('\'').clone_into(&mut last.summary);
                }
            }
            (8, key) if key.starts_with('\'') => {
                if let Some(last) = found.last_mut() {
                    last.statuses.push(key.trim_matches('\'').to_owned());
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_of_the_description_is_listed_with_its_answers() {
        let yaml = include_str!("../../../../../www/openapi.yaml");
        let found = read(yaml);
        assert_eq!(found.len(), yaml.matches("operationId:").count());
        assert!(found.iter().all(|one| !one.summary.is_empty() && one.path.starts_with("/payments")), "{found:?}");
        assert!(found.iter().any(|one| one.method == "post" && one.statuses.contains(&"201".to_owned())), "{found:?}");
    }
}
