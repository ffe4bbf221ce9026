// Where npm's packages are: in the target folder, never in the repository, so that a plain import does not find them.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The folder that `run` has filled, and that the report is written to. */
export const FOLDER = path.resolve(process.env.BENCH_FOLDER ?? 'target/bench')

/** The folder of the packages. */
export const MODULES = path.join(FOLDER, 'node_modules')

/** One of them. */
export const need = createRequire(`${MODULES}/`)

/** The versions of some of them, as they are installed. */
export const versions = (names) =>
  Object.fromEntries(names.map((name) => [name, JSON.parse(fs.readFileSync(path.join(MODULES, name, 'package.json'), 'utf8')).version]))
