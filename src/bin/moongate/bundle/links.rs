//! Decides which data and which functions of the table nothing refers to any more, once panics say nothing, and takes
//! them out: messages, places in the sources, and the functions that would have written values into them.
//!
//! It does not decide which code stays ([`super::trap`] does). What refers to what is the linker's own record
//! (`--emit-relocs`) of the module as it was; a number in the code that can be an address counts as one.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of sections and instructions matter here")]

use anyhow::{Context, Result, ensure};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use walrus::ir::{self, Instr};
use walrus::{
    ConstExpr, DataId, DataKind, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind, LocalFunction,
    Module,
};
use wasmparser::{KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload, RelocationEntry};
use wasmparser::{RelocationType, SymbolInfo, TypeRef};

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

/// What is needed while the record is read.
#[derive(Default)]
struct Reading<'a> {
    links: Links,
    segments: Vec<Segment>,
    /// The number of the data section, and where it begins in the file; the same of the code.
    data_section: (u32, usize),
    code_section: (u32, usize),
    /// Where the code of each function lies in the file, in their order; how many functions come before them.
    bodies: Vec<Range<usize>>,
    imported: u32,
    /// Function symbols and their functions, functions and their names, and their places in the table.
    symbols: HashMap<u32, u32>,
    names: HashMap<u32, &'a str>,
    table: HashMap<u32, u32>,
    relocations: Vec<wasmparser::RelocSectionReader<'a>>,
}

struct Segment {
    address: u32,
    file: Range<usize>,
}

impl Links {
    /// Reads the record that the linker left in this module.
    ///
    /// # Errors
    /// When the module can't be read.
    pub(super) fn read(module: &Path) -> Result<Self> {
        let bytes = fs::read(module).with_context(|| format!("could not read {}", module.display()))?;
        let mut reading = Reading::default();
        let mut section = 0;
        for payload in Parser::new(0).parse_all(&bytes) {
            let payload = payload?;
            let inside = matches!(payload, Payload::Version { .. } | Payload::CodeSectionEntry(_) | Payload::End(_));
            reading.payload(&payload, section)?;
            section += u32::from(!inside);
        }
        reading.finish()
    }

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
        let nothing = trap(module);
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

impl<'a> Reading<'a> {
    fn payload(&mut self, payload: &Payload<'a>, section: u32) -> Result<()> {
        match payload {
            Payload::DataSection(reader) => {
                self.data_section = (section, reader.range().start);
                for segment in reader.clone() {
                    let segment = segment?;
                    let wasmparser::DataKind::Active { offset_expr, .. } = segment.kind else { continue };
                    let file = segment.range.end - segment.data.len()..segment.range.end;
                    self.segments.push(Segment { address: number(&offset_expr)?, file });
                }
            }
            Payload::ElementSection(reader) => {
                for element in reader.clone() {
                    let element = element?;
                    if let (
                        wasmparser::ElementKind::Active { offset_expr, .. },
                        wasmparser::ElementItems::Functions(functions),
                    ) = (element.kind, element.items)
                    {
                        for (place, function) in (number(&offset_expr)?..).zip(functions) {
                            self.table.insert(function?, place);
                        }
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    self.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionStart { range, .. } => self.code_section = (section, range.start),
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => self.symbols(&linking)?,
                KnownCustom::Reloc(reader) => self.relocations.push(reader),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn symbols(&mut self, linking: &LinkingSectionReader<'a>) -> Result<()> {
        for part in linking.subsections() {
            let Linking::SymbolTable(symbols) = part? else { continue };
            for (number, symbol) in (0..).zip(symbols) {
                match symbol? {
                    SymbolInfo::Data { symbol: Some(place), .. } => {
                        let start = self.segments.get(place.index as usize).context("no such segment")?.address;
                        let start = start + place.offset;
                        self.links.data.insert(number, start..start + place.size);
                    }
                    SymbolInfo::Func { index, name, .. } => {
                        self.symbols.insert(number, index);
                        self.names.extend(name.map(|name| (index, name)));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Links> {
        for reader in std::mem::take(&mut self.relocations) {
            let section = reader.section_index();
            for entry in reader.entries() {
                let entry = entry?;
                if section == self.data_section.0 {
                    self.note_in_data(&entry);
                } else if section == self.code_section.0 {
                    self.note_in_code(&entry);
                }
            }
        }
        self.links.names = self.names.into_iter().map(|(function, name)| (function, name.to_owned())).collect();
        Ok(self.links)
    }

    /// Notes what a word of the data refers to.
    fn note_in_data(&mut self, entry: &RelocationEntry) {
        let at = self.data_section.1 + entry.offset as usize;
        let Some(segment) = self.segments.iter().find(|segment| segment.file.contains(&at)) else { return };
        let address = segment.address + (at - segment.file.start) as u32;
        match entry.ty {
            RelocationType::MemoryAddrI32 => self.links.from_data.push((address, entry.index)),
            RelocationType::TableIndexI32 => self.links.functions.push(address),
            _ => {}
        }
    }

    /// Notes what a number in a function's code refers to.
    fn note_in_code(&mut self, entry: &RelocationEntry) {
        let at = self.code_section.1 + entry.offset as usize;
        let function = self.bodies.partition_point(|body| body.end <= at) as u32 + self.imported;
        let Some(name) = self.names.get(&function) else { return };
        let (number, target) = match entry.ty {
            RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb => {
                let Some(place) = self.links.data.get(&entry.index) else { return };
                (place.start.wrapping_add(entry.addend as u32), Target::Datum(entry.index))
            }
            RelocationType::TableIndexSleb => {
                let place = self.symbols.get(&entry.index).and_then(|function| self.table.get(function));
                let Some(place) = place else { return };
                (*place, Target::Place(*place))
            }
            _ => return,
        };
        self.links.from_code.entry((*name).to_owned()).or_default().push((number, target));
    }
}

/// The value of a constant expression of one number.
fn number(expression: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        other => anyhow::bail!("a segment begins at no plain number: {other:?}"),
    }
}

/// A function that traps, to stand for those that are gone.
fn trap(module: &mut Module) -> FunctionId {
    let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
    function.func_body().unreachable();
    function.finish(Vec::new(), &mut module.funcs)
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

/// The data as they were.
#[derive(Debug)]
pub(super) struct Memory(Vec<(DataId, u32, Vec<u8>)>);

impl Memory {
    pub(super) fn of(module: &Module) -> Self {
        let segments = module.data.iter().filter_map(|data| match data.kind {
            DataKind::Active { offset: ConstExpr::Value(ir::Value::I32(start)), .. } => {
                Some((data.id(), start.cast_unsigned(), data.value.clone()))
            }
            _ => None,
        });
        Self(segments.collect())
    }

    pub(super) fn word(&self, address: u32) -> Option<u32> {
        self.0.iter().find_map(|(_, start, bytes)| {
            let at = address.checked_sub(*start)? as usize;
            Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        })
    }

    /// What lies in these places, as few runs: a short gap costs less than a run of its own. Where there are no bytes, there
    /// is nothing to write.
    pub(super) fn runs(&self, places: &[Range<u32>]) -> Vec<(u32, Vec<u8>)> {
        let mut places = places.to_vec();
        places.sort_by_key(|place| place.start);
        let mut runs: Vec<Range<u32>> = Vec::new();
        for place in places {
            match runs.last_mut() {
                Some(run) if place.start <= run.end => run.end = run.end.max(place.end),
                _ => runs.push(place),
            }
        }
        let bytes = |run: Range<u32>| {
            let (_, start, bytes) =
                self.0.iter().find(|(_, start, bytes)| (*start..*start + bytes.len() as u32).contains(&run.start))?;
            let from = (run.start - start) as usize;
            let to = ((run.end - start) as usize).min(bytes.len());
            Some((run.start, bytes.get(from..to)?.to_vec()))
        };
        runs.into_iter().filter_map(bytes).collect()
    }

    /// Writes zeros over what is not live. Data can overlap, so what is live is written back last.
    pub(super) fn blank(&self, module: &mut Module, data: &[(Range<u32>, bool)]) {
        for (id, start, bytes) in &self.0 {
            let now = &mut module.data.get_mut(*id).value;
            for is_live in [false, true] {
                for (range, _) in data.iter().filter(|(_, live)| *live == is_live) {
                    for at in range.clone().filter_map(|address| Some(address.checked_sub(*start)? as usize)) {
                        if let (Some(now), Some(was)) = (now.get_mut(at), bytes.get(at)) {
                            *now = if is_live { *was } else { 0 };
                        }
                    }
                }
            }
        }
    }
}
