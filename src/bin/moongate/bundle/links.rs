//! Decides which data and which functions of the table nothing refers to any more, once panics say nothing, and takes
//! them out: messages, places in the sources, and the functions that would have written values into them.
//!
//! It does not decide which code stays ([`super::trap`] does). What refers to what is the linker's own record
//! (`--emit-relocs`) of the module as it was; a number in the code that can be an address counts as one.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of sections and instructions matter here")]

use anyhow::{Context, Result};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use walrus::ir::{self, Instr};
use walrus::{ConstExpr, DataId, DataKind, ElementItems, ElementKind, FunctionBuilder, FunctionId, Module};
use wasmparser::{KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload, RelocationEntry};
use wasmparser::{RelocationType, SymbolInfo};

/// The linker's record of one module. Symbols are known by their numbers, functions of data by their place in the table.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Where each datum lies.
    data: HashMap<u32, Range<u32>>,
    /// The data that a number in the code can be the address of.
    from_code: HashMap<u32, Vec<u32>>,
    /// Words of data that hold the address of a datum: where they lie, and its symbol.
    from_data: Vec<(u32, u32)>,
    /// Words of data that hold a place in the table.
    functions: Vec<u32>,
    /// Places in the table that the code itself takes.
    pinned: HashSet<u32>,
}

/// What is needed while the record is read.
#[derive(Default)]
struct Reading<'a> {
    links: Links,
    segments: Vec<Segment>,
    /// The number of the data section, and where it begins in the file.
    data_section: (u32, usize),
    /// Function symbols and their functions, functions and their places in the table.
    named: HashMap<u32, u32>,
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

    /// Takes out what nothing refers to, again and again: a function that goes may be the last to refer to another.
    pub(super) fn clean(&self, module: &mut Module) {
        for record in ["linking", "reloc.CODE", "reloc.DATA"] {
            module.customs.remove_raw(record);
        }
        let nothing = trap(module);
        let memory = Memory::of(module);
        let listed: HashSet<u32> = self.functions.iter().filter_map(|at| memory.word(*at)).collect();
        loop {
            let live = self.live(module);
            let words = self
                .functions
                .iter()
                .filter(|at| live.iter().any(|symbol| self.data.get(symbol).is_some_and(|place| place.contains(at))));
            let kept: HashSet<u32> =
                words.filter_map(|at| memory.word(*at)).chain(self.pinned.iter().copied()).collect();
            let gone: HashSet<u32> = listed.difference(&kept).copied().collect();
            if replace(module, &gone, nothing) == 0 {
                let data = self.data.iter().map(|(symbol, place)| (place.clone(), live.contains(symbol)));
                return memory.blank(module, &data.collect::<Vec<_>>());
            }
            walrus::passes::gc::run(module);
        }
    }

    /// The data that the code refers to, by itself or through other data.
    fn live(&self, module: &Module) -> HashSet<u32> {
        let mut waiting: Vec<u32> =
            numbers(module).iter().filter_map(|number| self.from_code.get(number)).flatten().copied().collect();
        let mut live = HashSet::new();
        while let Some(symbol) = waiting.pop() {
            if let Some(place) = self.data.get(&symbol).filter(|_| live.insert(symbol)) {
                waiting.extend(self.from_data.iter().filter(|(at, _)| place.contains(at)).map(|(_, symbol)| *symbol));
            }
        }
        live.retain(|symbol| self.data.contains_key(symbol));
        live
    }
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
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => self.symbols(&linking)?,
                KnownCustom::Reloc(reader) => self.relocations.push(reader),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn symbols(&mut self, linking: &LinkingSectionReader<'_>) -> Result<()> {
        for part in linking.subsections() {
            let Linking::SymbolTable(symbols) = part? else { continue };
            for (number, symbol) in (0..).zip(symbols) {
                match symbol? {
                    SymbolInfo::Data { symbol: Some(place), .. } => {
                        let start = self.segments.get(place.index as usize).context("no such segment")?.address;
                        let start = start + place.offset;
                        self.links.data.insert(number, start..start + place.size);
                    }
                    SymbolInfo::Func { index, .. } => self.named.extend([(number, index)]),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Links> {
        for reader in std::mem::take(&mut self.relocations) {
            let of_data = reader.section_index() == self.data_section.0;
            for entry in reader.entries() {
                let entry = entry?;
                let at = self.data_section.1 + entry.offset as usize;
                let segment = self.segments.iter().find(|segment| of_data && segment.file.contains(&at));
                let address = segment.map(|segment| segment.address + (at - segment.file.start) as u32);
                self.note(entry, address);
            }
        }
        Ok(self.links)
    }

    /// Notes one reference: from this address, or from the code.
    fn note(&mut self, entry: RelocationEntry, address: Option<u32>) {
        let links = &mut self.links;
        match (entry.ty, address) {
            (RelocationType::MemoryAddrI32, Some(address)) => links.from_data.push((address, entry.index)),
            (RelocationType::TableIndexI32, Some(address)) => links.functions.push(address),
            (RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb, None) => {
                if let Some(place) = links.data.get(&entry.index) {
                    let number = place.start.wrapping_add(entry.addend as u32);
                    links.from_code.entry(number).or_default().push(entry.index);
                }
            }
            (RelocationType::TableIndexSleb, None) => {
                let place = self.named.get(&entry.index).and_then(|function| self.table.get(function));
                links.pinned.extend(place);
            }
            _ => {}
        }
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

/// Every number in the code that can be an address.
fn numbers(module: &Module) -> HashSet<u32> {
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
    for (_, function) in module.funcs.iter_local() {
        ir::dfs_in_order(&mut numbers, function, function.entry_block());
    }
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
struct Memory(Vec<(DataId, u32, Vec<u8>)>);

impl Memory {
    fn of(module: &Module) -> Self {
        let segments = module.data.iter().filter_map(|data| match data.kind {
            DataKind::Active { offset: ConstExpr::Value(ir::Value::I32(start)), .. } => {
                Some((data.id(), start.cast_unsigned(), data.value.clone()))
            }
            _ => None,
        });
        Self(segments.collect())
    }

    fn word(&self, address: u32) -> Option<u32> {
        self.0.iter().find_map(|(_, start, bytes)| {
            let at = address.checked_sub(*start)? as usize;
            Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        })
    }

    /// Writes zeros over what is not live. Data can overlap, so what is live is written back last.
    fn blank(&self, module: &mut Module, data: &[(Range<u32>, bool)]) {
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
