//! Decides how the wasm is cut into the parts that [`super::parts`] names: which function and which datum is in which.
//!
//! Every part shares the memory and the table of functions of the first. What two parts use is in the earlier one, which
//! exports it; a call into a later part goes through the table, where that part puts its functions when it arrives. A call
//! that comes too early traps.

mod cut;

use super::links::{Links, Memory, Target};
use super::parts::Part;
use super::trap;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use walrus::{ConstExpr, ElementItems, ElementKind, ExportItem, FunctionKind, LocalFunction, Module, ModuleConfig, ir};
use wasmparser::{Parser, Payload};

/// A function, the part that it is in, and what its code weighs.
#[derive(Clone, Debug)]
pub(super) struct Weight {
    pub(super) part: usize,
    /// Its path.
    pub(super) function: String,
    pub(super) bytes: usize,
}

/// The parts, in their order, as modules; and what is in them.
///
/// # Errors
/// When the module can't be read, or a room that is to come later is nowhere called from an earlier part.
pub(super) fn split(whole: &[u8], links: &Links, parts: &[Part]) -> Result<(Vec<Vec<u8>>, Vec<Weight>)> {
    let module = parse(whole)?;
    let plan = Plan::make(&module, links, parts)?;
    let modules: Result<Vec<_>> = (0..parts.len()).map(|part| plan.part(whole, part)).collect();
    let weights = plan.weights(whole, &module)?;
    for (number, part) in parts.iter().enumerate() {
        for room in part.rooms {
            let there = weights.iter().any(|weight| weight.part == number && is_in(&weight.function, room));
            ensure!(there, "no function of {room} is in the part {}: it was renamed, or inlined before it", part.name);
        }
    }
    Ok((modules?, weights))
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

    /// What each function weighs that is in a part.
    fn weights(&self, whole: &[u8], module: &Module) -> Result<Vec<Weight>> {
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(whole) {
            if let Payload::CodeSectionEntry(body) = payload? {
                bodies.push(body.range().len());
            }
        }
        let locals = module.funcs.iter_local().zip(bodies);
        let weights = locals.filter_map(|((id, _), bytes)| {
            let part = *self.homes.get(&id.index())?;
            let function = path(module.funcs.get(id)).unwrap_or_default();
            Some(Weight { part, function, bytes })
        });
        Ok(weights.collect())
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
            ExportItem::Table(_) | ExportItem::Memory(_) | ExportItem::Global(_) | ExportItem::Tag(_) => None,
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
        let name = path(function);
        let names = |part: &Part| part.rooms.iter().any(|room| name.as_ref().is_some_and(|name| is_in(name, room)));
        let (is_local, calls) = match &function.kind {
            FunctionKind::Local(local) => (true, calls(local)),
            FunctionKind::Import(_) | FunctionKind::Uninitialized(_) => (false, Vec::new()),
        };
        let targets = links.targets(module, function.id());
        Self { is_local, room: parts.iter().rposition(names).unwrap_or(0), calls, targets }
    }
}

/// A function's path, as it is written in the sources.
fn path(function: &walrus::Function) -> Option<String> {
    Some(format!("{:#}", rustc_demangle::demangle(function.name.as_ref()?)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, FunctionId, ImportKind, RefType};

    const PARTS: [Part; 2] = [Part { name: "first", rooms: &[] }, Part { name: "later", rooms: &["later"] }];

    fn function(module: &mut Module, name: &str, number: i32, callee: Option<FunctionId>) -> FunctionId {
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        function.name(name.to_owned()).func_body().i32_const(number).drop();
        if let Some(callee) = callee {
            function.func_body().call(callee);
        }
        function.finish(vec![], &mut module.funcs)
    }

    /// `door` calls `later::on`, which calls `later::own` and `shared`; `door` calls `shared` as well.
    fn whole() -> Vec<u8> {
        let mut module = Module::with_config(ModuleConfig::new());
        module.memories.add_local(false, false, 1, None, None);
        let table = module.tables.add_local(false, 2, Some(2), RefType::FUNCREF);
        let shared = function(&mut module, "shared", 1, None);
        let own = function(&mut module, "later::own", 2, Some(shared));
        let on = function(&mut module, "later::on", 3, Some(own));
        let between = function(&mut module, "between", 4, Some(shared));
        let door = function(&mut module, "door", 5, Some(on));
        let body = module.funcs.get_mut(door).kind.unwrap_local_mut();
        body.builder_mut().func_body().call(between);
        let offset = ConstExpr::Value(ir::Value::I32(1));
        let element =
            module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(vec![between]));
        module.tables.get_mut(table).elem_segments.insert(element);
        module.exports.add("door", door);
        module.emit_wasm()
    }

    fn parts() -> Vec<Module> {
        let (parts, _) = split(&whole(), &Links::default(), &PARTS).unwrap();
        parts.iter().map(|part| Module::from_buffer(part).unwrap()).collect()
    }

    /// The numbers that a part's functions were made with.
    fn holds(module: &Module) -> Vec<i32> {
        let first = |function: &LocalFunction| match function.block(function.entry_block()).instrs.first() {
            Some((ir::Instr::Const(ir::Const { value: ir::Value::I32(number) }), _)) => Some(*number),
            _ => None,
        };
        let mut numbers: Vec<i32> = module.funcs.iter_local().filter_map(|(_, function)| first(function)).collect();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn what_only_a_later_room_needs_is_in_the_later_part_and_nothing_is_in_both() {
        let [first, later] = parts().try_into().unwrap();
        assert_eq!((holds(&first), holds(&later)), (vec![1, 4, 5], vec![2, 3]));
    }

    #[test]
    fn a_later_part_takes_what_it_uses_from_the_first_and_exports_nothing_to_the_page() {
        let [first, later] = parts().try_into().unwrap();
        let taken = |kind: fn(&ImportKind) -> bool| later.imports.iter().filter(|import| kind(&import.kind)).count();
        assert_eq!(taken(|kind| matches!(kind, ImportKind::Memory(_))), 0, "no function of it touches the memory");
        assert_eq!(taken(|kind| matches!(kind, ImportKind::Table(_))), 1);
        assert_eq!(taken(|kind| matches!(kind, ImportKind::Function(_))), 1);
        for import in later.imports.iter() {
            assert!(first.exports.iter().any(|export| export.name == import.name), "{} is not given", import.name);
        }
        assert_eq!(later.exports.iter().count(), 0);
    }

    #[test]
    fn a_call_into_a_later_part_goes_through_the_place_that_the_part_fills() {
        let [first, later] = parts().try_into().unwrap();
        let indirect = |module: &Module| {
            let instrs = |function: &LocalFunction| function.block(function.entry_block()).instrs.len();
            let calls = module
                .funcs
                .iter_local()
                .flat_map(|(_, function)| function.block(function.entry_block()).instrs.iter().take(instrs(function)));
            calls.filter(|(instr, _)| matches!(instr, ir::Instr::CallIndirect(_))).count()
        };
        assert_eq!((indirect(&first), indirect(&later)), (1, 0));
        let (before, after) = (places(&first), places(&later));
        assert_eq!((before.len(), after.keys().collect::<Vec<_>>()), (2, vec![&2]), "the door is after the last place");
        assert_eq!(first.tables.iter().next().unwrap().initial, 3);
    }

    #[test]
    fn a_room_that_is_not_where_it_is_said_to_be_is_a_mistake() {
        let parts = [PARTS[0], Part { name: "later", rooms: &["later", "renamed"] }];
        let fault = split(&whole(), &Links::default(), &parts).unwrap_err().to_string();
        assert!(fault.contains("renamed"), "{fault}");
    }

    #[test]
    fn a_part_that_nothing_leads_to_is_a_mistake() {
        let parts = [PARTS[0], Part { name: "later", rooms: &["elsewhere"] }];
        assert!(split(&whole(), &Links::default(), &parts).is_err());
    }
}
