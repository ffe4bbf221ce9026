//! Decides which data and which functions of the table nothing refers to any more, once panics say nothing, and takes
//! them out: messages, places in the sources, and the functions that would have written values into them.
//!
//! It does not decide which code stays ([`super::trap`] does). What refers to what is the linker's own record
//! (`--emit-relocs`) of the module as it was; a number in the code that can be an address counts as one.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of sections and instructions matter here")]

mod memory;
mod record;

pub(super) use memory::Memory;

use super::trap;
use anyhow::{Result, ensure};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use walrus::ir::{self, Instr};
use walrus::{ConstExpr, ElementItems, ElementKind, FunctionId, FunctionKind, LocalFunction, Module};

/// The linker's record of one module. Symbols are known by their numbers, functions of data by their place in the table.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Where each datum lies.
    data: HashMap<u32, Range<u32>>,
    /// The linker's names of the functions, by their numbers.
    names: HashMap<u32, String>,
    /// What the code of each function refers to, by the function's name: the number that stands for it there, and what it is.
    from_code: HashMap<String, Vec<(u32, Target)>>,
    /// Words of data that hold the address of a datum: where they lie, and its symbol.
    from_data: Vec<(u32, u32)>,
    /// Words of data that hold a place in the table.
    functions: Vec<u32>,
}

/// What a number in the code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The datum of this symbol.
    Datum(u32),
    /// This place in the table of functions.
    Place(u32),
}

impl Links {
    /// Gives the functions the linker's names again: wasm-bindgen renames those that it exports, but keeps the places of all.
    ///
    /// # Errors
    /// When it did not keep them.
    pub(super) fn name(&self, module: &mut Module) -> Result<()> {
        for function in module.funcs.iter_mut() {
            let Some(name) = self.names.get(&(function.id().index() as u32)) else { continue };
            let differs = function.name.as_ref().is_some_and(|now| now.starts_with("_ZN") && now != name);
            ensure!(!differs, "wasm-bindgen has put {:?} in the place of {name}", function.name);
            function.name = Some(name.clone());
        }
        Ok(())
    }

    /// Takes out what nothing refers to, again and again: a function that goes may be the last to refer to another.
    pub(super) fn clean(&self, module: &mut Module) {
        for record in ["linking", "reloc.CODE", "reloc.DATA"] {
            module.customs.remove_raw(record);
        }
        let nothing = trap::function(module);
        let memory = Memory::of(module);
        let listed = self.listed(&memory);
        loop {
            let targets = module.funcs.iter_local().flat_map(|(id, _)| self.targets(module, id));
            let live = self.reach(&memory, targets);
            let gone: HashSet<u32> = listed.difference(&live.places).copied().collect();
            if replace(module, &gone, nothing) == 0 {
                let data = self.data.iter().map(|(symbol, place)| (place.clone(), live.data.contains(symbol)));
                return memory.blank(module, &data.collect::<Vec<_>>());
            }
            walrus::passes::gc::run(module);
        }
    }

    /// The places in the table that the record knows of. Any other is wasm-bindgen's own.
    pub(super) fn listed(&self, memory: &Memory) -> HashSet<u32> {
        let by_code = self.from_code.values().flatten().filter_map(|(_, target)| match target {
            Target::Place(place) => Some(*place),
            Target::Datum(_) => None,
        });
        by_code.chain(self.functions.iter().filter_map(|at| memory.word(*at))).collect()
    }

    /// What the code of a function refers to, as it is now.
    pub(super) fn targets(&self, module: &Module, function: FunctionId) -> Vec<Target> {
        let function = module.funcs.get(function);
        let recorded = function.name.as_ref().and_then(|name| self.from_code.get(name));
        let (Some(recorded), FunctionKind::Local(local)) = (recorded, &function.kind) else { return Vec::new() };
        let numbers = numbers(local);
        recorded.iter().filter(|(number, _)| numbers.contains(number)).map(|(_, target)| *target).collect()
    }

    /// Where a datum lies.
    pub(super) fn place(&self, symbol: u32) -> Option<Range<u32>> {
        self.data.get(&symbol).cloned()
    }

    /// What these lead to, by themselves and through data.
    pub(super) fn reach(&self, memory: &Memory, targets: impl IntoIterator<Item = Target>) -> Reach {
        let mut reach = Reach::default();
        let mut waiting: Vec<Target> = targets.into_iter().collect();
        while let Some(target) = waiting.pop() {
            match target {
                Target::Place(place) => {
                    reach.places.insert(place);
                }
                Target::Datum(symbol) => {
                    let Some(range) = self.data.get(&symbol).filter(|_| reach.data.insert(symbol)) else { continue };
                    let data = self.from_data.iter().filter(|(at, _)| range.contains(at));
                    waiting.extend(data.map(|(_, symbol)| Target::Datum(*symbol)));
                    let words = self.functions.iter().filter(|at| range.contains(at));
                    waiting.extend(words.filter_map(|at| memory.word(*at)).map(Target::Place));
                }
            }
        }
        reach
    }
}

/// Data, by their symbols, and places in the table of functions.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) data: HashSet<u32>,
    pub(super) places: HashSet<u32>,
}

/// Every number in a function's code that can be an address or a place in the table.
fn numbers(function: &LocalFunction) -> HashSet<u32> {
    struct Numbers(HashSet<u32>);
    impl<'a> ir::Visitor<'a> for Numbers {
        fn visit_instr(&mut self, instr: &'a Instr, _: &'a ir::InstrLocId) {
            match instr {
                Instr::Const(ir::Const { value: ir::Value::I32(number) }) => self.0.extend([number.cast_unsigned()]),
                Instr::Load(ir::Load { arg, .. }) | Instr::Store(ir::Store { arg, .. }) => {
                    self.0.insert(arg.offset as u32);
                }
                _ => {}
            }
        }
    }
    let mut numbers = Numbers(HashSet::new());
    ir::dfs_in_order(&mut numbers, function, function.entry_block());
    numbers.0
}

/// Puts `nothing` at these places of the table; how many of them held something.
fn replace(module: &mut Module, gone: &HashSet<u32>, nothing: FunctionId) -> usize {
    let mut replaced = 0;
    for element in module.elements.iter_mut() {
        let (
            ElementKind::Active { offset: ConstExpr::Value(ir::Value::I32(first)), .. },
            ElementItems::Functions(items),
        ) = (&element.kind, &mut element.items)
        else {
            continue;
        };
        for (place, item) in (first.cast_unsigned()..).zip(items) {
            if gone.contains(&place) && *item != nothing {
                *item = nothing;
                replaced += 1;
            }
        }
    }
    replaced
}
