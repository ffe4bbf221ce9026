//! Holds the data of a module as they were, by their addresses.
//!
//! It does not decide which of them are needed.

use std::ops::Range;
use walrus::ir;
use walrus::{ConstExpr, DataId, DataKind, Module};

/// The data as they were.
#[derive(Debug)]
pub(in crate::bundle) struct Memory(Vec<(DataId, u32, Vec<u8>)>);

impl Memory {
    pub(in crate::bundle) fn of(module: &Module) -> Self {
        let segments = module.data.iter().filter_map(|data| match data.kind {
            DataKind::Active { offset: ConstExpr::Value(ir::Value::I32(start)), .. } => {
                Some((data.id(), start.cast_unsigned(), data.value.clone()))
            }
            _ => None,
        });
        Self(segments.collect())
    }

    pub(in crate::bundle) fn word(&self, address: u32) -> Option<u32> {
        self.0.iter().find_map(|(_, start, bytes)| {
            let at = address.checked_sub(*start)? as usize;
            Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        })
    }

    /// What lies in these places, as few runs: a short gap costs less than a run of its own. Where there are no bytes, there
    /// is nothing to write.
    pub(in crate::bundle) fn runs(&self, places: &[Range<u32>]) -> Vec<(u32, Vec<u8>)> {
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
    pub(in crate::bundle) fn blank(&self, module: &mut Module, data: &[(Range<u32>, bool)]) {
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
