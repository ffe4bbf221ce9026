//! Decides which code of the wasm only leads to a trap, and takes it out: a panic's words reach nobody in a browser.
//!
//! A panic ends in the instruction `unreachable` before and after; what goes is the making of its message. An exception
//! with words, as wasm-bindgen throws where Rust would panic, is a panic too. Code that calls anything else of the page's
//! on its way stays.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of instructions matter here")]

use std::collections::HashSet;
use walrus::ir::{Call, Instr, InstrLocId, InstrSeqId, Unreachable};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// Replaces every path that can only end in a trap by the trap.
pub(super) fn trim(module: &mut Module) {
    silence(module);
    let quiet = quiet(module, |instr| matches!(instr, Instr::CallIndirect(_)));
    let silent = quiet_or_indirect(module);
    let doomed = doomed(module, &silent);
    for (id, function) in module.funcs.iter_local_mut() {
        if doomed.contains(&id) {
            let entry = function.entry_block();
            function.block_mut(entry).instrs = vec![trap()];
        } else {
            cut(function, &doomed, &quiet);
        }
    }
    walrus::passes::gc::run(module);
}

/// The standard library's function that every panic passes through, with the hook that Yew sets in it.
const PANIC: &str = "panic_with_hook";

/// What calls it, and is there wherever panics are more than traps.
const HANDLER: &str = "panic_handler";

/// What every exception with words is thrown by.
const THROW: &str = "__wbindgen_throw";

/// Makes the panic itself, and what throws with words, a bare trap.
fn silence(module: &mut Module) {
    let thrower = |import: &&walrus::Import| import.name.contains(THROW);
    let throwers: HashSet<FunctionId> = module
        .imports
        .iter()
        .filter(thrower)
        .filter_map(|import| if let walrus::ImportKind::Function(id) = import.kind { Some(id) } else { None })
        .collect();
    let panics = module.funcs.iter().filter(|function| function.name.as_ref().is_some_and(|name| name.contains(PANIC)));
    let panics: Vec<FunctionId> = panics.map(|function| function.id()).collect();
    // In a standard library that is rebuilt for size, panics are bare traps from the start.
    if panics.is_empty()
        && module.funcs.iter().any(|function| function.name.as_ref().is_some_and(|name| name.contains(HANDLER)))
    {
        eprintln!("warning: this toolchain names its panics otherwise than {PANIC}; their words stay in the wasm");
    }
    for (id, function) in module.funcs.iter_local_mut() {
        let throws = |instr: &Instr| called(instr).is_some_and(|callee| throwers.contains(&callee));
        if panics.contains(&id) || sequences(function).iter().any(|seq| has(function, *seq, throws)) {
            let entry = function.entry_block();
            function.block_mut(entry).instrs = vec![trap()];
        }
    }
}

/// A function that only traps, to stand where another is gone or still to come.
pub(super) fn function(module: &mut Module) -> FunctionId {
    let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
    function.func_body().unreachable();
    function.finish(Vec::new(), &mut module.funcs)
}

fn trap() -> (Instr, InstrLocId) {
    (Instr::Unreachable(Unreachable {}), InstrLocId::default())
}

/// The functions that never reach one of the page's by direct calls.
fn quiet_or_indirect(module: &Module) -> HashSet<FunctionId> {
    quiet(module, |_| false)
}

/// The functions of the module that neither call one of the page's nor hold what is `loud`, nor call one that does.
fn quiet(module: &Module, loud: impl Fn(&Instr) -> bool) -> HashSet<FunctionId> {
    let mut quiet: HashSet<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    loop {
        let before = quiet.len();
        for (id, function) in module.funcs.iter_local() {
            let breaks = |instr: &Instr| loud(instr) || called(instr).is_some_and(|callee| !quiet.contains(&callee));
            if quiet.contains(&id) && sequences(function).iter().any(|seq| has(function, *seq, breaks)) {
                quiet.remove(&id);
            }
        }
        if quiet.len() == before {
            return quiet;
        }
    }
}

pub(super) fn called(instr: &Instr) -> Option<FunctionId> {
    if let Instr::Call(Call { func }) = instr { Some(*func) } else { None }
}

fn has(function: &LocalFunction, seq: InstrSeqId, what: impl Fn(&Instr) -> bool) -> bool {
    function.block(seq).instrs.iter().any(|(instr, _)| what(instr))
}

/// Every sequence of instructions in a function.
pub(super) fn sequences(function: &LocalFunction) -> Vec<InstrSeqId> {
    let mut found = vec![function.entry_block()];
    let mut next = 0;
    while let Some(seq) = found.get(next).copied() {
        next += 1;
        for (instr, _) in &function.block(seq).instrs {
            match instr {
                Instr::Block(block) => found.push(block.seq),
                Instr::Loop(body) => found.push(body.seq),
                Instr::IfElse(choice) => found.extend([choice.consequent, choice.alternative]),
                _ => {}
            }
        }
    }
    found
}

/// The functions that never return, among these; a call of one ends its caller's path too.
fn doomed(module: &Module, among: &HashSet<FunctionId>) -> HashSet<FunctionId> {
    let mut doomed = HashSet::new();
    loop {
        let more: Vec<FunctionId> = among
            .iter()
            .copied()
            .filter(|id| !doomed.contains(id))
            .filter(|id| match &module.funcs.get(*id).kind {
                FunctionKind::Local(function) => !Paths::of(function, &doomed).return_,
                _ => false,
            })
            .collect();
        if more.is_empty() {
            return doomed;
        }
        doomed.extend(more);
    }
}

/// Where the paths of a function lead.
struct Paths<'a> {
    function: &'a LocalFunction,
    doomed: &'a HashSet<FunctionId>,
    reached: HashSet<InstrSeqId>,
    return_: bool,
}

impl<'a> Paths<'a> {
    fn of(function: &'a LocalFunction, doomed: &'a HashSet<FunctionId>) -> Self {
        let mut paths = Self { function, doomed, reached: HashSet::new(), return_: false };
        let entry = function.entry_block();
        let ends = paths.walk(entry);
        paths.return_ |= ends || paths.reached.contains(&entry);
        paths
    }

    /// Whether a path leads past the end of this sequence.
    fn walk(&mut self, seq: InstrSeqId) -> bool {
        let function = self.function;
        function.block(seq).instrs.iter().all(|(instr, _)| self.passes(instr))
    }

    fn passes(&mut self, instr: &Instr) -> bool {
        match instr {
            Instr::Block(block) => self.walk(block.seq) | self.reached.contains(&block.seq),
            Instr::Loop(body) => self.walk(body.seq),
            Instr::IfElse(choice) => {
                let [one, other] =
                    [choice.consequent, choice.alternative].map(|seq| self.walk(seq) | self.reached.contains(&seq));
                one | other
            }
            Instr::Br(branch) => {
                self.reached.insert(branch.block);
                false
            }
            Instr::BrIf(branch) => {
                self.reached.insert(branch.block);
                true
            }
            Instr::BrTable(table) => {
                self.reached.extend(table.blocks.iter().chain([&table.default]));
                false
            }
            Instr::Return(_) => {
                self.return_ = true;
                false
            }
            Instr::Unreachable(_) => false,
            Instr::Call(Call { func }) => !self.doomed.contains(func),
            _ => true,
        }
    }
}

/// Ends each sequence where it can only trap, and takes out what led there in a straight line.
fn cut(function: &mut LocalFunction, doomed: &HashSet<FunctionId>, quiet: &HashSet<FunctionId>) {
    for seq in sequences(function) {
        let instrs = &mut function.block_mut(seq).instrs;
        let ends = |instr: &Instr| {
            matches!(instr, Instr::Unreachable(_)) || called(instr).is_some_and(|callee| doomed.contains(&callee))
        };
        let Some(end) = instrs.iter().position(|(instr, _)| ends(instr)) else { continue };
        let straight = instrs.iter().take(end).rev().take_while(|(instr, _)| is_straight(instr, quiet)).count();
        instrs.truncate(end - straight);
        instrs.push(trap());
    }
}

/// Whether an instruction does nothing that is seen after a trap.
fn is_straight(instr: &Instr, quiet: &HashSet<FunctionId>) -> bool {
    match instr {
        Instr::Const(_)
        | Instr::LocalGet(_)
        | Instr::LocalSet(_)
        | Instr::LocalTee(_)
        | Instr::GlobalGet(_)
        | Instr::GlobalSet(_)
        | Instr::Binop(_)
        | Instr::Unop(_)
        | Instr::Select(_)
        | Instr::Drop(_)
        | Instr::Load(_)
        | Instr::Store(_)
        | Instr::MemoryCopy(_)
        | Instr::MemoryFill(_) => true,
        Instr::Call(Call { func }) => quiet.contains(func),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{ModuleConfig, ValType};

    /// A module whose exported function does `before`, then calls what never returns if it is given 0.
    fn module(calls_page: bool) -> (Module, FunctionId) {
        let mut module = Module::with_config(ModuleConfig::new());
        let log = module.types.add(&[ValType::I32], &[]);
        let (log, _) = module.add_import_func("page", "log", log);
        let mut panic = FunctionBuilder::new(&mut module.types, &[], &[]);
        panic.func_body().unreachable();
        let panic = panic.finish(vec![], &mut module.funcs);
        let given = module.locals.add(ValType::I32);
        let mut door = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        door.func_body().local_get(given).if_else(
            None,
            |_| {},
            |zero| {
                zero.i32_const(7);
                if calls_page {
                    zero.call(log)
                } else {
                    zero.drop()
                };
                zero.call(panic);
            },
        );
        let door = door.finish(vec![given], &mut module.funcs);
        module.exports.add("door", door);
        (module, door)
    }

    fn calls_and_numbers(module: &Module, door: FunctionId) -> usize {
        let function = module.funcs.get(door).kind.unwrap_local();
        let counts = |instr: &Instr| matches!(instr, Instr::Call(_) | Instr::Const(_));
        let seqs = sequences(function);
        seqs.iter().flat_map(|seq| &function.block(*seq).instrs).filter(|(instr, _)| counts(instr)).count()
    }

    #[test]
    fn what_only_leads_to_a_trap_goes() {
        let (mut module, door) = module(false);
        trim(&mut module);
        assert_eq!((calls_and_numbers(&module, door), module.imports.iter().count()), (0, 0));
    }

    #[test]
    fn what_the_page_is_told_before_a_trap_stays() {
        let (mut module, door) = module(true);
        trim(&mut module);
        assert_eq!((calls_and_numbers(&module, door), module.imports.iter().count()), (2, 1));
    }
}
