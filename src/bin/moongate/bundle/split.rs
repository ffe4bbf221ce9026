//! Decides how the wasm is cut into the parts that [`super::parts`] names: which function and which datum is in which.
//!
//! Every part shares the memory and the table of functions of the first. What two parts use is in the earlier one, which
//! exports it; a call into a later part goes through the table, where that part puts its functions when it arrives. A call
//! that comes too early traps.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of instructions matter here")]

use super::links::{Links, Memory, Target};
use super::parts::Part;
use super::trap;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use walrus::ir::{self, Instr};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId,
    GlobalKind, ImportedFunction, LocalFunction, Module, ModuleConfig, TableId,
};

/// The name under which a part imports what an earlier one exports.
pub(super) const EARLIER: &str = "earlier";

/// The parts, in their order, as modules.
///
/// # Errors
/// When the module can't be read, or a room that is to come later is nowhere called from an earlier part.
pub(super) fn split(whole: &[u8], links: &Links, parts: &[Part]) -> Result<Vec<Vec<u8>>> {
    let module = parse(whole)?;
    let plan = Plan::make(&module, links, parts)?;
    (0..parts.len()).map(|part| plan.part(whole, part)).collect()
}

fn parse(whole: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config.parse(whole).context("the bound module can't be read again")
}

/// A function's number in the whole module: the same each time it is read.
type Number = usize;

/// What is where.
#[derive(Debug, Default)]
struct Plan {
    /// The part that each function is in.
    homes: HashMap<Number, usize>,
    /// The functions that an earlier part calls in a later one, and their places in the table.
    doors: BTreeMap<Number, u32>,
    /// What a part takes from an earlier one, and its name.
    shared: BTreeMap<Number, String>,
    /// The functions of the table, by their places.
    table: BTreeMap<u32, Number>,
    /// Where the data of each part lie.
    data: Vec<Vec<Range<u32>>>,
}

impl Plan {
    fn make(module: &Module, links: &Links, parts: &[Part]) -> Result<Self> {
        let mut plan = Self { table: places(module), ..Self::default() };
        let graph = Graph::of(module, links, parts);
        let mut data = HashMap::new();
        let mut roots = graph.roots(&plan.table);
        for part in 0..parts.len() {
            plan.settle(&graph, part, roots, &mut data);
            roots = plan.doors.keys().copied().filter(|door| graph.room(*door) == part + 1).collect();
            ensure!(part + 1 == parts.len() || !roots.is_empty(), "nothing leads to the part after {part}");
        }
        let end = plan.table.keys().next_back().map_or(1, |last| last + 1);
        for (place, slot) in (end..).zip(plan.doors.values_mut()) {
            *slot = place;
        }
        plan.shared = plan.shared(&graph);
        plan.data = vec![Vec::new(); parts.len()];
        for (symbol, home) in data {
            if let (Some(of_part), Some(place)) = (plan.data.get_mut(home), links.place(symbol)) {
                of_part.push(place);
            }
        }
        Ok(plan)
    }

    /// Puts into a part all that its roots lead to and that no earlier part has; not what is in a later part's rooms.
    fn settle(&mut self, graph: &Graph<'_>, part: usize, roots: Vec<Number>, data: &mut HashMap<u32, usize>) {
        let mut waiting = roots;
        while let Some(number) = waiting.pop() {
            let Some(node) = graph.nodes.get(number).filter(|node| node.is_local) else { continue };
            if self.homes.contains_key(&number) {
                continue;
            }
            self.homes.insert(number, part);
            for callee in &node.calls {
                if graph.room(*callee) > part && !self.homes.contains_key(callee) {
                    self.doors.insert(*callee, 0);
                } else {
                    waiting.push(*callee);
                }
            }
            let reach = graph.links.reach(&graph.memory, node.targets.iter().copied());
            for symbol in reach.data {
                data.entry(symbol).or_insert(part);
            }
            waiting.extend(reach.places.iter().filter_map(|place| self.table.get(place)));
        }
    }

    /// What is called from a later part than its own.
    fn shared(&self, graph: &Graph<'_>) -> BTreeMap<Number, String> {
        let mut shared = BTreeSet::new();
        for (number, home) in &self.homes {
            let calls = graph.nodes.get(*number).into_iter().flat_map(|node| &node.calls);
            shared.extend(calls.filter(|callee| self.homes.get(callee).is_some_and(|at| at < home)));
        }
        shared.into_iter().zip(1..).map(|(number, name)| (number, format!("f{name}"))).collect()
    }

    /// One part as a module of its own.
    fn part(&self, whole: &[u8], part: usize) -> Result<Vec<u8>> {
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
        let nothing = (self.part == 0).then(|| nothing(self.module));
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
                _ => {}
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

/// What leads where in the whole module.
struct Graph<'a> {
    links: &'a Links,
    memory: Memory,
    nodes: Vec<Node>,
    exported: Vec<Number>,
}

/// A function: the last part that is named for it, the functions that it calls, and what else it refers to.
struct Node {
    is_local: bool,
    room: usize,
    calls: Vec<Number>,
    targets: Vec<Target>,
}

impl<'a> Graph<'a> {
    fn of(module: &Module, links: &'a Links, parts: &[Part]) -> Self {
        let exported = module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(function) => Some(function),
            _ => None,
        });
        let exported = exported.chain(module.start).map(|id| id.index()).collect();
        let nodes = module.funcs.iter().map(|function| Node::of(module, links, parts, function)).collect();
        Self { links, memory: Memory::of(module), nodes, exported }
    }

    fn room(&self, number: Number) -> usize {
        self.nodes.get(number).map_or(0, |node| node.room)
    }

    /// What the page calls, and what wasm-bindgen put in the table.
    fn roots(&self, table: &BTreeMap<u32, Number>) -> Vec<Number> {
        let listed = self.links.listed(&self.memory);
        let unknown = table.iter().filter(|(place, _)| !listed.contains(place));
        unknown.map(|(_, number)| *number).chain(self.exported.iter().copied()).collect()
    }
}

impl Node {
    fn of(module: &Module, links: &Links, parts: &[Part], function: &walrus::Function) -> Self {
        let name = function.name.as_ref().map(|name| format!("{:#}", rustc_demangle::demangle(name)));
        let names = |part: &Part| part.rooms.iter().any(|room| name.as_ref().is_some_and(|name| is_in(name, room)));
        let (is_local, calls) = match &function.kind {
            FunctionKind::Local(local) => (true, calls(local)),
            _ => (false, Vec::new()),
        };
        let targets = links.targets(module, function.id());
        Self { is_local, room: parts.iter().rposition(names).unwrap_or(0), calls, targets }
    }
}

/// Whether a function is the room's, or is the room itself.
fn is_in(name: &str, room: &str) -> bool {
    name.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The functions of the table, by their places.
fn places(module: &Module) -> BTreeMap<u32, Number> {
    let mut places = BTreeMap::new();
    for element in module.elements.iter() {
        if let (
            ElementKind::Active { offset: ConstExpr::Value(ir::Value::I32(first)), .. },
            ElementItems::Functions(functions),
        ) = (&element.kind, &element.items)
        {
            places.extend((first.cast_unsigned()..).zip(functions.iter().map(|id| id.index())));
        }
    }
    places
}

/// The functions that one calls.
fn calls(function: &LocalFunction) -> Vec<Number> {
    let seqs = trap::sequences(function);
    let instrs = seqs.iter().flat_map(|seq| &function.block(*seq).instrs);
    instrs.filter_map(|(instr, _)| trap::called(instr)).map(|id| id.index()).collect()
}

/// A function that traps.
fn nothing(module: &mut Module) -> FunctionId {
    let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
    function.func_body().unreachable();
    function.finish(Vec::new(), &mut module.funcs)
}

/// What every part uses of the first: its memory, its tables and its globals, each by a name.
fn common(module: &Module) -> Vec<(String, ExportItem)> {
    let memories = module.memories.iter().map(|memory| ExportItem::Memory(memory.id()));
    let tables = module.tables.iter().map(|table| ExportItem::Table(table.id()));
    let globals: Vec<GlobalId> = module.globals.iter().map(walrus::Global::id).collect();
    let items = memories.chain(tables).chain(globals.into_iter().map(ExportItem::Global));
    items.zip(1..).map(|(item, number)| (format!("c{number}"), item)).collect()
}
