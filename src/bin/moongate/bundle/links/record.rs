//! Reads the record that the linker leaves in a module (`--emit-relocs`): what refers to what.
//!
//! It does not decide what becomes of it.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of sections and relocations matter here")]

use super::{Links, Target};
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use wasmparser::{KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload, RelocationEntry};
use wasmparser::{RelocationType, SymbolInfo, TypeRef};

impl Links {
    /// Reads the record that the linker left in this module.
    ///
    /// # Errors
    /// When the module can't be read.
    pub(in crate::bundle) fn read(module: &Path) -> Result<Self> {
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
