// Where npm's packages are: in the target folder, never in the repository, so that a plain import does not find them.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The folder of them, which `run` has filled. */
export const MODULES = path.join(path.resolve(process.env.BENCH_FOLDER ?? 'target/bench'), 'node_modules')

/** One of them. */
export const need = createRequire(`${MODULES}/`)

/** The versions of some of them, as they are installed. */
export const versions = (names) =>
  Object.fromEntries(names.map((name) => [name, JSON.parse(fs.readFileSync(path.join(MODULES, name, 'package.json'), 'utf8')).version]))
