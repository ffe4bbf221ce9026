// One worker of nginx with the guide's configuration, asked for the files that a page needs until its shopper can press: a fixed
// number of page loads for each set of files, the sets in turn, for some rounds. What counts is the time that the worker computed,
// which other programs of the machine hardly change; how many loads a second there were is told beside it.
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { FOLDER } from './modules.mjs'
import { make, PAGES, peers } from './pages.mjs'

const [rounds, loads, clients] = [2, 3, 4].map((at) => Number(process.argv[at] ?? [15, 8000, 16][at - 2]))
if (![rounds, loads, clients].every((number) => Number.isInteger(number) && number > 0)) throw new Error('tests/bench/cdn [ROUNDS] [LOADS] [CLIENTS]')
const run = promisify(execFile)
const BUNDLE = path.join(FOLDER, 'bundle')
const ROOT = path.join(FOLDER, 'cdn')
const BEST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 22 } }

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** The sets of files by name, all below a folder of a version, so that one configuration serves them alike. */
async function sets() {
  fs.rmSync(ROOT, { recursive: true, force: true })
  const at = (version) => path.join(ROOT, 'moongate', version)
  const version = JSON.parse(fs.readFileSync(path.join(BUNDLE, 'manifest.json'))).version
  fs.cpSync(BUNDLE, at(version), { recursive: true })
  const first = fs.readdirSync(BUNDLE).filter((name) => /^moongate(-\w+)?\.(js|wasm)$/.test(name))
  const found = { 'Moongate, all wallets': first.map((name) => `/moongate/${version}/${name}`) }
  for (const [number, [id, name]] of [['adyen', 'Adyen, two methods'], ['adyen-auto', 'Adyen, auto']].entries()) {
    const made = await make(PAGES.find((page) => page.id === id), { out: path.join(FOLDER, 'cdn-peers'), bundle: BUNDLE })
    const [folder, place] = [at(`9.0.${number}`), `/moongate/9.0.${number}`]
    fs.mkdirSync(folder, { recursive: true })
    for (const file of ['page.js', 'page.css']) {
      const text = fs.readFileSync(path.join(made, file))
      fs.writeFileSync(path.join(folder, file), text)
      fs.writeFileSync(path.join(folder, `${file}.br`), zlib.brotliCompressSync(text, BEST))
    }
    found[name] = [`${place}/page.js`, `${place}/page.css`]
  }
  return found
}

const debian = (file) => [`/${file}`, path.join(FOLDER, '../unpacked', file)].find((place) => fs.existsSync(place))

async function free() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address()
  await new Promise((closed) => server.close(closed))
  return port
}

/** Starts nginx with the guide's configuration, but for the certificate; its address and its worker. */
async function nginx() {
  const port = await free()
  const place = path.join(FOLDER, 'cdn-nginx')
  fs.mkdirSync(place, { recursive: true })
  const server = fs.readFileSync('www/guide/cdn/nginx.conf', 'utf8')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`).replace(/ssl_certificate.*;/g, '').replaceAll('/srv/cdn', ROOT)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${place}/${name};`).join('\n')
  fs.writeFileSync(path.join(place, 'nginx.conf'), `${process.getuid() ? '' : 'user root;'}
load_module ${debian('usr/lib/nginx/modules/ngx_http_brotli_static_module.so')};
daemon off; worker_processes 1; pid ${place}/pid; error_log stderr;
events {}
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
${paths}
${server}}
`)
  const child = spawn(debian('usr/sbin/nginx'), ['-e', 'stderr', '-p', place, '-c', path.join(place, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const address = `http://127.0.0.1:${port}`
  while (child.exitCode === null && !(await fetch(address).catch(() => null))) await new Promise((soon) => setTimeout(soon, 50))
  const worker = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
  return { address, worker, end: () => child.kill() }
}

/** Seconds that a process has been on a processor until now. */
const computed = (pid) => Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9

/** So many page loads, each of all files. */
async function load(server, files) {
  const before = computed(server.worker)
  const { stdout } = await run('h2load', ['--h1', '-t1', '-c', String(clients), '-n', String(loads * files.length), '-H', 'Accept-Encoding: br',
    ...files.map((file) => server.address + file)])
  const [, seconds, unit] = /finished in ([\d.]+)(ms|s)/.exec(stdout)
  const [, good] = /(\d+) succeeded/.exec(stdout)
  const [, bytes] = /traffic:.*\((\d+)\) total/.exec(stdout)
  if (Number(good) !== loads * files.length || !stdout.includes(`${good} 2xx`)) throw new Error(stdout)
  return { wall: Number(seconds) / (unit === 'ms' ? 1000 : 1), worker: computed(server.worker) - before, bytes: Number(bytes) / loads }
}

const found = await sets()
const server = await nginx()
const results = Object.fromEntries(Object.keys(found).map((name) => [name, []]))
try {
  for (let round = -1; round < rounds; round++) {
    // Each round begins with another set, and the first round of all only warms up.
    const names = Object.keys(found)
    for (const [at] of names.entries()) {
      const name = names[(at + Math.max(round, 0)) % names.length]
      const result = await load(server, found[name])
      if (round >= 0) results[name].push(result)
    }
    process.stderr.write('.')
  }
} finally {
  server.end()
}

const [ours] = Object.keys(found)
const row = ([name, files]) => {
  const mine = results[name]
  const weight = files.reduce((sum, file) => sum + fs.statSync(path.join(ROOT, `${file}.br`)).size, 0)
  const ratio = mine.map(({ worker }, at) => results[ours][at].worker / worker).sort((a, b) => a - b)
  const each = (of) => median(mine.map(of))
  return [name, files.length, weight, Math.round(each(({ bytes }) => bytes)), (each(({ worker }) => worker) / loads * 1e6).toFixed(0),
    Math.round(each(({ wall }) => loads * files.length / wall)), Math.round(each(({ wall }) => loads / wall)),
    `${(median(mine.map(({ worker }, at) => results[ours][at].worker / worker))).toFixed(2)} (${ratio[0].toFixed(2)} to ${ratio.at(-1).toFixed(2)})`]
}
const versions = Object.entries(await peers()).filter(([name]) => name.includes('adyen')).map((pair) => pair.join(' ')).join(', ')
console.log(`\n${rounds} rounds of ${loads} page loads, ${clients} clients, ${(await run(debian('usr/sbin/nginx'), ['-v'])).stderr.trim()}, ${versions}`)
const head = ['until ready', 'files', 'bytes of the files', 'bytes sent', 'µs of the worker a load', 'requests/s', 'loads/s', "Moongate's time to it (least to most)"]
for (const cells of [head, head.map(() => '---'), ...Object.entries(found).map(row)]) console.log(`| ${cells.join(' | ')} |`)
