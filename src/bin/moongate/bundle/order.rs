//! Decides the order of the wasm's functions: like beside like, since a compressor finds near what it finds cheaply.
//!
//! It changes nothing in them but the numbers by which they call each other.

#![expect(clippy::wildcard_enum_match_arm, reason = "few kinds of sections matter here")]

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
    let mut left: Vec<(usize, &HashSet<&[u8]>)> = pieces.iter().enumerate().collect();
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = (!left.is_empty()).then_some(0);
    while let Some(at) = next {
        let (function, own) = left.remove(at);
        order.push(function);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for holder in own.iter().filter_map(|piece| holders.get(piece)).flatten() {
            *shared.entry(*holder).or_default() += 1;
        }
        // Squared, against the other's size: a long function has something in common with any.
        let likeness = |(other, pieces): &(usize, &HashSet<&[u8]>)| {
            let shared = shared.get(other).copied().unwrap_or(0);
            shared * shared * 1_000 / (pieces.len() + 20)
        };
        next = (0..left.len()).rev().max_by_key(|at| left.get(*at).map(likeness));
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

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, Module, ModuleConfig, ValType};

    /// Functions that give these numbers; every third calls the one before it instead.
    fn module() -> Module {
        let mut module = Module::with_config(ModuleConfig::new());
        let mut last = None;
        for number in 0..9 {
            let mut function = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            match last.filter(|_| number % 3 == 2) {
                Some(last) => function.func_body().call(last),
                None => function.func_body().i32_const(number * 1_000_000),
            };
            let function = function.finish(vec![], &mut module.funcs);
            module.exports.add(&number.to_string(), function);
            last = Some(function);
        }
        module
    }

    /// What each export gives, calls followed.
    fn gives(module: &Module, name: &str) -> String {
        let walrus::ExportItem::Function(id) = module.exports.iter().find(|export| export.name == name).unwrap().item
        else {
            return String::new();
        };
        let function = module.funcs.get(id).kind.unwrap_local();
        let (first, _) = function.block(function.entry_block()).instrs.first().unwrap();
        match first {
            walrus::ir::Instr::Call(call) => {
                let called = module
                    .exports
                    .iter()
                    .find(|export| matches!(export.item, walrus::ExportItem::Function(id) if id == call.func));
                gives(module, &called.unwrap().name)
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_export_still_gives_what_it_gave() {
        let mut before = module();
        let after = Module::from_buffer(&arrange(&before.emit_wasm()).unwrap()).unwrap();
        for number in 0..9 {
            assert_eq!(gives(&after, &number.to_string()), gives(&before, &number.to_string()), "{number}");
        }
    }
}
