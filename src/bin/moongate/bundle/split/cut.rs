//! Makes one part of the whole: keeps what the plan says is its own, and takes the rest from the parts before it.
//!
//! It does not decide what is where.

use super::{Number, Plan, parse};
use crate::bundle::links::Memory;
use crate::bundle::trap;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap};
use walrus::ir::{self, Instr};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportedFunction, Module, TableId,
};

/// The name under which a part imports what an earlier one exports.
const EARLIER: &str = "earlier";

impl Plan {
    /// One part as a module of its own.
    pub(super) fn part(&self, whole: &[u8], part: usize) -> Result<Vec<u8>> {
        let mut module = parse(whole)?;
        let ids: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
        let mut cut = Cut { plan: self, part, table: table(&module)?, ids, module: &mut module };
        cut.make_room()?;
        cut.turn_calls();
        cut.fill_table();
        cut.fill_memory()?;
        if part > 0 {
            cut.stand_on_earlier();
        }
        cut.export();
        // What the compiler assumed of the browser: for the tools that come before this one.
        module.customs.remove_raw("target_features");
        walrus::passes::gc::run(&mut module);
        Ok(module.emit_wasm())
    }
}

fn table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("the module has no table of functions")
}

/// One part in the making: the whole module, of which it keeps its own.
struct Cut<'a> {
    plan: &'a Plan,
    part: usize,
    table: TableId,
    ids: Vec<FunctionId>,
    module: &'a mut Module,
}

impl Cut<'_> {
    fn is_own(&self, number: Number) -> bool {
        self.plan.homes.get(&number) == Some(&self.part)
    }

    /// Makes the table longer by the doors.
    fn make_room(&mut self) -> Result<()> {
        let doors = u64::try_from(self.plan.doors.len())?;
        let table = self.module.tables.get_mut(self.table);
        table.initial += doors;
        table.maximum = table.maximum.map(|maximum| maximum + doors);
        Ok(())
    }

    /// Turns each call into a later part into one through the table.
    fn turn_calls(&mut self) {
        let later = |number: &Number| self.plan.homes.get(number).is_some_and(|home| *home > self.part);
        let doors = self.plan.doors.iter().filter(|(door, _)| later(door));
        let doors: HashMap<FunctionId, [Instr; 2]> = doors
            .filter_map(|(door, place)| {
                let id = *self.ids.get(*door)?;
                let place = ir::Const { value: ir::Value::I32(place.cast_signed()) };
                let call = ir::CallIndirect { ty: self.module.funcs.get(id).ty(), table: self.table };
                Some((id, [place.into(), call.into()]))
            })
            .collect();
        for (id, function) in self.module.funcs.iter_local_mut() {
            if self.plan.homes.get(&id.index()) != Some(&self.part) {
                continue;
            }
            for seq in trap::sequences(function) {
                let instrs = std::mem::take(&mut function.block_mut(seq).instrs);
                let turned = instrs.into_iter().flat_map(|(instr, at)| {
                    match trap::called(&instr).and_then(|callee| doors.get(&callee)) {
                        Some(through) => through.iter().map(|instr| (instr.clone(), at)).collect(),
                        None => vec![(instr, at)],
                    }
                });
                function.block_mut(seq).instrs = turned.collect();
            }
        }
    }

    /// The part's own functions of the table. In the first part what is still to come traps.
    fn fill_table(&mut self) {
        let old: Vec<_> = self.module.tables.get_mut(self.table).elem_segments.drain().collect();
        old.into_iter().for_each(|element| self.module.elements.delete(element));
        let doors = self.plan.doors.iter().map(|(door, place)| (*place, *door));
        let all: BTreeMap<u32, Number> = self.plan.table.clone().into_iter().chain(doors).collect();
        let nothing = (self.part == 0).then(|| trap::function(self.module));
        let mut runs: Vec<(u32, Vec<FunctionId>)> = Vec::new();
        for (place, number) in all {
            let own = self.ids.get(number).copied().filter(|_| self.is_own(number));
            let Some(function) = own.or(nothing) else { continue };
            match runs.last_mut() {
                Some((first, run)) if *first + run.len() as u32 == place => run.push(function),
                _ => runs.push((place, vec![function])),
            }
        }
        for (first, run) in runs {
            let offset = ConstExpr::Value(ir::Value::I32(first.cast_signed()));
            let kind = ElementKind::Active { table: self.table, offset };
            let element = self.module.elements.add(kind, ElementItems::Functions(run));
            self.module.tables.get_mut(self.table).elem_segments.insert(element);
        }
    }

    /// The part's own data; in the first part all that is nobody else's.
    fn fill_memory(&mut self) -> Result<()> {
        let whole = Memory::of(self.module);
        let data = &self.plan.data;
        if self.part == 0 {
            let later = data.iter().skip(1).flatten().map(|range| (range.clone(), false));
            let first = data.first().into_iter().flatten().map(|range| (range.clone(), true));
            whole.blank(self.module, &later.chain(first).collect::<Vec<_>>());
            return Ok(());
        }
        let memory = self.module.get_memory_id()?;
        let old: Vec<_> = self.module.memories.get_mut(memory).data_segments.drain().collect();
        old.into_iter().for_each(|data| self.module.data.delete(data));
        for (start, bytes) in whole.runs(data.get(self.part).map_or(&[][..], Vec::as_slice)) {
            let offset = ConstExpr::Value(ir::Value::I32(start.cast_signed()));
            let data = self.module.data.add(DataKind::Active { memory, offset }, bytes);
            self.module.memories.get_mut(memory).data_segments.insert(data);
        }
        Ok(())
    }

    /// Takes memory, tables, globals and functions from the earlier parts.
    fn stand_on_earlier(&mut self) {
        let module = &mut *self.module;
        module.start = None;
        let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
        exports.into_iter().for_each(|export| module.exports.delete(export));
        for (name, item) in common(module) {
            match item {
                ExportItem::Memory(id) => {
                    let import = module.imports.add(EARLIER, &name, id);
                    module.memories.get_mut(id).import = Some(import);
                }
                ExportItem::Table(id) => {
                    let import = module.imports.add(EARLIER, &name, id);
                    module.tables.get_mut(id).import = Some(import);
                }
                ExportItem::Global(id) => {
                    let import = module.imports.add(EARLIER, &name, id);
                    module.globals.get_mut(id).kind = GlobalKind::Import(import);
                }
                ExportItem::Function(_) | ExportItem::Tag(_) => {}
            }
        }
        for (number, name) in &self.plan.shared {
            let earlier = self.plan.homes.get(number).is_some_and(|home| *home < self.part);
            let Some(function) = self.ids.get(*number).filter(|_| earlier) else { continue };
            let ty = module.funcs.get(*function).ty();
            let import = module.imports.add(EARLIER, name, *function);
            module.funcs.get_mut(*function).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
    }

    /// Gives what later parts take.
    fn export(&mut self) {
        if self.part == 0 {
            for (name, item) in common(self.module) {
                self.module.exports.add(&name, item);
            }
        }
        for (number, name) in &self.plan.shared {
            if let Some(function) = self.ids.get(*number).filter(|_| self.is_own(*number)) {
                self.module.exports.add(name, *function);
            }
        }
    }
}

/// What every part uses of the first: its memory, its tables and its globals, each by a name.
fn common(module: &Module) -> Vec<(String, ExportItem)> {
    let memories = module.memories.iter().map(|memory| ExportItem::Memory(memory.id()));
    let tables = module.tables.iter().map(|table| ExportItem::Table(table.id()));
    let globals: Vec<GlobalId> = module.globals.iter().map(walrus::Global::id).collect();
    let items = memories.chain(tables).chain(globals.into_iter().map(ExportItem::Global));
    items.zip(1..).map(|(item, number)| (format!("c{number}"), item)).collect()
}
