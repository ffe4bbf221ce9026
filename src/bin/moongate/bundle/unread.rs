//! Decides which arguments no function reads any more, once panics say nothing: the places in the sources that panics
//! would have named. A zero takes their place, so that nothing refers to them.
//!
//! It does not change what any function takes: callers through the table know only its type.

#![expect(clippy::wildcard_enum_match_arm, reason = "few of the many kinds of instructions matter here")]

use super::trap::{called, sequences};
use std::collections::HashMap;
use walrus::ir::{self, Const, Instr, Value};
use walrus::{FunctionId, FunctionKind, LocalFunction, LocalId, Module, ValType};

/// Replaces each number that is given for an unread argument by zero.
pub(super) fn blank(module: &mut Module) {
    let unread: HashMap<FunctionId, Vec<bool>> = module
        .funcs
        .iter()
        .filter_map(|function| match &function.kind {
            FunctionKind::Local(local) => Some((function.id(), unread(module, local))),
            FunctionKind::Import(_) | FunctionKind::Uninitialized(_) => None,
        })
        .collect();
    for (_, function) in module.funcs.iter_local_mut() {
        for seq in sequences(function) {
            let instrs = &mut function.block_mut(seq).instrs;
            for call in 0..instrs.len() {
                let callee = instrs.get(call).and_then(|(instr, _)| called(instr));
                let Some(arguments) = callee.and_then(|callee| unread.get(&callee)) else { continue };
                // From the last on, as long as each is made by the one instruction that stands in its place.
                for (unread, at) in arguments.iter().rev().zip((0..call).rev()) {
                    let Some((instr, _)) = instrs.get_mut(at) else { break };
                    match instr {
                        Instr::Const(Const { value: Value::I32(number) }) if *unread => *number = 0,
                        Instr::Const(_) | Instr::LocalGet(_) | Instr::GlobalGet(_) => {}
                        _ => break,
                    }
                }
            }
        }
    }
}

/// Which of a function's arguments are numbers that it does not read.
fn unread(module: &Module, function: &LocalFunction) -> Vec<bool> {
    struct Read(Vec<LocalId>);
    impl<'a> ir::Visitor<'a> for Read {
        fn visit_local_id(&mut self, local: &LocalId) {
            self.0.push(*local);
        }
    }
    let mut read = Read(Vec::new());
    ir::dfs_in_order(&mut read, function, function.entry_block());
    let is_number = |local: &LocalId| module.locals.get(*local).ty() == ValType::I32;
    function.args.iter().map(|local| is_number(local) && !read.0.contains(local)).collect()
}
