//! Decides how the ledger outlives the program: every change is in the file before its request is answered.
//!
//! It does not decide what changes. With no file it keeps nothing.

use super::ledger::{Entry, Ledger};
use super::payment::{Grave, Order, Payment};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

type Table = TableDefinition<'static, &'static str, &'static str>;

const PAYMENTS: Table = TableDefinition::new("payments");
const ORDERS: Table = TableDefinition::new("orders");
/// Keys canceled before use: attempt to record id.
const GRAVES: Table = TableDefinition::new("graves");

/// The file, or nothing.
#[derive(Debug)]
pub(super) struct Store(Option<Database>);

impl Store {
    /// A store that forgets.
    pub(super) fn memory() -> Self {
        Self(None)
    }

    /// Opens or makes the file, and reads what it holds. A file left by a killed program is mended by the database.
    ///
    /// # Errors
    /// A sentence: the file can't be opened (another sandbox has it), or holds what this version can't read.
    pub(super) fn open(path: &Path) -> Result<(Self, Ledger), String> {
        let failed = |error: redb::Error| {
            format!(
                "The sandbox can't use its file {}: {error}. Stop the other sandbox, or delete the file.",
                path.display()
            )
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(redb::Error::Io(error)))?;
        }
        let database = Database::create(path).map_err(|error| failed(error.into()))?;
        let ledger = read(&database).map_err(failed)?;
        let ledger = ledger.ok_or_else(|| {
            format!("The sandbox's file {} was written by another version. Delete it.", path.display())
        })?;
        Ok((Self(Some(database)), ledger))
    }

    /// Writes these entries as they stand in the ledger, all or none.
    ///
    /// # Errors
    /// A sentence, if the file can't be written.
    pub(super) fn keep(&self, ledger: &Ledger, entries: &BTreeSet<Entry>) -> Result<(), String> {
        match &self.0 {
            Some(database) if !entries.is_empty() => {
                write(database, ledger, entries).map_err(|error| format!("The sandbox can't write its file: {error}."))
            }
            _ => Ok(()),
        }
    }
}

fn write(database: &Database, ledger: &Ledger, entries: &BTreeSet<Entry>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for entry in entries {
        let (table, key, record) = match entry {
            Entry::Payment(id) => (PAYMENTS, id, ledger.find(id).map(|payment| payment.to_record().to_string())),
            Entry::Order(id) => (ORDERS, id, Some(ledger.order(id).to_record().to_string())),
            Entry::Grave(attempt) => (GRAVES, attempt, ledger.grave(attempt).map(|grave| grave.id.clone())),
        };
        if let Some(record) = record {
            transaction.open_table(table)?.insert(key.as_str(), record.as_str())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The ledger of a file; `None` if a record is not one of ours.
fn read(database: &Database) -> Result<Option<Ledger>, redb::Error> {
    let transaction = database.begin_write()?;
    for table in [PAYMENTS, ORDERS, GRAVES] {
        transaction.open_table(table)?;
    }
    transaction.commit()?;
    let payments = rows(database, PAYMENTS, |_, record| Payment::from_record(&parsed(record)?))?;
    let orders = rows(database, ORDERS, |_, record| Order::from_record(&parsed(record)?))?;
    let graves = rows(database, GRAVES, |attempt, id| Some(Grave { id: id.to_owned(), attempt: attempt.to_owned() }))?;
    Ok(payments.zip(orders).zip(graves).map(|((payments, orders), graves)| Ledger::restored(payments, orders, graves)))
}

fn parsed(record: &str) -> Option<Value> {
    serde_json::from_str(record).ok()
}

fn rows<T>(
    database: &Database,
    table: Table,
    read: impl Fn(&str, &str) -> Option<T>,
) -> Result<Option<Vec<T>>, redb::Error> {
    let transaction = database.begin_read()?;
    let table = transaction.open_table(table)?;
    let mut rows = Vec::new();
    for row in table.iter()? {
        let (key, record) = row?;
        let Some(row) = read(key.value(), record.value()) else { return Ok(None) };
        rows.push(row);
    }
    Ok(Some(rows))
}

#[cfg(test)]
impl Store {
    /// Makes the file refuse every payment, or take them again: their table is put aside for one of another kind.
    pub(super) fn refuse_payments(&self, refuse: bool) -> Result<(), redb::Error> {
        const ASIDE: Table = TableDefinition::new("aside");
        const ODD: TableDefinition<'static, u64, u64> = TableDefinition::new("payments");
        let Some(database) = &self.0 else { return Ok(()) };
        let transaction = database.begin_write()?;
        if refuse {
            transaction.rename_table(PAYMENTS, ASIDE)?;
            transaction.open_table(ODD)?;
        } else {
            transaction.delete_table(ODD)?;
            transaction.rename_table(ASIDE, PAYMENTS)?;
        }
        transaction.commit()?;
        Ok(())
    }
}
