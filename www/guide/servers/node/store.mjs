// SQLite in a file, without anything to compile. Node 22 and later have it built in: `DatabaseSync` of node:sqlite does as well.

import { rmSync } from 'node:fs'
import sqlite from 'node-sqlite3-wasm'

/** The store in this file, which one process at a time has open: a lock that is there was left by one that was killed. */
export function open(file) {
  rmSync(`${file}.lock`, { recursive: true, force: true })
  return new sqlite.Database(file)
}

/** One change as a whole; nothing of it stays if it throws. It must not wait for anything. */
export function transaction(store, change) {
  store.exec('BEGIN IMMEDIATE')
  try {
    const made = change()
    store.exec('COMMIT')
    return made
  } catch (fault) {
    store.exec('ROLLBACK')
    throw fault
  }
}
