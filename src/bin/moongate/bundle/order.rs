//! Decides the order of the wasm's functions: like beside like, since a compressor finds near what it finds cheaply.
//!
//! It changes nothing in them but the numbers by which they call each other.

use anyhow::{Context, Result, anyhow};
use std::collections::{HashMap, HashSet};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

/// How many bytes must be the same to count.
const LENGTH: usize = 5;

/// What more functions than this have in common says nothing of any two.
const COMMON: usize = 200;

/// The module with its functions in that order.
///
/// # Errors
/// When it is no module.
pub(super) fn arrange(module: &[u8]) -> Result<Vec<u8>> {
    let mut bodies = Vec::new();
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(module.get(body.range()).context("a body outside")?),
            _ => {}
        }
    }
    let mut order = Order { imported, order: neighbours(&bodies), places: vec![0; bodies.len()] };
    for (place, function) in (0..).zip(&order.order) {
        if let Some(slot) = order.places.get_mut(*function) {
            *slot = place;
        }
    }
    let mut arranged = wasm_encoder::Module::new();
    order.parse_core_module(&mut arranged, Parser::new(0), module).map_err(|fault| anyhow!("{fault}"))?;
    Ok(arranged.finish())
}

/// Each function followed by the one that has most in common with it, of those that are left.
fn neighbours(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces: Vec<HashSet<&[u8]>> = bodies.iter().map(|body| body.windows(LENGTH).collect()).collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, pieces) in pieces.iter().enumerate() {
        pieces.iter().for_each(|piece| holders.entry(piece).or_default().push(function));
    }
    holders.retain(|_, holders| (2..COMMON).contains(&holders.len()));
    let mut left: Vec<bool> = vec![true; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = (!bodies.is_empty()).then_some(0);
    while let Some(function) = next {
        left[function] = false;
        order.push(function);
        let mut shared = vec![0_u64; bodies.len()];
        for piece in &pieces[function] {
            holders.get(piece).into_iter().flatten().for_each(|holder| shared[*holder] += 1);
        }
        // Squared, against the other's size: a long function has something in common with any.
        let likeness = |other: &usize| shared[*other] * shared[*other] * 1_000 / (pieces[*other].len() as u64 + 20);
        next = (0..bodies.len()).filter(|other| left[*other]).max_by_key(|other| (likeness(other), usize::MAX - other));
    }
    order
}

struct Order {
    imported: u32,
    /// The functions of the module in their new order, and the new place of each.
    order: Vec<usize>,
    places: Vec<u32>,
}

impl Reencode for Order {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let own = function.checked_sub(self.imported).and_then(|own| self.places.get(own as usize));
        Ok(own.map_or(function, |place| self.imported + place))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in self.order.iter().filter_map(|function| types.get(*function)) {
            functions.function(*function);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies = section.into_iter().collect::<Result<Vec<FunctionBody<'_>>, _>>()?;
        for function in self.order.clone() {
            if let Some(body) = bodies.get(function) {
                self.parse_function_body(code, body.clone())?;
            }
        }
        Ok(())
    }
}
